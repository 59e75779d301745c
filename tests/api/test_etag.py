"""ETags: nobody's change is lost, and nothing is sent to who has it."""
import pytest

from support.estate import unique

UPDATES = {
    "tenant": ("/v1/tenants/{}", {"name": "Another"}),
    "user": ("/v1/users/{}", {"display_name": "Another"}),
    "client": ("/v1/clients/{}", {"display_name": "Another"}),
}


@pytest.fixture(name="thing", params=list(UPDATES))
def something_with_an_etag(request, estate):
    """(path, patch) of a new thing."""
    path, patch = UPDATES[request.param]
    made = {"tenant": estate.new_tenant, "user": estate.new_user, "client": lambda: estate.new_machine()[0]}
    return path.format(made[request.param]()["id"]), patch


def tag(caller, path):
    return caller.get(path).headers["ETag"]


def test_it_stays_while_nothing_changes(thing, admin):
    path, _ = thing
    assert tag(admin, path) == tag(admin, path)


def test_it_changes_with_the_thing(thing, admin):
    path, patch = thing
    before = tag(admin, path)
    after = admin.patch(path, patch).headers["ETag"]
    assert before != after == tag(admin, path)


def test_what_one_has_is_not_sent_again(thing, admin):
    path, _ = thing
    known = tag(admin, path)
    for sent in (known, f"W/{known}", f'"other", {known}', "*"):
        reply = admin.get(path, 304, headers={"If-None-Match": sent})
        assert reply.headers["ETag"] == known
    for sent in ('"other"', known.strip('"'), '"'):
        admin.get(path, headers={"If-None-Match": sent})


def test_a_change_of_what_was_not_read_is_refused(thing, admin):
    path, patch = thing
    before = admin.get(path)
    stale = before.headers["ETag"]
    admin.patch(path, {"external_id": unique("x")}, headers={"If-Match": stale})
    now = admin.get(path)
    for sent in (stale, '"other"', f"W/{now.headers['ETag']}"):
        admin.problem("PATCH", path, 412, "stale", json=patch, headers={"If-Match": sent})
    assert admin.get(path).json() == now.json()
    for sent in (f'"other", {now.headers["ETag"]}', "*"):
        admin.patch(path, patch, headers={"If-Match": sent})


def test_another_root_has_another_tag(estate, admin):
    path = f"/v1/tenants/{estate.id('alpha_one')}"
    assert tag(admin, path) != tag(estate.actor("alpha", "viewer"), path)
    assert tag(estate.actor("alpha", "viewer"), path) == tag(estate.actor("alpha", "auditor"), path)


def test_what_happens_below_changes_no_tag(estate, admin):
    path = f"/v1/tenants/{estate.id('alpha_two')}"
    before = tag(admin, path)
    estate.new_user("alpha_two")
    admin.patch(f"/v1/tenants/{estate.id('alpha')}", {"name": "alpha"})
    assert tag(admin, path) == before


def test_a_suspension_changes_it(estate, admin):
    tenant = estate.new_tenant()
    path = f"/v1/tenants/{tenant['id']}"
    before = tag(admin, path)
    reply = admin.post(f"{path}/suspend", {"reach": "staff"})
    assert before != reply.headers["ETag"] == tag(admin, path)
