"""Secrets with an unmistakable mark go through every door; afterwards none of them lies anywhere on the disk."""
import base64
import contextlib
import time

from conftest import database
from support.client import code, next_step

MARK = "Canary4711"


def spread_out(estate):
    """Every kind of secret, made or sent, and used: name -> bytes that must be found nowhere."""
    first, second = f"{MARK} first password", f"{MARK} second password"
    secrets = {"password": first, "new password": second}
    person = estate.person("alpha", "viewer", log_in=False)
    secrets["reset"] = estate.reset(person.id)
    anonymous = person.client.other()
    anonymous.post("/v1/password/reset", {"token": secrets["reset"], "password": first})
    person.password = first
    person.log_in()
    secrets["access token"], secrets["refresh token"] = person.client.token, person.refresh_token
    anonymous.post("/v1/login", person.body() | {"password": f"{MARK} wrong"}, 401)
    anonymous.post("/v1/login", person.body() | {"login": f"{MARK} typed into the wrong field"}, 401)
    anonymous.call("POST", "/v1/login", 400, data=f'{{"password": "{MARK} malformed', headers={"Content-Type": "application/json"})
    person.client.put("/v1/me/password", {"current_password": first, "new_password": second})
    person.password = second
    person.log_in()
    enrolment = person.client.post("/v1/me/totp", {"password": second}).json()
    secrets["seed"] = enrolment["secret"]
    person.secret = enrolment["secret"]
    if time.time() % 30 > 20:
        next_step()
    confirmed = person.client.post("/v1/me/totp/confirm", {"code": code(person.secret, -1)}).json()
    secrets["recovery code"], secrets["spent recovery code"] = confirmed["recovery_codes"][:2]
    pending = anonymous.post("/v1/login", person.body()).json()["pending_token"]
    secrets["pending token"] = pending
    session = anonymous.post("/v1/login/totp", {"pending_token": pending, "code": code(person.secret)}).json()
    recovering = anonymous.post("/v1/login", person.body()).json()["pending_token"]
    anonymous.post("/v1/login/recovery", {"pending_token": recovering, "code": secrets["spent recovery code"]})
    secrets["second refresh token"] = session["refresh_token"]
    renewed = anonymous.post("/v1/token/refresh", {"refresh_token": session["refresh_token"]}).json()
    secrets["third refresh token"], secrets["second access token"] = renewed["refresh_token"], renewed["access_token"]
    body = {"display_name": "machine"}
    made = estate.admin.client.post(f"/v1/tenants/{estate.id('alpha')}/clients", body, 201,
                                    headers={"Idempotency-Key": "canary"}).json()
    secrets["client secret"] = made["client_secret"]
    form = {"grant_type": "client_credentials", "client_id": made["client"]["id"], "client_secret": made["client_secret"]}
    secrets["client's token"] = anonymous.call("POST", "/oauth2/token", 200, data=form).json()["access_token"]
    anonymous.call("POST", "/oauth2/token", 401, data=form | {"client_secret": f"{MARK} wrong secret"})
    secrets["administrator's token"] = estate.admin.client.token
    found = {name: value.encode() for name, value in secrets.items()}
    seed = secrets["seed"]
    found["seed, decoded"] = base64.b32decode(seed + "=" * (-len(seed) % 8))
    found["mark"] = MARK.encode()
    return found


def holders(folder, secrets):
    """(secret, file) of each that lies somewhere below."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        with contextlib.suppress(FileNotFoundError):  # PostgreSQL's own come and go
            content = path.read_bytes()
            found += [(name, str(path.relative_to(folder))) for name, secret in secrets.items() if secret in content]
    return found


def test_no_secret_lies_on_the_disk(server, estate, db):
    secrets = spread_out(estate)
    time.sleep(2)  # refusals are written by a thread
    with contextlib.closing(database(server)) as connection:
        connection.execute("CHECKPOINT")
    assert holders(server.folder, secrets) == []
    assert holders(server.folder, {"what is there": b"canary"}) != []  # the search finds what it looks for
