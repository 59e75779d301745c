"""`bailiwick KIND VERB`: what the API does is done, what it refuses is said by its code, and how it ended is a status."""
import json
import re
import signal
import threading

import pytest

from support.command import Shell
from support.estate import unique

NOBODY = "0190a5b8-7c4e-7000-8000-000000000000"


@pytest.fixture(scope="module", name="shell")
def home_of_the_administrator(server, estate):
    made = Shell(server)
    made.log_in(estate.admin)
    yield made
    made.close()


@pytest.fixture(scope="module", name="partner")
def a_partner(shell):
    """The external_id of a partner with one customer below it."""
    name = unique("ext")
    above = shell.json("tenant", "add", "--kind", "partner", "--name", "Küste Süd", "--external-id", name)[0]
    shell("tenant", "add", "--kind", "customer", "--name", "Under", "--parent-id", above["id"], "--external-id", f"{name}-one")
    return name


# Tenants

def test_a_tenant_is_made_shown_changed_suspended_and_resumed(shell, partner):
    made = shell.json("tenant", "add", "--kind=customer", "--name=One", "--parent-id", partner, "--external-id", unique("x"))[0]
    assert (made["kind"], made["name"], made["state"]) == ("customer", "One", "active")
    assert shell.json("tenant", "show", made["id"])[0] == made
    assert shell.json("tenant", "set", made["id"], "--name", "Two", "--external-id", "")[0]["external_id"] is None
    assert shell.json("tenant", "suspend", made["id"], "--reach", "staff")[0]["state"] == "suspended"
    assert shell.json("tenant", "resume", made["id"])[0]["state"] == "active"
    assert shell.json("tenant", "show", made["id"])[0]["name"] == "Two"


def test_a_tenant_and_a_user_move_by_the_plan_of_a_dry_run(shell, partner):
    other = shell.json("tenant", "add", "--kind", "partner", "--name", "Other", "--external-id", unique("other"))[0]
    user = shell.json("user", "add", other["id"], "--login", "mover")[0]
    to = ["user", "move", user["id"], "--tenant-id", partner]
    plan = shell.json(*to, "--dry-run", "true")[0]["plan"]
    assert shell.json(*to, "--plan", plan)[0]["tenant_id"] == shell.json("tenant", "show", partner)[0]["id"]
    to = ["tenant", "move", other["id"], "--parent-id", partner]
    plan = shell.json(*to, "--dry-run", "true")[0]
    assert plan["rows"]["tenants"] == 1
    assert shell.json(*to, "--plan", plan["plan"])[0]["parent_id"] == shell.json("tenant", "show", partner)[0]["id"]
    assert "wrong_state" in shell(*to, "--plan", plan["plan"], status=1).errors


def test_a_table_is_aligned_by_columns_of_the_terminal(shell, partner):
    said = shell("tenant", "children", partner, "--scope", "subtree")
    head, *lines = said.output.splitlines()
    assert head.split() == ["name", "kind", "state", "code", "external_id", "id"]
    assert len(lines) >= 2 and all(line.index("active") == head.index("state") for line in lines)
    assert lines[0].startswith("Küste Süd  partner ")


def test_a_list_goes_on_to_its_end_or_to_its_limit(shell, partner):
    home = shell.json("tenant", "add", "--kind", "customer", "--name", "Full", "--parent-id", partner)[0]["id"]
    script = [shell.begin("user", "add", home, "--login", f"u{i}") for i in range(3)]
    assert [shell.ended(process).status for process in script] == [0, 0, 0]
    assert sorted(user["login"] for user in shell.json("user", "ls", home)) == ["u0", "u1", "u2"]
    assert len(shell.json("user", "ls", home, "--limit", "2")) == 2
    assert len(shell("user", "ls", home, "--limit", "2").rows()) == 2


