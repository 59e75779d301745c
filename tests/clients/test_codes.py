"""Codes of authenticators that are not ours open a login: npm's otplib, and pyotp."""
import hashlib
import time
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from support.client import next_step

FORMS = [(algorithm, digits) for algorithm in ("SHA1", "SHA256", "SHA512") for digits in (6, 8)]


def by_otplib(node, secret, algorithm, digits, at):
    return node("codes.mjs", [{"secret": secret, "algorithm": algorithm, "digits": digits, "at": at}])[0]


def by_pyotp(_node, secret, algorithm, digits, at):
    return pyotp.TOTP(secret, digits=digits, digest=getattr(hashlib, algorithm.lower())).at(at)


AUTHENTICATORS = {"otplib": by_otplib, "pyotp": by_pyotp}


def read(uri):
    """What an authenticator takes from the URI that it is shown."""
    parts = urlsplit(uri)
    said = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp") and int(said.get("period", 30)) == 30
    return said["secret"], said.get("algorithm", "SHA1"), int(said.get("digits", 6)), said["issuer"], unquote(parts.path)


@pytest.mark.parametrize("algorithm, digits", FORMS)
@pytest.mark.parametrize("name", AUTHENTICATORS)
def test_its_codes_enrol_and_sign_in(estate, node, name, algorithm, digits):
    person = estate.person()
    wish = {"algorithm": algorithm, "digits": digits} if (algorithm, digits) != ("SHA1", 6) else {}
    enrolment = person.client.post("/v1/me/totp", {"password": person.password, **wish}).json()
    secret, *form, issuer, label = read(enrolment["uri"])
    assert (secret, *form) == (enrolment["secret"], algorithm, digits) and issuer and person.login in label

    def code(at):
        made = AUTHENTICATORS[name](node, secret, algorithm, digits, at)
        assert len(made) == digits and made.isdigit()
        return made
    if time.time() % 30 > 25:  # else the step before could be the one before that by the time it is read
        next_step()
    person.client.call("POST", "/v1/me/totp/confirm", None, json={"code": code(int(time.time()) - 30)})
    pending = person.client.other().post("/v1/login", person.body()).json()
    finish = {"pending_token": pending["pending_token"], "code": code(int(time.time()))}
    reply = person.client.other().post("/v1/login/totp", finish).json()
    assert person.client.other(reply["access_token"]).get("/v1/me").json()["id"] == person.id
    person.client.other().post("/v1/login/totp", finish, 401)


def test_both_agree_with_each_other_through_time(node):
    """Of 60 moments in all forms: else one of the two would have been wrong above."""
    asked = [{"secret": pyotp.random_base32(), "algorithm": algorithm, "digits": digits, "at": moment * 86413}
             for moment in range(10) for algorithm in ("SHA1", "SHA256", "SHA512") for digits in (6, 8)]
    assert node("codes.mjs", asked) == [by_pyotp(None, **each) for each in asked]
