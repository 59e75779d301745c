"""D22: whoever changes one thing changes nothing beside it, also while somebody else changes another."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.contract import Document
from support.estate import Estate
from support.server import Server


@pytest.fixture(scope="module", name="estate")
def made_estate():
    server = Server()
    try:
        made = Estate(server.start(), Document())
        made.admin.enrol()  # what is privileged may ask for two factors
        yield made
        server.stop()
    finally:
        server.close()


def tighter(setting, name):
    """Some value as tight as what holds, or tighter, that another can be told from."""
    value = setting["value"]
    if name == "networks":
        return ["10.0.0.0/8"]
    if name == "password_words":
        return ["a product"]
    if name.endswith("second_factor"):
        return "everyone" if value == "none" else value
    if isinstance(value, bool):
        return True
    return {"password_most": 200, "password_strength": 2, "password_classes": 1, "password_history": 3, "password_age": 864000,
            "tenant_attempts": 500}.get(name) or (value + 1 if name.startswith("password_") else value - 1)


def own(policy):
    return {name: setting["own"] for name, setting in policy.items() if name != "tenant_id"}


def test_d22_a_change_of_one_value_leaves_every_other_as_it_was(estate):
    admin, path = estate.admin.client, f"/v1/tenants/{estate.new_tenant()['id']}/security-policy"
    before = admin.get(path).json()
    names = sorted(own(before))
    values = {name: tighter(before[name], name) for name in names}
    values["second_factor"] = "privileged"
    assert own(admin.patch(path, values).json()) == values
    for name in names:
        assert own(admin.patch(path, {name: None}).json()) == values | {name: None}, name
        assert own(admin.patch(path, {name: values[name]}).json()) == values, name
    assert own(admin.patch(path, {}).json()) == values


def test_d22_changes_at_once_of_different_values_are_all_there(estate):
    """Without If-Match: nobody reads what they write back."""
    admin, path = estate.admin.client, f"/v1/tenants/{estate.new_tenant()['id']}/security-policy"
    before = admin.get(path).json()
    values = {name: tighter(before[name], name) for name in own(before) if name.startswith("password_")}
    callers = [(admin.other(admin.token), name) for name in values]
    with ThreadPoolExecutor(len(callers)) as pool:
        replies = list(pool.map(lambda each: each[0].patch(path, {each[1]: values[each[1]]}, None), callers))
    done = {name for (_, name), reply in zip(callers, replies) if reply.status_code == 200}
    assert done and {reply.status_code for reply in replies} <= {200, 409, 503}
    after = own(admin.get(path).json())
    assert {name for name, value in after.items() if value is not None} == done
    assert all(after[name] == values[name] for name in done)


def test_d22_what_a_user_is_called_has_nothing_to_do_with_what_holds_for_them(estate):
    """A suspended user with a second factor is one still, whatever else is changed."""
    person = estate.person().enrol()
    estate.admin.client.post(f"/v1/users/{person.id}/suspend")
    for change in ({"display_name": "Another"}, {"email": "a@example.com"}, {"external_id": "another"}):
        assert estate.admin.client.patch(f"/v1/users/{person.id}", change).json()["state"] == "suspended"
    estate.admin.client.post(f"/v1/users/{person.id}/resume")
    assert "pending" in person.client.other().post("/v1/login", person.body()).json()