def test_more_than_a_page_is_listed_whole(shell, estate):
    """A page has 200 items at most."""
    home = estate.new_tenant()["id"]
    for i in range(203):
        estate.admin.client.post(f"/v1/tenants/{home}/users", {"login": f"n{i}"}, 201)
    listed = shell.json("user", "ls", home)
    assert len({user["login"] for user in listed}) == 203
    assert len(shell("user", "ls", home).rows()) == 203


def test_what_is_empty_is_shown_as_nothing(shell, estate):
    home = estate.new_tenant()["id"]
    assert shell("user", "ls", home).output == ""
    assert shell("user", "ls", home, "--json").output == ""


# People, machines, roles, grants

def test_a_user_is_made_invited_and_ended(shell, partner):
    made = shell.json("user", "add", partner, "--login", "kim", "--display-name", "Kim", "--dialling-addresses", "+491",
                      "--dialling-addresses", "sip:k@x.org", "--external-id", "k-1")[0]
    assert made["dialling_addresses"] == ["+491", "sip:k@x.org"]
    assert shell.json("user", "show", f"{partner}/kim") == shell.json("user", "show", f"{partner}/k-1") == [made]
    assert shell.json("user", "invite", f"{partner}/kim")[0]["token"].startswith("bwi_")
    assert shell.json("user", "set", made["id"], "--email", "kim@example.org")[0]["email"] == "kim@example.org"
    assert shell.json("user", "ls", partner, "--q", "ki", "--state", "invited")[0]["id"] == made["id"]
    assert shell.json("user", "suspend", made["id"])[0]["state"] == "suspended"
    assert shell.json("user", "resume", made["id"])[0]["state"] == "invited"
    assert shell.json("user", "unlock", made["id"])[0]["state"] == "invited"
    assert shell.json("user", "sign-in", made["id"])[0]["password"] == "none"
    assert shell.json("user", "terminate", made["id"])[0]["state"] == "terminated"


def test_a_machine_has_secrets_and_a_state(shell, partner):
    made = shell.json("client", "add", partner, "--display-name", "CRM", "--external-id", "crm", "--networks", "10.0.0.0/8")[0]
    assert made["client_secret"] and made["client"]["networks"] == ["10.0.0.0/8"]
    assert shell.json("client", "suspend", f"{partner}/crm")[0]["state"] == "suspended"
    assert shell.json("client", "resume", f"{partner}/crm")[0]["state"] == "active"
    second = shell.json("client", "add-secret", f"{partner}/crm", "--name", "next")[0]
    secrets = {secret["id"] for secret in shell.json("client", "secrets", f"{partner}/crm")}
    assert second["secret"]["id"] in secrets and len(secrets) == 2
    assert shell("client", "rm-secret", f"{partner}/crm", second["secret"]["id"]).output == ""
    assert len(shell.json("client", "secrets", f"{partner}/crm")) == 1
    assert "client_secret  " in shell("client", "add", partner, "--display-name", "other").output
    assert shell("client", "rm", f"{partner}/crm").output == ""
    assert "crm: there is no such thing" in shell("client", "show", f"{partner}/crm", status=1).errors


def test_a_group_is_filled_suspended_and_emptied(shell, partner):
    made = shell.json("group", "add", partner, "--display-name", "Support desk", "--external-id", "desk")[0]
    assert shell.json("group", "show", f"{partner}/desk") == shell.json("group", "show", f"{partner}/Support desk") == [made]
    user = shell.json("user", "add", partner, "--login", "jo")[0]
    joined = shell.json("group", "add-member", f"{partner}/desk", "--principal-id", f"{partner}/jo")[0]
    assert (joined["group_id"], joined["principal_id"]) == (made["id"], user["id"])
    assert shell.json("group", "members", f"{partner}/desk") == [joined]
    shell("grant", "add", partner, "--principal-id", f"{partner}/desk", "--role", "viewer", "--scope", "self")
    assert shell.json("group", "suspend", f"{partner}/desk")[0]["state"] == "suspended"
    assert shell.json("group", "resume", f"{partner}/desk")[0]["state"] == "active"
    assert shell("group", "rm-member", f"{partner}/desk", user["id"]).output == ""
    assert shell("group", "members", f"{partner}/desk").output == ""
    assert shell("group", "rm", f"{partner}/desk").output == ""


