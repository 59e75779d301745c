"""Processes of a run: what a test leaves behind is found and ended, and tasks run several at a time."""
import ctypes
import os
import pickle
import signal
import sys
import time
import traceback
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


class Broken(Exception):
    """The run cannot go on: a tool is missing, a build fails, a suite does not exist."""


# Processes: this one is made the reaper of its descendants, so whatever a test leaves behind becomes its child.

def adopt_orphans():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise Broken(f"prctl: {os.strerror(ctypes.get_errno())}")


def descendants():
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, todo = [], [os.getpid()]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def waited(process, seconds):
    """The status of the process, or None when it runs on.

    Orphans that end meanwhile are reaped, as init would: a test that asks whether one is gone must not find a zombie.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode
        if not pid:
            time.sleep(0.01)
    return None


def gone_within(seconds):
    deadline = time.monotonic() + seconds
    while descendants():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
        reap()
    reap()
    return True


def end(pids):
    """Asks them to stop, makes those that have not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        if gone_within(5):
            return
        pids = descendants()


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "?"


def end_the_left_behind():
    """Ends every process that a finished command left, and names them."""
    if gone_within(2):
        return []
    pids = descendants()
    left = [f"{pid} {command_of(pid)}" for pid in pids]
    end(pids)
    return left


# Tasks, each in a process of its own, which is the reaper of what the task leaves.

class Task:
    """A function of a run that has been forked off: what it prints and what it gives go into files."""

    def __init__(self, folder, work):
        self.folder = folder
        folder.mkdir()
        folder.chmod(0o1777)  # PostgreSQL runs as another account
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(self.run(work))

    def run(self, work):
        status = 1
        try:
            adopt_orphans()
            with open(self.folder / "said", "w", encoding="utf-8") as said:
                sys.stdout = said
                result = work(self.folder)
                end_the_left_behind()
            (self.folder / "result").write_bytes(pickle.dumps(result))
            status = 0
        except KeyboardInterrupt:
            end(descendants())
        except BaseException:  # noqa: BLE001: nothing may unwind into what was forked
            with open(self.folder / "said", "a", encoding="utf-8") as said:
                traceback.print_exc(file=said)
        return status

    def said(self):
        try:
            return (self.folder / "said").read_text(encoding="utf-8")
        except OSError:
            return ""

    def result(self):
        """What the function gave, None when it came to no end."""
        try:
            return pickle.loads((self.folder / "result").read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError):
            return None


def await_one(tasks):
    """The first of them to end, and the processor's seconds that it and all that it waited for took."""
    while True:
        pid, _, usage = os.wait4(-1, 0)
        for task in tasks:
            if task.pid == pid:
                return task, usage.ru_utime + usage.ru_stime
