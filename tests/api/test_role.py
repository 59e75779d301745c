"""Roles: the built-in ones, as far as there are others."""
import pytest

BUILTIN = ["auditor", "customer_admin", "helpdesk", "introspector", "partner_admin", "portal", "provider_admin", "provisioner",
           "viewer"]


def test_the_built_in_roles_can_be_given_everywhere(estate):
    roles = list(estate.actor("alpha_one", "viewer").pages(f"/v1/tenants/{estate.id('alpha_one')}/roles"))
    assert sorted(role["name"] for role in roles) == BUILTIN
    assert {(role["origin"], role["tenant_id"]) for role in roles} == {("builtin", None)}


@pytest.mark.parametrize("name", BUILTIN)
def test_a_role_says_what_it_permits(estate, name):
    caller = estate.actor("alpha_one", "viewer")
    role = caller.get(f"/v1/roles/{estate.role(name)}").json()
    assert role["name"] == name and role["permissions"] and role["kinds"]
    assert caller.get(f"/v1/roles/{estate.role(name)}").headers["ETag"]


def test_an_unknown_role_is_not_there(estate):
    caller = estate.actor("alpha_one", "viewer")
    caller.get("/v1/roles/0190a5b8-7c4e-7000-8000-000000000000", 404)
    caller.get("/v1/roles/viewer", 404)


def test_without_the_permission_there_is_nothing_to_see(estate):
    estate.person("alpha_one").client.problem("GET", f"/v1/roles/{estate.role('viewer')}", 403, "forbidden")
