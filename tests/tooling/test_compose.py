"""compose.yaml mounts what exists, holds no secret, and its passwords work against a real PostgreSQL."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
import yaml

from support.server import Server, binary, environment

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
PG = Path("/usr/lib/postgresql/15/bin")
LOGINS = ["bailiwick_migrate", "bailiwick_app", "bailiwick_auth", "bailiwick_policy"]


def as_postgres(*argv):
    """PostgreSQL refuses root."""
    before = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*before, *map(str, argv)], cwd="/", check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


@pytest.fixture(name="secrets")
def made_secrets(tmp_path):
    shutil.copy(DOCKER / "make-secrets", tmp_path)
    subprocess.run([tmp_path / "make-secrets"], check=True)
    return tmp_path / "secrets"


@pytest.fixture(name="cluster")
def new_cluster():
    """The socket folder of a cluster that asks for passwords, as the compose file makes it."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    (folder / "superuser").write_text("of-the-test")
    folder.chmod(0o755)
    as_postgres(PG / "initdb", "-D", folder / "data", "-U", "postgres", f"--pwfile={folder}/superuser", "-N",
                "--auth-local=scram-sha-256", "--auth-host=scram-sha-256")
    as_postgres(PG / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", f"-k {folder} -h ''", "start")
    yield folder
    as_postgres(PG / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder)


def mounts(service):
    return [volume.split(":")[0] for volume in service["volumes"] if volume.startswith(".")]


def test_the_files_it_names_exist():
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    build = compose["services"]["service"]["build"]
    assert (DOCKER / build["context"] / build["dockerfile"]).is_file()
    for service in compose["services"].values():
        assert all((DOCKER / path).is_file() for path in mounts(service))


def test_every_secret_it_names_is_made(secrets):
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    named = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    assert named == {path.name for path in secrets.iterdir()}


def test_secrets_made_twice_stay(secrets):
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    subprocess.run([secrets.parent / "make-secrets"], check=True)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before
    assert secrets.stat().st_mode & 0o077 == 0


@pytest.fixture(name="url")
def new_database(secrets, cluster):
    """What the service is given to reach a database that the image's first start has made."""
    superuser = {**os.environ, "PGHOST": str(cluster), "PGUSER": "postgres", "PGPASSWORD": "of-the-test"}
    passwords = (DOCKER / "passwords.sql").read_text().replace("/run/secrets", str(secrets))
    subprocess.run(["psql", "-qXc", "CREATE DATABASE bailiwick"], env=superuser, check=True)
    for text in ((ROOT / "sql/roles.sql").read_text(), passwords):
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", "bailiwick"], input=text, text=True, check=True,
                       env=superuser, stdout=subprocess.DEVNULL)
    return (secrets / "database_url").read_text().replace("/run/postgresql", str(cluster))


def test_each_role_of_the_service_gets_in_with_the_password_of_the_url_and_none_without(url):
    for role in LOGINS:
        with psycopg.connect(url, user=role) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (role,)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url.replace("password=", "password=0"), user=role)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, user="bailiwick_auditor")


def test_the_service_starts_on_the_database_when_migrate_has_ended(url):
    """In the order of the file: it waits for what brings the tables, and without them it says what is missing."""
    services = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
    assert services["service"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["migrate"]["secrets"] == services["service"]["secrets"]
    server = Server(database_url=url)

    def run(*words):
        return subprocess.run([binary(), *words], env=environment(server.settings), cwd="/", check=False, timeout=60,
                              capture_output=True, text=True)

    try:
        assert "run `bailiwick migrate`" in run("serve").stderr
        assert run(*services["migrate"]["command"]).returncode == 0
        server.start()
        assert server.token and server.tenant_code
        server.stop()
    finally:
        server.close()