def test_a_role_is_made_changed_and_deleted(shell, partner):
    made, = shell.json("role", "add", partner, "--name", "looker", "--permissions", "tenant:read", "--permissions", "user:read")
    assert (made["name"], made["permissions"], made["origin"]) == ("looker", ["tenant:read", "user:read"], "tenant")
    shell.json("role", "set", made["id"], "--permissions", "tenant:read")
    assert shell.json("role", "show", made["id"])[0]["permissions"] == ["tenant:read"]
    shell("role", "rm", made["id"])
    assert "looker" not in [role["name"] for role in shell.json("role", "ls", partner)]


def test_a_role_is_given_by_name_and_taken_back(shell, partner):
    shell("user", "add", partner, "--login", "lee")
    assert "viewer" in [role["name"] for role in shell.json("role", "ls", partner)]
    made = shell.json("grant", "add", partner, "--principal-id", f"{partner}/lee", "--role", "viewer", "--scope", "self",
                      "--reason", "to look", "--ticket", "CHG-7")[0]
    assert (made["role"], made["scope"], made["reason"], made["ticket"]) == ("viewer", "self", "to look", "CHG-7")
    assert shell.json("user", "grants", f"{partner}/lee") == [made]
    assert made in shell.json("grant", "ls", partner)
    assert shell.json("grant", "ls", partner, "--principal-id", f"{partner}/lee") == [made]
    shell("grant", "rm", made["id"])
    assert shell.json("user", "grants", f"{partner}/lee") == []


def test_who_can_do_what_is_asked_and_why(shell, estate, partner):
    shell("user", "add", partner, "--login", "max")
    grant, = shell.json("grant", "add", partner, "--principal-id", f"{partner}/max", "--role", "viewer", "--scope", "self")
    admin = [item for item in shell.json("tenant", "access", partner, "--permission", "user:create")
             if item["principal"]["id"] == estate.admin.id]
    assert [item["role"]["name"] for item in admin] == ["provider_admin"]
    held = shell.json("user", "permissions", estate.admin.id)
    assert [item["grant"]["id"] for item in held] == [item["grant"]["id"] for item in admin]
    place = shell.json("tenant", "show", partner)[0]["id"]
    said, = shell.json("explain", "--principal-id", f"{partner}/max", "--action", "tenant:read", "--type", "tenant", "--id", place)
    assert (said["allowed"], said["reason"], said["chains"][0]["grant"]) == (False, "subject_invited", grant)


def test_ones_own_tenant_is_meant_where_none_is_named(shell, estate):
    assert shell.json("tenant", "show")[0]["id"] == shell.json("tenant", "show", ".")[0]["id"] == estate.admin.tenant_id
    assert estate.admin.id in [user["id"] for user in shell.json("user", "ls")]


def test_events_are_listed_with_what_was_done(shell, partner):
    events = shell.json("audit", "ls", partner, "--action", "createTenant")
    assert [event["outcome"] for event in events] == ["done"]


# Refusals

def test_a_refusal_is_said_by_code_and_request(shell):
    said = shell("tenant", "show", NOBODY, status=1)
    code, request = said.errors.splitlines()
    assert code == "bailiwick: not_found: There is no such thing"
    assert request.startswith("  request ") and len(request) > 20
    assert said.output == ""


def test_every_wrong_field_is_named(shell, partner):
    said = shell("user", "add", partner, "--login", "x" * 129, "--email", "y", status=1)
    assert said.errors.startswith("bailiwick: malformed: ")
    assert "\n  login: too_long: " in said.errors and "\n  email: too_short: " in said.errors


def test_of_several_things_each_is_done_or_refused_by_name(shell, estate):
    ids = [estate.new_user()["id"] for _ in range(2)]
    said = shell("user", "suspend", ids[0], NOBODY, ids[1], "--json", status=2)
    assert [user["state"] for user in said.objects()] == ["suspended", "suspended"]
    assert said.errors.startswith(f"bailiwick: {NOBODY}: not_found: ")
    shell("user", "suspend", NOBODY, NOBODY, status=1)


