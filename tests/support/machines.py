"""A role that lets a machine do all that machines may; put in by SQL, since the API makes no roles yet."""
import uuid

from support import source

NAME = "loader"


def permissions():
    rows = source.calls(source.bare(source.ROOT / "include/bailiwick/permissions.def"), "PERMISSION")
    return [source.literal(wire) for _, wire, flags, _ in rows if "M" not in flags.split(" | ")]


def make_role(connection):
    """The provider's, for tenants of every kind below it."""
    connection.execute(
        "INSERT INTO bailiwick.role (id, tenant_id, tenant_path, tenant_boundary, name, permissions, kinds)"
        " SELECT %s, id, path, boundary, %s, %s, '{provider,partner,customer}' FROM bailiwick.tenant WHERE kind = 'provider'",
        [str(uuid.uuid4()), NAME, permissions()])
