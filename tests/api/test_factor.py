"""One's own second factors: several authenticators, of several kinds, named, listed, removed; and what each of that asks for."""
import re
import shutil
import subprocess
import time

import pytest

from support.client import code, next_step
from support.estate import PASSWORD

KINDS = [("SHA1", 6, 32), ("SHA1", 8, 32), ("SHA256", 6, 52), ("SHA256", 8, 52), ("SHA512", 6, 103), ("SHA512", 8, 103)]


@pytest.fixture(name="person")
def logged_in(estate):
    return estate.person("alpha_one", "viewer")


def finish(person, digits, status=200):
    """A login by password and this code."""
    pending = person.client.other().post("/v1/login", person.body()).json()["pending_token"]
    return person.client.other().post("/v1/login/totp", {"pending_token": pending, "code": digits}, status).json()


def recover(person):
    """A new session by a recovery code, which waits for no step of half a minute."""
    pending = person.client.other().post("/v1/login", person.body()).json()["pending_token"]
    session = person.client.other().post("/v1/login/recovery", {"pending_token": pending, "code": person.recovery_codes.pop()}).json()
    person.client.token = session["access_token"]
    return person


def proof(person, **more):
    """All that counts, by a recovery code."""
    return {"password": person.password, "code": person.recovery_codes.pop(), **more}


def add(person, name="spare", **more):
    """One more authenticator, and a session."""
    enrolment = person.client.post("/v1/me/totp", proof(person, name=name, **more)).json()
    digits = code(enrolment["secret"], -1, algorithm=enrolment["algorithm"], digits=enrolment["digits"])
    assert person.client.post("/v1/me/totp/confirm", {"code": digits}).json() == {"recovery_codes": []}
    recover(person)
    return enrolment


