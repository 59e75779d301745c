"""Every way in stands in server/api/step.def, and takes what its row says."""
import pytest

from support import source

STEPS = source.steps()
ROUTES = {route.operation: route for route in source.routes()}
SHOWN = {"device_token", "remember_device"}


def fields(route):
    return {field.name for name in source.uses()[route.handler].bodies for field in source.tables()[name].fields}


def test_whatever_is_open_to_anybody_and_no_step_gives_nothing():
    """ASVS 6.1.3: no way in is missing here."""
    public = {route.operation for route in ROUTES.values() if route.permission == "public" and route.method != "GET"}
    assert public - {step.operation for step in STEPS} == {"revokeToken"}
    assert {step.operation for step in STEPS} - public == {"stepUp"}


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_takes_what_its_row_says(step):
    taken = fields(ROUTES[step.operation])
    assert ("client_address" in taken) == (step.address == "STATED")
    assert taken & SHOWN == (SHOWN if step.device == "SHOWN" else set())
    assert step.address in ("STATED", "SESSION", "OWN") and step.device in ("SHOWN", "PLACE", "NONE")


def test_nothing_else_takes_it():
    operations = {step.operation for step in STEPS}
    others = [route for route in ROUTES.values() if route.operation not in operations]
    assert [route.operation for route in others if fields(route) & (SHOWN | {"client_address"})] == []
