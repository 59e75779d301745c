"""Whether time tells two kinds of request apart: one kept connection, an order that nobody knows, Welch's t."""
import math
import random
import socket
import time

LIMIT = 4.5
# What the machine did meanwhile is cut off: the slowest twentieth of all together, so that no side loses more than it has.
KEPT = 0.95


class Wire:
    """One kept connection, with nothing between the clock and the socket."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request):
        """(seconds, head, body)"""
        start = time.perf_counter()
        self.socket.sendall(request)
        reply = self.socket.recv(65536)
        end = time.perf_counter()
        head, _, body = reply.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self.socket.recv(65536)
        return end - start, head, body

    def close(self):
        self.socket.close()


def status_of(head):
    return int(head[9:12])


def welch(a, b):
    def moments(values):
        mean = sum(values) / len(values)
        return mean, sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values)
    (mean_a, error_a), (mean_b, error_b) = moments(a), moments(b)
    return (mean_a - mean_b) / math.sqrt(error_a + error_b)


def interleaved(kinds, samples):
    """The names of the kinds, so many of each, in random order."""
    order = list(kinds) * samples
    random.shuffle(order)
    return order


def trimmed(times):
    """kind -> times, without the slowest of all together."""
    everything = sorted(value for side in times.values() for value in side)
    cut = everything[int(len(everything) * KEPT) - 1]
    return {kind: [value for value in side if value <= cut] for kind, side in times.items()}


def median_us(values):
    return 1e6 * sorted(values)[len(values) // 2]