def pixels(svg, scale=4):
    """What an SVG of ours shows, as a portable grey map."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    rows = [bytearray(b"\xff" * side) for _ in range(side)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        rows[int(y)][int(x):int(x) + int(width)] = bytes(int(width))
    big = b"".join(bytes(value for value in row for _ in range(scale)) * scale for row in rows)
    return b"P5 %d %d 255\n" % (side * scale, side * scale) + big


def scanned(svg, folder):
    """What a scanner that is not ours reads."""
    image = folder / "code.pgm"
    image.write_bytes(pixels(svg))
    return subprocess.run([shutil.which("zbarimg"), "-q", "--raw", "-Sdisable", "-Sqrcode.enable", image], check=True,
                          capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("algorithm, digits, length", KINDS)
def test_codes_of_every_kind_are_those_of_pyotp(person, algorithm, digits, length):
    wish = {"password": PASSWORD, "algorithm": algorithm, "digits": digits, "name": "my phone"}
    enrolment = person.client.post("/v1/me/totp", wish).json()
    assert (enrolment["algorithm"], enrolment["digits"], enrolment["name"]) == (algorithm, digits, "my phone")
    assert len(enrolment["secret"]) == length  # 160, 256 or 512 bits
    assert f"&algorithm={algorithm}&digits={digits}&period=30" in enrolment["uri"]
    kind = {"algorithm": algorithm, "digits": digits}
    person.client.post("/v1/me/totp/confirm", {"code": code(enrolment["secret"], -1, **kind)})
    finish(person, code(enrolment["secret"], 0, **kind))


def test_a_scanner_reads_the_qr_code(person, tmp_path):
    for more in ({}, {"algorithm": "SHA512", "digits": 8}):
        enrolment = person.client.post("/v1/me/totp", {"password": PASSWORD, **more}).json()
        assert scanned(enrolment["qr_svg"], tmp_path) == enrolment["uri"]


@pytest.mark.parametrize("member, value", [("digits", 7), ("digits", 5), ("digits", 9), ("digits", "6"), ("digits", 6.0),
                                           ("algorithm", "MD5"), ("algorithm", "sha1"), ("name", ""), ("name", "x" * 65),
                                           ("name", "   "), ("seed", "AAAA"), ("code", "x" * 33)])
def test_an_enrolment_of_no_kind_is_refused(person, member, value):
    problem = person.client.problem("POST", "/v1/me/totp", 400, "malformed", json={"password": PASSWORD, member: value})
    assert [error["field"] for error in problem["errors"]] == [member]


def test_several_stand_side_by_side_and_are_listed_without_a_secret(person):
    assert person.client.get("/v1/me/factors").json() == {"authenticators": [], "recovery_codes": None}
    person.enrol()
    enrolment = add(person, "spare", algorithm="SHA256", digits=8)
    reply = person.client.get("/v1/me/factors")
    listed = reply.json()
    first, second = listed["authenticators"]
    assert (first["name"], first["algorithm"], first["digits"]) == ("Authenticator", "SHA1", 6)
    assert (second["id"], second["name"], second["algorithm"], second["digits"]) == (enrolment["id"], "spare", "SHA256", 8)
    assert first["last_used_at"] > first["confirmed_at"] and second["last_used_at"] is None
    assert not first["disabled"] and not second["disabled"]
    for secret in (person.secret, enrolment["secret"], *person.recovery_codes):
        assert secret not in reply.text
    next_step()
    finish(person, code(person.secret))
    finish(person, code(enrolment["secret"], algorithm="SHA256", digits=8))
    assert all(item["last_used_at"] for item in person.client.get("/v1/me/factors").json()["authenticators"])


def test_a_user_has_up_to_ten(person, server):
    person.enrol()
    sql = ("INSERT INTO vault.totp (id, principal_id, tenant_id, tenant_path, tenant_boundary, sealed_seed, confirmed_at) "
           f"SELECT gen_random_uuid(), id, tenant_id, tenant_path, tenant_boundary, '', now() FROM principal, "
           f"generate_series(1, 9) WHERE id = '{person.id}'")
    server.sql(sql)
    assert len(person.client.get("/v1/me/factors").json()["authenticators"]) == 10
    person.client.problem("POST", "/v1/me/totp", 422, "limit_reached", json=proof(person))


def test_c10_to_change_factors_asks_for_the_password_and_a_code(person):
    """ASVS 7.5.1: by all that counts, and a code that was used does not."""
    person.enrol()
    used, wrong = code(person.secret), {"password": "not the one that it is", "code": code(person.secret, 3)}
    id = person.client.get("/v1/me/factors").json()["authenticators"][0]["id"]
    for path in ("/v1/me/totp", f"/v1/me/factors/{id}/remove", "/v1/me/recovery-codes"):
        person.client.problem("POST", path, 422, "code_wrong", json={"password": PASSWORD, "code": used})
        person.client.problem("POST", path, 422, "password_wrong", json=wrong)
    person.client.problem("POST", "/v1/me/totp", 422, "code_wrong", json={"password": PASSWORD})
    person.client.problem("POST", f"/v1/me/factors/{id}/rename", 422, "code_wrong", json={"name": "x"})
    assert len(person.client.get("/v1/me/factors").json()["authenticators"]) == 1


def test_a_name_is_changed_by_the_password_or_a_code(person):
    person.enrol()
    id = person.client.get("/v1/me/factors").json()["authenticators"][0]["id"]
    path = f"/v1/me/factors/{id}/rename"
    assert person.client.post(path, {"name": "work phone", "password": PASSWORD}).json()["name"] == "work phone"
    renamed = person.client.post(path, {"name": "Ärger", "code": person.recovery_codes.pop()}).json()
    assert renamed == person.client.get("/v1/me/factors").json()["authenticators"][0] and renamed["name"] == "Ärger"
    person.client.problem("POST", path, 422, "password_wrong", json={"name": "x", "password": "not the one that it is"})
    nowhere = "/v1/me/factors/0190a5b8-7c4e-7000-8000-000000000000/rename"
    person.client.problem("POST", nowhere, 404, "not_found", json={"name": "x", "password": PASSWORD})
    person.client.problem("POST", "/v1/me/factors/7/rename", 404, "not_found", json={"name": "x", "password": PASSWORD})


def test_nobody_names_or_removes_somebody_elses(estate, person):
    """A neighbour's is not there, as one that was made up."""
    person.enrol()
    other = estate.person("alpha_one", "viewer").enrol()
    id = other.client.get("/v1/me/factors").json()["authenticators"][0]["id"]
    person.client.problem("POST", f"/v1/me/factors/{id}/rename", 404, "not_found", json={"name": "mine", "password": PASSWORD})
    person.client.problem("POST", f"/v1/me/factors/{id}/remove", 404, "not_found", json=proof(person))
    assert other.client.get("/v1/me/factors").json()["authenticators"][0]["name"] == "Authenticator"


def test_c5_a_removed_one_is_dead_at_once_and_sessions_end(person):
    person.enrol()
    enrolment = add(person)
    id = enrolment["id"]
    old = person.client.token
    person.client.post(f"/v1/me/factors/{id}/remove", proof(person), 204)
    person.client.get("/v1/me", 401)
    assert person.client.token == old
    finish(person, code(enrolment["secret"]), 401)
    recover(person)
    assert [item["name"] for item in person.client.get("/v1/me/factors").json()["authenticators"]] == ["Authenticator"]
    person.client.problem("POST", f"/v1/me/factors/{id}/remove", 404, "not_found", json=proof(person))


