"""B1: nothing that a login, or a step after it, says or takes tells an account that exists from one that does not."""
import pytest

from support.enumeration import BASE, FORGOT, FORGOT_BASE, KINDS, LOCKED, LOCKED_BASE, accounts, figures, try_all

# The long form, with the bound that is promised, is tests/bench/enumeration: a few hundred tries on a machine that builds
# and tests beside this show only what is gross.
SAMPLES, GROSS = 60, 8
# No hash that was imported may outlast a slot there: what is hidden is how much cheaper they are.
CHEAP = 4


@pytest.fixture(scope="module", name="tried")
def accounts_of_every_kind():
    with accounts(SAMPLES, CHEAP) as tried:
        yield try_all(tried, SAMPLES)


def test_b1_every_account_that_may_not_answers_with_the_same_bytes(tried):
    _, said = tried
    assert len(said[BASE]) == 1
    for kind in KINDS:
        assert said[kind] == said[BASE], kind
    (reply,) = said[BASE]
    assert reply.startswith(b"HTTP/1.1 401") and b'"code":"login_failed"' in reply


def test_b1_a_locked_account_answers_as_a_name_that_was_tried_as_often(tried):
    _, said = tried
    assert len(said[LOCKED]) == 1 and said[LOCKED] == said[LOCKED_BASE]
    (reply,) = said[LOCKED]
    assert reply.startswith(b"HTTP/1.1 429") and b'"code":"throttled"' in reply


def test_b1_whoever_forgot_their_password_gets_one_answer(tried):
    _, said = tried
    (reply,) = said[FORGOT_BASE]
    assert reply.startswith(b"HTTP/1.1 202")
    for kind in FORGOT:
        assert said[kind] == {reply}, kind


def test_b1_no_account_takes_grossly_longer_or_shorter(tried):
    times, _ = tried
    for kind, (t, own, base) in figures(times).items():
        assert abs(t) < GROSS, f"{kind}: t = {t:.1f}, means {sum(own) / len(own):.6f} and {sum(base) / len(base):.6f} s"