def test_a_reference_to_nothing_or_to_several_changes_nothing(shell, estate):
    assert "no tenant has this external_id" in shell("user", "ls", unique("none"), status=1).errors
    twice = unique("twice")
    for parent in ("alpha", "beta"):
        estate.new_tenant(parent=estate.id(parent), external_id=twice)
    assert "several tenants" in shell("tenant", "suspend", twice, "--reach", "staff", status=1).errors


# Names in the place of ids

def test_a_role_is_shown_by_name(shell, partner):
    """As it is given by name: one that is made for a tenant is none of one's own."""
    made, = shell.json("role", "add", partner, "--name", "named", "--permissions", "user:read")
    assert shell.json("role", "show", "viewer")[0]["name"] == "viewer"
    assert shell.json("role", "show", f"{partner}/viewer", f"{partner}-one/named") == [*shell.json("role", "show", "viewer"), made]
    assert "there is no such thing at that tenant" in shell("role", "show", "named", status=1).errors
    shell("role", "set", f"{partner}/named", "--description", "by name")
    shell("role", "rm", f"{partner}/named")


def test_a_tenant_goes_by_its_code(shell, partner):
    found = shell.json("tenant", "show", partner)[0]
    assert shell.json("tenant", "show", found["code"]) == [found]
    assert shell.json("tenant", "ls", "--code", found["code"]) == [found]
    assert shell.json("tenant", "children", partner, "--code", found["code"]) == []


def test_a_machine_goes_by_its_name_where_that_is_the_only_one(shell, partner):
    made = shell.json("client", "add", partner, "--display-name", "Billing two")[0]["client"]
    assert shell.json("client", "show", f"{partner}/Billing two") == [made]
    shell("grant", "add", partner, "--principal-id", f"{partner}/Billing two", "--role", "viewer", "--scope", "self")
    shell("client", "add", partner, "--display-name", "Billing two")
    assert "several have this name" in shell("client", "suspend", f"{partner}/Billing two", status=1).errors
    assert shell.json("client", "show", made["id"])[0]["state"] == "active"


def test_a_name_alone_is_of_ones_own_tenant(shell, estate):
    login = unique("here")
    made = shell.json("user", "add", "--login", login)
    assert made[0]["tenant_id"] == estate.admin.tenant_id
    assert shell.json("user", "show", login) == shell.json("user", "show", f"./{login}") == made


def test_a_login_is_found_behind_many_that_begin_like_it(shell, estate):
    home = estate.new_tenant(external_id=unique("many"))
    for i in range(60):
        estate.admin.client.post(f"/v1/tenants/{home['id']}/users", {"login": f"bo{i}"}, 201)
    made = shell.json("user", "add", home["id"], "--login", "bo")
    assert shell.json("user", "show", f"{home['external_id']}/bo") == made


# Words

@pytest.mark.parametrize("words, why", [
    (["tenant"], "no such command"), (["tenant", "frob"], "no such command"), (["tenant", "add", "--name", "x"], "it needs --kind"),
    (["tenant", "add", "--kind", "planet", "--name", "x"], "--kind: is none of those"), (["tenant", "ls", "--frob"], "--frob: unknown"),
    (["tenant", "ls", "x"], "one word too many"), (["user", "show"], "of what"), (["tenant", "ls", "--name"], "needs a value"),
    (["tenant", "ls", "--name", "a", "--name", "b"], "given twice"), (["user", "set", "x"], "what to change"),
    (["tenant", "show", "--limit", "2"], "--limit: unknown"), (["tenant", "ls", "--json=no"], "takes no value"),
    (["tenant", "ls", "--limit", "few"], "must be a whole number")])
def test_what_is_not_understood_is_not_begun(shell, words, why):
    said = shell(*words, status=3)
    assert why in said.errors and said.output == ""


