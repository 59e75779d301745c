"""By what clients prove who they are: several secrets at once, each with its end, and what falls with it."""
import time
from datetime import datetime, timedelta, timezone

import pytest

from support.estate import unique

FORM = {"grant_type": "client_credentials"}


@pytest.fixture(name="machine")
def new_machine(estate):
    """A client that sees something, and its first secret."""
    return estate.new_machine("alpha_one", "viewer")


def token(caller, client, secret, status=200):
    form = FORM | {"client_id": client["id"], "client_secret": secret}
    return caller.other().call("POST", "/oauth2/token", status, data=form).json()


def moment(seconds):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat()


def secret_of(admin, client, **body):
    return admin.post(f"/v1/clients/{client['id']}/secrets", body, 201).json()


def test_a_new_secret_works_beside_the_old_one_until_that_is_deleted(admin, machine, anonymous):
    client, first = machine
    path = f"/v1/clients/{client['id']}/secrets"
    made = secret_of(admin, client, name="second")
    assert made["secret"]["name"] == "second" and made["secret_already_shown"] is False
    old, = [item for item in admin.pages(path) if item["id"] != made["secret"]["id"]]
    for secret in (first, made["client_secret"]):
        token(anonymous, client, secret)
    admin.delete(f"{path}/{old['id']}")
    assert token(anonymous, client, first, 401) == {"error": "invalid_client"}
    token(anonymous, client, made["client_secret"])
    assert [item["id"] for item in admin.pages(path)] == [made["secret"]["id"]]


def test_tokens_got_with_a_deleted_secret_are_refused_at_once_and_others_are_not(admin, machine, anonymous):
    client, first = machine
    made = secret_of(admin, client)
    callers = [anonymous.other(token(anonymous, client, secret)["access_token"]) for secret in (first, made["client_secret"])]
    for caller in callers:
        caller.get("/v1/me")
    admin.delete(f"/v1/clients/{client['id']}/secrets/{made['secret']['id']}")
    callers[1].get("/v1/me", 401)
    callers[0].get("/v1/me")


def test_a_secret_ends_when_it_says_and_its_tokens_with_it(admin, machine, anonymous):
    client = machine[0]
    made = secret_of(admin, client, expires_at=moment(4))
    reply = token(anonymous, client, made["client_secret"])
    assert 1 <= reply["expires_in"] <= 4
    caller = anonymous.other(reply["access_token"])
    caller.get("/v1/me")
    time.sleep(4.1)
    caller.get("/v1/me", 401)
    assert token(anonymous, client, made["client_secret"], 401) == {"error": "invalid_client"}


def test_a_secret_says_when_it_was_last_used(admin, machine, anonymous):
    client, secret = machine
    path = f"/v1/clients/{client['id']}/secrets"
    assert [item["last_used_at"] for item in admin.pages(path)] == [None]
    token(anonymous, client, secret + "x", 401)
    assert [item["last_used_at"] for item in admin.pages(path)] == [None]
    token(anonymous, client, secret)
    item, = admin.pages(path)
    assert abs(datetime.fromisoformat(item["last_used_at"].replace("Z", "+00:00")).timestamp() - time.time()) < 60


def test_a_client_has_only_so_many(admin, machine):
    client = machine[0]
    path = f"/v1/clients/{client['id']}/secrets"
    made = [secret_of(admin, client) for _ in range(4)]
    admin.problem("POST", path, 422, "limit_reached", json={})
    admin.delete(f"{path}/{made[0]['secret']['id']}")
    secret_of(admin, client)


def test_a_repeated_request_shows_no_secret_again(admin, machine):
    path = f"/v1/clients/{machine[0]['id']}/secrets"
    key = {"Idempotency-Key": unique("key")}
    first = admin.call("POST", path, 201, json={"name": "once"}, headers=key).json()
    again = admin.call("POST", path, 201, json={"name": "once"}, headers=key).json()
    assert again == {"secret": first["secret"], "client_secret": None, "secret_already_shown": True}
    assert first["client_secret"] not in str(list(admin.pages(path)))


@pytest.mark.parametrize("body, field", [({"name": ""}, "name"), ({"name": "\u200b"}, "name"), ({"expires_at": "soon"}, "expires_at"),
                                         ({"expires_at": moment(-1)}, "expires_at"), ({"digest": "x"}, "digest")])
def test_terms_that_make_no_sense_are_refused(admin, machine, body, field):
    reply = admin.problem("POST", f"/v1/clients/{machine[0]['id']}/secrets", 400, "malformed", json=body)
    assert [error["field"] for error in reply["errors"]] == [field]


def test_a_secret_of_another_client_is_not_there(admin, machine, estate):
    other = estate.new_machine("alpha_one")[0]
    secret = next(admin.pages(f"/v1/clients/{machine[0]['id']}/secrets"))["id"]
    for path in (f"/v1/clients/{other['id']}/secrets/{secret}", f"/v1/clients/{machine[0]['id']}/secrets/nothing",
                 f"/v1/clients/{secret}/secrets/{secret}"):
        admin.delete(path, 404)


def test_a_client_may_begin_without_a_secret(estate, admin):
    body = {"display_name": unique("bare"), "with_secret": False}
    key = {"Idempotency-Key": unique("key")}
    for _ in range(2):
        made = admin.call("POST", f"/v1/tenants/{estate.id('alpha_one')}/clients", 201, json=body, headers=key).json()
        assert made["client_secret"] is None and made["secret_already_shown"] is False
    assert list(admin.pages(f"/v1/clients/{made['client']['id']}/secrets")) == []


def test_making_and_deleting_a_secret_is_on_record(admin, machine, estate):
    client = machine[0]
    made = secret_of(admin, client, name="recorded")
    admin.delete(f"/v1/clients/{client['id']}/secrets/{made['secret']['id']}")
    events = [e for e in admin.pages(f"/v1/tenants/{estate.id('alpha_one')}/audit") if e["object_id"] == made["secret"]["id"]]
    assert [(e["action"], e["object_kind"]) for e in events] == [("deleteClientSecret", "client_secret"),
                                                                 ("createClientSecret", "client_secret")]
    assert events[0]["before"]["name"] == events[1]["after"]["name"] == "recorded"
    assert made["client_secret"] not in str(events)
