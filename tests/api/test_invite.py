"""`bailiwick invite`: the operator at the machine gives a one-time token."""
import re

import pytest

from support.estate import PASSWORD
from support.importing import installed, invite, load, tenant, user


@pytest.fixture(scope="module", name="at")
def installation():
    with installed() as made:
        load(made.server, [tenant("p1", "partner"), tenant("p2", "partner"), tenant("twin", above="p1"),
                           tenant("twin", above="p2"), user("u1", "p1", "Ada.Lovelace")]).is_clean(created=5)
        yield made


def token_of(said):
    return re.fullmatch(r"one-time token of \S+ \((\w+)\) in tenant (\w+), good until \S+Z: (bwi_\S+)\n", said).groups()


def test_the_token_sets_a_password(at):
    status, said = invite(at.server, "ada.lovelace", "p1")
    state, code, token = token_of(said)
    assert (status, state, code) == (0, "invited", at.find("p1")[0]["code"])
    at.admin.other().post("/v1/invitations/accept", {"token": token, "password": PASSWORD})
    assert at.signed_in("Ada.Lovelace", code)


def test_the_tenants_code_does_as_well_and_a_newer_token_ends_an_older(at):
    code = at.find("p1")[0]["code"]
    _, first = invite(at.server, "ada.lovelace", code)
    _, second = invite(at.server, "ADA.LOVELACE", code)
    body = {"token": token_of(first)[2], "password": PASSWORD}
    at.admin.other().problem("POST", "/v1/invitations/accept", 422, "token_spent", json=body)
    at.admin.other().post("/v1/invitations/accept", {"token": token_of(second)[2], "password": PASSWORD})
    assert token_of(invite(at.server, "ada.lovelace", code)[1])[0] == "active"


@pytest.mark.parametrize("login, where, why", [
    ("nobody", "p1", "login: not_found"),
    ("a b", "p1", "login: malformed"),
    ("ada.lovelace", "nowhere", "tenant: not_found"),
    ("ada.lovelace", "twin", "tenant: conflict"),
])
def test_whom_it_cannot_find_it_names(at, login, where, why):
    assert invite(at.server, login, where) == (3, f"bailiwick invite: {why}\n")


def test_the_operator_is_not_held_up(at):
    """Not even where others have ordered as many for somebody as there may be."""
    home = at.find("p1")[0]
    user = next(user for user in at.admin.pages(f"/v1/tenants/{home['id']}/users") if user["login"].lower() == "ada.lovelace")
    orders = [at.admin.call("POST", f"/v1/users/{user['id']}/reset-password").status_code for _ in range(6)]
    assert orders == [201] * 5 + [429]
    for _ in range(2):
        assert invite(at.server, "ada.lovelace", "p1")[0] == 0


def test_the_event_says_that_it_was_the_operator(at):
    invite(at.server, "ada.lovelace", "p1")
    home = at.find("p1")[0]["id"]
    event = next(at.admin.pages(f"/v1/tenants/{home}/audit", action="inviteUser"))
    assert event["actor"] == {"kind": "operator", "id": None, "tenant_id": None}
