"""Something is deleted while somebody builds on it: a plain answer, as if it had been gone before."""
import threading
import time

from test_drain import wait_until_waiting


def meanwhile(blocker, db, statement, values, call):
    """Runs the statement, makes the call wait for it, commits; what the call gave."""
    blocker.execute(statement, values)
    found = []
    thread = threading.Thread(target=lambda: found.append(call()), daemon=True)
    thread.start()
    try:
        wait_until_waiting(db, 1)
    finally:
        time.sleep(0.05)
        blocker.commit()
        thread.join(20)
    return found[0]


DELETE = "DELETE FROM principal WHERE id = %s"


def test_a_grant_to_who_is_deleted_meanwhile_finds_nobody(estate, admin, db, blocker):
    machine, _ = estate.new_machine("alpha_one")
    body = {"principal_id": machine["id"], "role": "viewer", "scope": "self"}
    reply = meanwhile(blocker, db, DELETE, [machine["id"]], lambda: admin.call(
        "POST", f"/v1/tenants/{estate.id('alpha_one')}/grants", json=body))
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "principal_id")


def test_a_login_of_who_is_deleted_meanwhile_fails(estate, admin, db, blocker):
    machine, secret = estate.new_machine("alpha_one")
    form = {"grant_type": "client_credentials", "client_id": machine["id"], "client_secret": secret}
    reply = meanwhile(blocker, db, DELETE, [machine["id"]], lambda: admin.other().call("POST", "/oauth2/token", data=form))
    assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")


def test_a_change_of_who_is_deleted_meanwhile_finds_nobody(estate, admin, db, blocker):
    machine, _ = estate.new_machine("alpha_one")
    reply = meanwhile(blocker, db, DELETE, [machine["id"]], lambda: admin.call(
        "PATCH", f"/v1/clients/{machine['id']}", json={"display_name": "Late"}))
    assert reply.status_code == 404
