"""Databases migrated by psql alone."""
from contextlib import contextmanager

import pytest

from support.cluster import Cluster
from support.source import ROOT


@contextmanager
def migrated():
    made = Cluster()
    try:
        made.start()
        made.create()
        made.psql("bailiwick_migrate", ROOT / "sql/query/migration_table.sql")
        for path in sorted((ROOT / "sql/migrate").glob("*.sql")):
            made.psql("bailiwick_migrate", path)
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def cluster():
    with migrated() as made:
        yield made
