"""A right that is taken away at one process, and how long another one of the same database still lets it in."""
import time

from opponents import Broken
from support.server import Server
from support.timing import Wire, status_of


def other_process(bench):
    """A second process of the service beside the first, on its database."""
    first = bench.server
    conninfo = (first.folder / "data/conninfo").read_text()
    return Server(trusted_proxies="", policy_lease=20, database_url=conninfo, base_url=first.url,
                  master_key_file=first.folder / "data/master.key")


def revoked_elsewhere(bench):
    """Milliseconds from sending each revocation to the first refusal at the other process, which is asked again and again."""
    place, times = f"/v1/tenants/{bench.partner}", []
    bench.sign_in_administrator()
    made = bench.call("POST", f"{place}/clients", bench.admin, json={"display_name": "revoked"})
    token = bench.call("POST", "/oauth2/token", data={
        "grant_type": "client_credentials", "client_id": made["client"]["id"], "client_secret": made["client_secret"]})
    request = f"GET {place} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token['access_token']}\r\n\r\n".encode()
    other = other_process(bench)
    try:
        other.start()
        wire = Wire(other.port)
        for _ in range(bench.size.changes):
            times.append(1000 * revoked_once(bench, place, made["client"]["id"], lambda: status_of(wire.ask(request)[1])))
        wire.close()
        other.stop()
    finally:
        other.close()
    return sorted(times)


def revoked_once(bench, place, client, asked):
    given = bench.call("POST", f"{place}/grants", bench.admin, json={"principal_id": client, "role": "auditor", "scope": "self"})
    wait_for(asked, 200)
    began = time.monotonic()
    bench.call("DELETE", f"/v1/grants/{given['id']}", bench.admin)
    wait_for(asked, 404)
    return time.monotonic() - began


def wait_for(asked, status, seconds=30):
    deadline = time.monotonic() + seconds
    while asked() != status:
        if time.monotonic() > deadline:
            raise Broken(f"the other process does not answer {status}")
