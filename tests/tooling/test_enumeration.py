"""The oracle of tests/bench/enumeration says what differs and how often, and takes nothing else for a difference."""
import pytest

from support.enumeration import AGAINST, DEAREST, ENOUGH, LONG, Said, late, tells
from support.timing import LIMIT

REFUSED = b"HTTP/1.1 401 Unauthorized\r\nDate: x"
BODY = b'{"code":"login_failed","request_id":"%d"}'


@pytest.fixture(name="said")
def one_answer_to_every_kind():
    said = Said()
    for number, kind in enumerate({*AGAINST, *AGAINST.values()}):
        assert said.add(kind, REFUSED, BODY % number)
    return said


def test_what_is_each_replys_own_is_no_difference(said):
    assert said.differing() == [] and list(said.lines()) == []


def test_a_kind_with_another_answer_is_named_with_what_it_said_and_how_often(said):
    for _ in range(2):
        said.add("suspended", b"HTTP/1.1 403 Forbidden", b"no")
    assert said.differing() == ["suspended"]
    lines = list(said.lines())
    assert lines[0] == "suspended: 2 times HTTP/1.1 403 Forbidden no"
    assert [line.partition(":")[0] for line in lines] == ["suspended", "suspended", "unknown name"]


def test_a_service_that_is_not_available_is_counted_and_no_difference(said):
    assert not said.add("terminated", b"HTTP/1.1 503 Service Unavailable", b"busy")
    assert said.differing() == [] and list(said.lines()) == ["terminated: 1 times not available, left out"]


def test_time_counts_when_there_are_enough_tries_and_a_byte_always(said):
    assert tells(said, LIMIT, ENOUGH) and not tells(said, LIMIT - 0.01, ENOUGH) and not tells(said, LIMIT, ENOUGH - 1)
    said.add("locked", b"HTTP/1.1 401 Unauthorized", b"no")
    assert tells(said, 0, 1)


def test_answers_of_another_slot_count_too(said):
    """They are few and the slowest, so that no t would show them."""
    times = {kind: [0.04] * 100 for kind in {*AGAINST, *AGAINST.values()}}
    assert late(times, DEAREST) == {}
    times["imported, dear bcrypt"][:6] = [0.08] * 6
    assert late(times, DEAREST) == {"imported, dear bcrypt": (6, 0)}
    assert tells(said, 0, ENOUGH, late(times, DEAREST)) and not tells(said, 0, ENOUGH - 1, late(times, DEAREST))


def test_what_is_tried_unless_said_otherwise_is_enough():
    assert LONG * len({*AGAINST, *AGAINST.values()}) >= ENOUGH