def test_c5_the_recovery_codes_go_with_the_last_one(person):
    person.enrol()
    id = person.client.get("/v1/me/factors").json()["authenticators"][0]["id"]
    codes = list(person.recovery_codes)
    person.client.post(f"/v1/me/factors/{id}/remove", proof(person), 204)
    session = person.client.other().post("/v1/login", person.body()).json()
    person.client.token = session["access_token"]
    assert person.client.get("/v1/me").json()["two_factors"] is False
    assert person.client.get("/v1/me/factors").json() == {"authenticators": [], "recovery_codes": None}
    person.secret = None
    person.enrol()
    pending = person.client.other().post("/v1/login", person.body()).json()["pending_token"]
    for digits in codes[:3]:
        person.client.other().post("/v1/login/recovery", {"pending_token": pending, "code": digits}, 401)


def test_c5_an_enrolment_waits_for_ten_minutes_and_one_set_of_sessions(person, server):
    """Then, and after whatever ends the sessions of its time, its code confirms nothing."""
    def begun():
        return person.client.post("/v1/me/totp", {"password": PASSWORD}).json()["secret"]

    def stale(secret):
        person.client.problem("POST", "/v1/me/totp/confirm", 409, "conflict", json={"code": code(secret)})

    secret = begun()
    server.sql(f"UPDATE vault.totp SET created_at = now() - interval '10 minutes' WHERE principal_id = '{person.id}'")
    stale(secret)
    secret = begun()
    person.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": "another horse battery staple"})
    person.password = "another horse battery staple"
    person.log_in()
    stale(secret)


def test_the_last_one_stays_where_the_password_is_too_short_to_stand_alone(person):
    person.enrol()
    id = person.client.get("/v1/me/factors").json()["authenticators"][0]["id"]
    person.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": "x3v 8Qp"  + "é"})
    person.password = "x3v 8Qp" + "é"
    recover(person)
    person.client.problem("POST", f"/v1/me/factors/{id}/remove", 422, "password_too_short", json=proof(person))
    assert len(person.client.get("/v1/me/factors").json()["authenticators"]) == 1
    person.client.put("/v1/me/password", {"current_password": person.password, "new_password": PASSWORD})
    person.password = PASSWORD
    recover(person).client.post(f"/v1/me/factors/{id}/remove", proof(person), 204)


def test_how_long_stands_alone_is_what_the_policy_says(estate):
    """Who chose a password beside a factor keeps the factor, or chooses a longer one; and who has it without one enrols."""
    home = estate.new_tenant()
    estate.tenants[home["name"]] = home
    person, other = estate.person(home["name"]).enrol(), estate.person(home["name"])
    sixteen = "x3v 8Qp 5tz 9Lk!"
    other.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": sixteen})
    estate.admin.client.patch(f"/v1/tenants/{home['id']}/security-policy", {"password_least_single": 20})
    person.client.put("/v1/me/password", {"current_password": PASSWORD, "new_password": sixteen})
    person.password = other.password = sixteen
    recover(person)
    id = person.client.get("/v1/me/factors").json()["authenticators"][0]["id"]
    person.client.problem("POST", f"/v1/me/factors/{id}/remove", 422, "password_too_short", json=proof(person))
    assert other.client.other().post("/v1/login", other.body()).json()["pending"] == "enroll"


def test_c1_a_code_is_good_once_on_whatever_path(person):
    """At the login, and to prove oneself again."""
    person.enrol()
    id = person.client.get("/v1/me/factors").json()["authenticators"][0]["id"]
    next_step()
    digits = code(person.secret)
    person.client.post(f"/v1/me/factors/{id}/rename", {"name": "x", "code": digits})
    finish(person, digits, 401)
    person.client.problem("POST", f"/v1/me/factors/{id}/rename", 422, "code_wrong", json={"name": "y", "code": digits})
    next_step()
    digits = code(person.secret)
    finish(person, digits)
    person.client.problem("POST", f"/v1/me/factors/{id}/rename", 422, "code_wrong", json={"name": "y", "code": digits})
    assert time.time() % 30 < 29  # else it was refused as too old


def test_machines_have_none(estate):
    machine = estate.machine("alpha_one")
    assert machine.get("/v1/me/factors").json() == {"authenticators": [], "recovery_codes": None}
    machine.problem("POST", "/v1/me/recovery-codes", 403, "forbidden", json={"password": PASSWORD, "code": "123456"})
    nowhere = "/v1/me/factors/0190a5b8-7c4e-7000-8000-000000000000"
    machine.problem("POST", f"{nowhere}/rename", 403, "forbidden", json={"name": "x", "code": "123456"})
    machine.problem("POST", f"{nowhere}/remove", 403, "forbidden", json={"password": PASSWORD, "code": "123456"})