def test_a_noun_alone_says_what_there_is_of_it(shell):
    for words in (["tenant"], ["tenant", "frob"]):
        _, *told = shell(*words, status=3).errors.splitlines()
        assert {"ls", "show", "add", "suspend"} <= {line.split()[1] for line in told} and {line.split()[0] for line in told} == {"tenant"}


def test_all_commands_are_told_to_whoever_asks(shell):
    for word in ("--help", "help"):
        said = shell(word)
        assert said.output.startswith("usage: bailiwick COMMAND") and "  tenant ls " in said.output and said.errors == ""
    said = shell("frob", status=3)
    assert said.output == "" and said.errors.splitlines()[-1] == "bailiwick: frob: there is no such command"


def test_a_command_says_how_it_goes(shell):
    said = shell("grant", "add", "--help")
    assert said.output.startswith("usage: bailiwick grant add [TENANT] --principal-id PRINCIPAL [--role TEXT]")
    assert "--scope self|subtree  " in said.output


# Terminals

def test_no_name_is_a_command_to_the_terminal(shell, estate):
    """The service refuses control characters in names, but not those that turn the direction of writing."""
    name = "evil\u202eeman"
    made = estate.new_tenant(name=name)
    assert "evil\ufffdeman" in shell("tenant", "show", made["id"]).output
    shown = shell("tenant", "show", made["id"], "--json").output
    assert "\u202e" not in shown and json.loads(shown)["name"] == name


# Trees and events

def test_a_tree_is_drawn_as_it_stands(shell, estate):
    root = estate.new_tenant("partner", name="Root")
    left = estate.new_tenant("partner", parent=root["id"], name="Left")
    estate.new_tenant(parent=left["id"], name="Leaf")
    estate.new_tenant(parent=root["id"], name="Right")
    shell("tenant", "suspend", left["id"], "--reach", "staff")
    drawn = [re.sub(r" \((\w+) \w+\)", r" \1", line) for line in shell("tree", root["id"]).output.splitlines()]
    assert drawn in (["Root partner", "├── Left partner suspended", "│   └── Leaf customer", "└── Right customer"],
                     ["Root partner", "├── Right customer", "└── Left partner suspended", "    └── Leaf customer"])


def test_a_tree_of_everything_begins_at_what_one_sees(shell, estate):
    lines = shell("tree").output.splitlines()
    assert len(lines) == len(shell.json("tenant", "ls"))
    assert estate.tenants["provider"]["code"] in lines[0]
    assert all(line.startswith(("├", "│", "└", " ")) for line in lines[1:])


def test_the_last_events_come_with_the_newest_last(shell, estate):
    home = estate.new_tenant()["id"]
    for i in range(4):
        shell("user", "add", home, "--login", f"e{i}")
    events = shell.json("audit", "tail", home, "--limit", "3")
    assert [event["action"] for event in events] == ["createUser"] * 3
    assert [event["after"]["login"] for event in events] == ["e1", "e2", "e3"]
    said = shell("audit", "tail", home, "--limit", "2")
    assert said.output.splitlines()[0].split() == ["at", "outcome", "action", "reason", "object_kind", "object_id", "actor.kind",
                                                    "actor.id"]
    assert [row[-2:] for row in said.rows()] == [["user", shell.json("whoami")[0]["id"]]] * 2


def test_events_are_followed_each_once(shell, estate):
    home = estate.new_tenant()["id"]
    process = shell.begin("audit", "tail", home, "-f", "--json", "--limit", "1", bufsize=1)
    too_late = threading.Timer(60, process.kill)
    too_late.start()
    try:
        assert json.loads(process.stdout.readline())["action"] == "createTenant"
        for login in ("f0", "f1", "f2"):
            shell("user", "add", home, "--login", login)
            assert json.loads(process.stdout.readline())["after"]["login"] == login
    finally:
        too_late.cancel()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == -signal.SIGINT
        process.stdout.close()
        process.stderr.close()
