"""`bailiwick login`, `whoami` and `logout`: sessions that are kept for their owner alone, and refreshed by one at a time."""
import json
import os
import pty
import select
import time

import pytest

from support.client import code, next_step
from support.command import Shell
from support.estate import PASSWORD


@pytest.fixture(name="shell")
def home_of_somebody(server):
    made = Shell(server)
    yield made
    made.close()


def test_a_person_logs_in_and_is_who_they_are(shell, estate):
    person = estate.person("alpha_one", "viewer")
    assert shell.log_in(person).output == ""
    me = shell.json("whoami")[0]
    assert (me["id"], me["kind"], me["two_factors"]) == (person.id, "user", False)
    said = shell("whoami")
    assert f"id                    {person.id}\n" in said.output
    assert shell.session_file.stat().st_mode & 0o777 == 0o600
    assert shell.state.stat().st_mode & 0o777 == 0o700


def test_what_is_not_said_in_words_is_asked_for_in_order(shell, estate):
    person = estate.person("alpha_one", "viewer")
    shell("login", text=f"{person.tenant_code}\n{person.login}\n{PASSWORD}\n")
    assert shell.json("whoami")[0]["id"] == person.id
    said = shell("login", text=f"{person.tenant_code}\n{person.login}\n", status=3)
    assert "missing" in said.errors


def test_a_second_factor_is_asked_for(shell, estate):
    person = estate.person("alpha_one", "viewer").enrol()
    next_step()
    shell.log_in(person, code(person.secret))
    assert shell.json("whoami")[0]["two_factors"] is True


def test_a_recovery_code_stands_in_for_it(shell, estate):
    person = estate.person("alpha_one", "viewer").enrol()
    shell.log_in(person, person.recovery_codes[0])
    assert shell.json("whoami")[0]["two_factors"] is True


def test_a_wrong_password_is_refused_by_name(shell, estate):
    person = estate.person("alpha_one", "viewer", log_in=False)
    said = shell("login", "--tenant", person.tenant_code, "--login", person.login, text="wrong\n", status=1)
    assert said.errors.startswith("bailiwick: login_failed: ")
    assert not shell.session_file.exists()


def test_a_password_is_not_shown_on_a_terminal(shell, estate):
    """On a pseudo-terminal, whose line shows what is typed unless the program asks for silence."""
    person = estate.person("alpha_one", "viewer", log_in=False)
    master, slave = pty.openpty()
    process = shell.begin("login", "--tenant", person.tenant_code, stdin=slave)
    screen = type_in(master, process, [("Login: ", person.login), ("Password: ", PASSWORD)])
    said = shell.ended(process)
    os.close(slave)
    os.close(master)
    assert said.status == 0, said
    assert person.login in screen and PASSWORD not in screen
    assert PASSWORD not in said.output + said.errors


def type_in(master, process, lines):
    """Answers each question once it was put, and gives what the terminal showed."""
    asked, screen = "", ""
    for question, line in lines:
        deadline = time.monotonic() + 20
        while not asked.endswith(question):
            assert time.monotonic() < deadline, asked
            if select.select([process.stderr], [], [], 0.1)[0]:
                asked += os.read(process.stderr.fileno(), 4096).decode()
        time.sleep(0.2)  # it is silent only once it has asked
        os.write(master, f"{line}\n".encode())
        time.sleep(0.2)
        screen += os.read(master, 4096).decode()
    return screen


def test_an_end_of_the_session_is_said(shell, estate):
    person = estate.person("alpha_one", "viewer")
    shell.log_in(person)
    estate.admin.client.delete(f"/v1/users/{person.id}/sessions")
    assert "the session is over" in shell("whoami", status=3).errors


def test_logging_out_ends_the_session_everywhere(shell, estate):
    person = estate.person("alpha_one", "viewer")
    shell.log_in(person)
    token = shell.session()["access_token"]
    shell("logout")
    assert not shell.session_file.exists()
    estate.admin.client.other(token).get("/v1/me", 401)
    assert "no session" in shell("whoami", status=3).errors
    assert "no session" in shell("logout", status=3).errors


def test_a_file_that_others_may_read_is_not_believed(shell, estate):
    shell.log_in(estate.person("alpha_one", "viewer"))
    shell.session_file.chmod(0o640)
    assert "0600" in shell("whoami", status=3).errors


def make_old(shell):
    """The access token is over, as far as the file says."""
    session = shell.session() | {"expires_at": 1}
    shell.session_file.write_text(json.dumps(session))
    return session


def test_a_token_that_is_over_is_refreshed(shell, estate):
    person = estate.person("alpha_one", "viewer")
    shell.log_in(person)
    before = make_old(shell)
    assert shell.json("whoami")[0]["id"] == person.id
    after = shell.session()
    assert after["refresh_token"] != before["refresh_token"] and after["expires_at"] > time.time()
    assert shell.session_file.stat().st_mode & 0o777 == 0o600


