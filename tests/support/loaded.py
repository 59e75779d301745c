"""A file of tenants and users, what of it stands below a partner, and what that partner's admin is shown."""
from support.client import Client
from support.estate import PASSWORD
from support.importing import grant, invite, tenant, user


def person(n, home):
    return user(f"u{n}", home, f"user.{n}", display_name=f"Person {n}", email=f"user.{n}@example.org",
                dialling_addresses=[f"sip:{n}@example.org"])


def partners(count):
    """Rows: every third partner stands below the one before it, each has an admin."""
    tenants = [tenant(f"p{n}", "partner", f"p{n - 1}" if n % 3 == 2 else None) for n in range(count)]
    return tenants + [person(n, f"p{n}") for n in range(count)] + [grant(f"u{n}", f"p{n}", "partner_admin") for n in range(count)]


def customers(above, count, users):
    """Rows: customers dealt out to so many partners, and so many people to them, counted on from the partners'."""
    tenants = [tenant(f"c{n}", above=f"p{n % above}") for n in range(count)]
    return tenants + [person(n, f"c{n % count}") for n in range(above, above + users)]


def below(rows, partner):
    """(tenants, users) by external_id that the file has at the partner and below."""
    tenants = {partner}
    for row in rows:
        if row["kind"] == "tenant" and row.get("tenant_external_id") in tenants:
            tenants.add(row["external_id"])
    users = {row["external_id"] for row in rows if row["kind"] == "user" and row["tenant_external_id"] in tenants}
    return tenants, users


def admin(server, document, n):
    """A client of the admin of partner n, who sets a password with a token from the machine."""
    status, said = invite(server, f"user.{n}", f"p{n}")
    assert status == 0, said
    caller = Client(server, document)
    accepted = caller.post("/v1/invitations/accept", {"token": said.split()[-1], "password": PASSWORD}).json()
    body = {"login": accepted["login"], "password": PASSWORD, "tenant": accepted["tenant"]}
    caller.token = caller.post("/v1/login", body).json()["access_token"]
    return caller


def listed(caller):
    """(tenants, users) by external_id that the caller is shown, nothing twice."""
    home = caller.get("/v1/me").json()["tenant_id"]
    tenants = [found["external_id"] for found in caller.pages("/v1/tenants")]
    users = [found["external_id"] for found in caller.pages(f"/v1/tenants/{home}/users", scope="subtree")]
    assert len(set(tenants)) == len(tenants) and len(set(users)) == len(users)
    return set(tenants), set(users)
