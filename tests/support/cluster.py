"""A PostgreSQL of the tests' own, with the service's roles, which a superuser of theirs may look into."""
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from support.server import binary, environment
from support.source import ROOT

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
DATABASE = "bailiwick"


class Cluster:
    """Runs as user postgres when the tests run as root, which PostgreSQL refuses."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bwsql"))
        self.user = "postgres" if os.geteuid() == 0 else None
        self.server = None
        self.folder.chmod(0o755)
        if self.user:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)

    def as_owner(self, *words):
        return ["runuser", "-u", self.user, "--", *map(str, words)] if self.user else list(map(str, words))

    def start(self):
        subprocess.run(self.as_owner(PROGRAMS / "initdb", "-D", self.folder / "data", "-U", "postgres", "-E", "UTF8",
                                     "--locale=C.UTF-8", "-A", "trust", "--no-sync"),
                       check=True, capture_output=True, cwd="/")
        self.serve()

    def serve(self):
        self.server = subprocess.Popen(
            self.as_owner(PROGRAMS / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c", "fsync=off",
                          "-c", "listen_addresses=", "-c", "log_min_messages=fatal"),
            cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(500):
            if (self.folder / ".s.PGSQL.5432").exists():
                try:
                    return self.connect("postgres", "postgres").close()
                except psycopg.OperationalError:
                    pass
            time.sleep(0.02)
        raise RuntimeError("PostgreSQL did not start")

    def start_migrated(self):
        """With the service's tables as well."""
        made = os.environ.get("TEST_CLUSTER")
        if made:
            subprocess.run(["cp", "-a", made, self.folder / "data"], check=True)
            (self.folder / "data/pg_hba.conf").write_text("local all all trust\n")
            if self.user:
                subprocess.run(["chown", "-R", f"{self.user}:", self.folder / "data"], check=True)
            self.serve()
            return
        self.start()
        self.create()
        subprocess.run([binary(), "migrate"], env=environment({"database_url": self.url}), check=True,
                       stdout=subprocess.DEVNULL, cwd="/")

    def stop(self):
        if self.server:
            subprocess.run(self.as_owner(PROGRAMS / "pg_ctl", "-D", self.folder / "data", "-m", "fast", "-w", "stop"),
                           check=True, capture_output=True, cwd="/")
            self.server.wait()
        shutil.rmtree(self.folder)

    def create(self):
        """The service's database and roles, and nothing in it yet."""
        with self.connect("postgres", "postgres") as connection:
            connection.autocommit = True
            connection.execute(f"CREATE DATABASE {DATABASE}")
        self.psql("postgres", ROOT / "sql/roles.sql")

    def psql(self, user, path, **variables):
        given = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
        subprocess.run([PROGRAMS / "psql", "-Xq1", "-v", "ON_ERROR_STOP=1", *given, "-h", self.folder, "-U", user,
                        "-d", DATABASE, "-f", path], check=True, stdout=subprocess.DEVNULL)

    @property
    def url(self):
        """As the service is told of it; it puts its own roles in."""
        return f"host={self.folder} dbname={DATABASE}"

    def connect(self, user, database=DATABASE, **more):
        return psycopg.connect(host=str(self.folder), user=user, dbname=database,
                               options="-c search_path=bailiwick,pg_temp", **more)