def test_many_commands_at_once_refresh_it_once(shell, estate):
    """A refresh token is good once; a second use would end the session, or be answered 409."""
    person = estate.person("alpha_one", "viewer")
    shell.log_in(person)
    for _ in range(3):
        make_old(shell)
        begun = [shell.begin("whoami", "--json") for _ in range(6)]
        said = [shell.ended(process) for process in begun]
        assert [(one.status, one.object()["id"]) for one in said] == [(0, person.id)] * 6


def test_a_token_goes_to_no_other_service(shell, estate):
    shell.log_in(estate.person("alpha_one", "viewer"))
    said = shell("whoami", "--url", "http://127.0.0.1:1", status=3)
    assert "no session" in said.errors
    del shell.variables["BAILIWICK_URL"]
    shell("whoami")


@pytest.mark.parametrize("url, why", [("http://example.org", "plain http only to this machine"), ("ftp://127.0.0.1", "must be https://"),
                                      ("127.0.0.1:8080", "must be https://"), ("http://user:word@127.0.0.1", "must be https://")])
def test_a_url_that_would_show_tokens_is_refused(shell, url, why):
    assert why in shell("whoami", "--url", url, status=3).errors


def test_nobody_there_is_said(shell, estate):
    person = estate.person("alpha_one", "viewer", log_in=False)
    words = ["login", "--tenant", person.tenant_code, "--login", person.login, "--url", "http://127.0.0.1:1"]
    assert "Failed to connect" in shell(*words, text=f"{PASSWORD}\n", status=3).errors


# Machines

@pytest.fixture(name="machine")
def new_machine(estate):
    return estate.new_machine("alpha_one", "viewer")


def test_a_machine_comes_by_its_environment(shell, machine):
    shell.variables |= {"BAILIWICK_CLIENT_ID": machine[0]["id"], "BAILIWICK_CLIENT_SECRET": machine[1]}
    me = shell.json("whoami")[0]
    assert (me["id"], me["kind"]) == (machine[0]["id"], "client")
    kept = shell.state / f"{machine[0]['id']}.json"
    first = json.loads(kept.read_text())["access_token"]
    shell("whoami")
    assert json.loads(kept.read_text())["access_token"] == first, "one session serves many commands"
    assert machine[1] not in kept.read_text()
    assert not shell.session_file.exists()


def test_a_machine_gets_another_session_when_its_own_is_over(shell, estate, machine):
    shell.variables |= {"BAILIWICK_CLIENT_ID": machine[0]["id"], "BAILIWICK_CLIENT_SECRET": machine[1]}
    shell("login")
    for state in ("suspended", "active"):
        estate.admin.client.patch(f"/v1/clients/{machine[0]['id']}", {"state": state})
    assert shell.json("whoami")[0]["id"] == machine[0]["id"]


@pytest.mark.parametrize("mode, status", [(0o600, 0), (0o400, 0), (0o640, 3), (0o604, 3)])
def test_a_machine_comes_by_a_file_of_its_own(shell, machine, mode, status):
    file = shell.home / "machine.json"
    file.write_text(json.dumps({"client_id": machine[0]["id"], "client_secret": machine[1]}))
    file.chmod(mode)
    said = shell("whoami", "--client-file", str(file), status=status)
    assert status == 0 or "0600" in said.errors


def test_what_the_service_answered_is_such_a_file(shell, machine):
    file = shell.home / "machine.json"
    file.write_text(json.dumps({"client": machine[0], "client_secret": machine[1]}))
    file.chmod(0o600)
    shell.variables["BAILIWICK_CLIENT_FILE"] = str(file)
    assert shell.json("whoami")[0]["id"] == machine[0]["id"]


def test_a_secret_in_a_file_is_for_its_owner_alone(shell, machine):
    file = shell.home / "secret"
    file.write_text(f"{machine[1]}\n")
    file.chmod(0o644)
    shell.variables |= {"BAILIWICK_CLIENT_ID": machine[0]["id"], "BAILIWICK_CLIENT_SECRET_FILE": str(file)}
    assert "0600" in shell("whoami", status=3).errors
    file.chmod(0o600)
    shell("whoami")


@pytest.mark.parametrize("variables", [{"BAILIWICK_CLIENT_ID": "0190a5b8-7c4e-7000-8000-000000000000"},
                                       {"BAILIWICK_CLIENT_SECRET": "x"},
                                       {"BAILIWICK_CLIENT_ID": "../x", "BAILIWICK_CLIENT_SECRET": "x"}])
def test_half_a_credential_is_none(shell, variables):
    shell.variables |= variables
    assert "client's id" in shell("whoami", status=3).errors


def test_a_wrong_secret_is_refused_by_name(shell, machine):
    shell.variables |= {"BAILIWICK_CLIENT_ID": machine[0]["id"], "BAILIWICK_CLIENT_SECRET": "x" * 40}
    assert "invalid_client" in shell("login", status=1).errors
