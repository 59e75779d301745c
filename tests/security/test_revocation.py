"""D18: what could not be written down is not said to be done."""
import re

import psycopg
import pytest

from support.contract import Document
from support.estate import Estate
from support.server import Server

BROKEN = """
CREATE FUNCTION bailiwick.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON bailiwick.session FOR EACH ROW EXECUTE FUNCTION bailiwick.refuse();
"""
MENDED = "DROP TRIGGER refuse ON bailiwick.session; DROP FUNCTION bailiwick.refuse()"


@pytest.fixture(scope="module", name="estate")
def made_estate():
    server = Server()
    try:
        yield Estate(server.start(), Document())
        server.stop()
    finally:
        server.close()


@pytest.fixture(scope="module", name="database")
def superuser(estate):
    socket = re.search("host='([^']+)'", (estate.server.folder / "data/conninfo").read_text())[1]
    with psycopg.connect(host=socket, user="postgres", dbname="bailiwick", autocommit=True) as connection:
        yield connection


def revoke(caller, **form):
    return caller.other().call("POST", "/oauth2/revoke", data=form).status_code


def test_d18_a_revocation_that_cannot_be_written_down_fails_and_the_token_stays(estate, database):
    person = estate.person()
    login = person.client.other().post("/v1/login", person.body()).json()
    made, secret = estate.new_machine(role="viewer")
    machine = {"client_id": made["id"], "client_secret": secret}
    form = machine | {"grant_type": "client_credentials"}
    token = person.client.other().call("POST", "/oauth2/token", 200, data=form).json()["access_token"]
    forms = [{"token": login["access_token"]}, {"token": login["refresh_token"]}, {"token": token} | machine]
    database.execute(BROKEN)
    try:
        assert [revoke(person.client, **form) for form in forms] == [500, 500, 500]
    finally:
        database.execute(MENDED)
    for good in (login["access_token"], token):
        person.client.other(good).get("/v1/me")
    assert [revoke(person.client, **form) for form in forms] == [200, 200, 200]
    for over in (login["access_token"], token):
        person.client.other(over).get("/v1/me", 401)
