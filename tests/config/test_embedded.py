"""The embedded servers of a fresh checkout: one of each whoever starts them, their data kept through kills."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

pytestmark = pytest.mark.xdist_group("embedded")
ADDRESSES = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")
CONFIG = Path(__file__).resolve().parent.parent.parent / "config"


class Checkout:
    """A folder with nothing but config/ in it, as far as `python -m config.embedded` is concerned."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(CONFIG, root / "config", ignore=shutil.ignore_patterns("__pycache__"))
        self.env = {name: value for name, value in os.environ.items() if name not in ADDRESSES}

    def begin(self, command: str, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "config.embedded", command],
            cwd=self.root,
            env=self.env | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str, **env: str) -> str:
        process = self.begin(command, **env)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        return output

    def values(self) -> dict[str, str]:
        lines = (self.root / ".data" / "env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def database(self, role: str = "OWNER_DATABASE_URL") -> psycopg2.extensions.connection:
        return psycopg2.connect(self.values()[role])

    def broker(self) -> redis.Redis:
        return redis.Redis.from_url(self.values()["REDIS_URL"])

    def cluster(self) -> Path:
        """Where the server keeps its data; beside it lies the password of the role that nobody signs in as."""
        script = "from config.embedded import Postgres; print(Postgres().cluster)"
        done = subprocess.run([sys.executable, "-c", script], cwd=self.root, check=True, capture_output=True, text=True)
        return Path(done.stdout.strip())

    def superuser(self) -> psycopg2.extensions.connection:
        password = (self.cluster().parent / "password").read_text()
        address = self.values()["DATABASE_URL"].rpartition("@")[2]
        connection = psycopg2.connect(f"postgres://salur:{password}@{address}")
        connection.autocommit = True
        return connection

    def postgres_pid(self) -> int:
        return int((self.cluster() / "postmaster.pid").read_text().split("\n")[0])

    def valkey_pid(self) -> int:
        return int((self.root / ".data" / "valkey" / "pid").read_text())

    def servers(self) -> tuple[list[int], list[int]]:
        """The PostgreSQL and Valkey servers that run for this checkout, by their command lines."""
        postgres, valkey = [], []
        cluster = self.cluster()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
                owner = (process / "cwd").readlink()
            except OSError:
                continue
            if b"-D" in words and str(cluster).encode() in words:
                postgres.append(int(process.name))
            if b"valkey-server" in words[0] and owner == self.root / ".data" / "valkey":
                valkey.append(int(process.name))
        return postgres, valkey


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    made = Checkout(tmp_path_factory.mktemp("checkout"))
    try:
        starts = [made.begin("start") for _ in range(4)]  # a fresh checkout, started by four at once
        for start in starts:
            output, _ = start.communicate(timeout=120)
            assert start.returncode == 0, output
        yield made
    finally:
        made.run("clean")


@pytest.fixture
def started(checkout: Checkout) -> Checkout:
    checkout.run("start")
    return checkout


def test_four_starts_at_once_end_with_one_server_of_each(checkout: Checkout) -> None:
    checkout.run("start")
    postgres, valkey = checkout.servers()
    assert postgres == [checkout.postgres_pid()]
    assert valkey == [checkout.valkey_pid()]


def test_starting_again_changes_nothing(started: Checkout) -> None:
    before = (started.values(), started.postgres_pid(), started.valkey_pid())
    started.run("start")
    assert (started.values(), started.postgres_pid(), started.valkey_pid()) == before


def test_the_file_of_keys_is_its_owners_alone(started: Checkout) -> None:
    assert stat.S_IMODE((started.root / ".data" / "env").stat().st_mode) == 0o600
    assert {"SECRET_KEY", "VAULT_KEYS", "BLIND_INDEX_KEY", "PIN_PEPPER"} <= started.values().keys()


def test_both_servers_want_their_password(started: Checkout) -> None:
    values = started.values()
    for role in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(values[role].replace(":", ":x", 2).replace("postgres:x", "postgres:", 1))
    address = values["REDIS_URL"].rpartition("@")[2]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://{address}").ping()


@pytest.fixture(params=["nobody", "a stranger"])
def number_in_the_pid_file(request: pytest.FixtureRequest) -> Iterator[int]:
    """A number that is nobody's by now, as after a kill, or another program's, as after a restart of the machine."""
    with subprocess.Popen(["sleep", "600"]) as stranger:
        if request.param == "nobody":
            stranger.kill()
            stranger.wait()
        yield stranger.pid
        assert request.param == "nobody" or stranger.poll() is None  # nobody took it for a server and ended it
        stranger.kill()


def test_after_a_kill_the_servers_start_again_with_their_data_and_keys(
    started: Checkout, number_in_the_pid_file: int
) -> None:
    with started.database() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
    started.broker().set("kept", "42")
    before = started.values()
    killed = {
        started.cluster() / "postmaster.pid": started.postgres_pid(),
        started.root / ".data" / "valkey" / "pid": started.valkey_pid(),
    }
    for pid_file, pid in killed.items():
        os.kill(pid, signal.SIGKILL)
        pid_file.write_text(pid_file.read_text().replace(str(pid), str(number_in_the_pid_file), 1))

    started.run("start")
    with started.database() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchall() == [(42,)]
    assert started.broker().get("kept") == b"42"
    assert not {started.postgres_pid(), started.valkey_pid()} & set(killed.values())
    assert {name: value for name, value in started.values().items() if name not in ADDRESSES} == {
        name: value for name, value in before.items() if name not in ADDRESSES
    }


def test_stopping_ends_both_and_starting_brings_the_data_back(started: Checkout) -> None:
    with started.database() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS stopped AS SELECT 7 AS answer")
    started.run("stop")
    assert started.run("status").splitlines() == ["PostgreSQL: stopped", "Valkey: stopped"]
    started.run("stop")
    started.run("start")
    assert started.run("status").splitlines() == ["PostgreSQL: running", "Valkey: running"]
    with started.database() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM stopped")
        assert cursor.fetchall() == [(7,)]


RESTARTED = """
from config import embedded
values = embedded.start("other")
for restart in (lambda: embedded.Postgres("other").restart("fast"), lambda: embedded.Postgres("other").restart("immediate"),
                embedded.Valkey("other").restart, lambda: embedded.Valkey("other").restart(killed=True)):
    restart()
again, kept = embedded.start("other"), embedded.read_env("other")
assert again == values, [key for key in {**again, **values} if again.get(key) != values.get(key)]
assert kept == values, [key for key in {**kept, **values} if kept.get(key) != values.get(key)]
"""


def test_a_part_has_servers_and_keys_of_its_own_that_restart_where_they_were(started: Checkout) -> None:
    before = (started.values(), started.postgres_pid(), started.valkey_pid())
    try:
        subprocess.run([sys.executable, "-c", RESTARTED], cwd=started.root, env=started.env, check=True, timeout=300)
        theirs = dict(line.split("=", 1) for line in (started.root / ".data/other/env").read_text().splitlines())
        assert not set(theirs.values()) & set(before[0].values()) - {"True"}
        with psycopg2.connect(theirs["DATABASE_URL"]) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert redis.Redis.from_url(theirs["REDIS_URL"]).ping()
        assert (started.values(), started.postgres_pid(), started.valkey_pid()) == before
    finally:
        clean = "from config import embedded; embedded.clean('other')"
        subprocess.run([sys.executable, "-c", clean], cwd=started.root, env=started.env, check=True, timeout=60)
    assert not (started.root / ".data" / "other" / "env").exists()


def test_the_owner_owns_the_database_and_the_application_nothing(started: Checkout) -> None:
    rights = """
        SELECT current_user, rolsuper, rolcreatedb, rolcreaterole, pg_has_role(datdba, 'MEMBER'),
            has_schema_privilege('public', 'CREATE')
        FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()
    """
    seen = {}
    for role in ("OWNER_DATABASE_URL", "DATABASE_URL"):
        with started.database(role) as connection, connection.cursor() as cursor:
            cursor.execute(rights)
            seen[role] = cursor.fetchone()
    assert seen == {
        "OWNER_DATABASE_URL": ("salur_owner", False, True, False, True, True),
        "DATABASE_URL": ("salur_app", False, False, False, False, False),
    }


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_a_database_made_before_there_were_roles_changes_hands_with_its_data(started: Checkout, state: str) -> None:
    with contextlib.closing(started.superuser()) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER DATABASE salur OWNER TO salur")
        cursor.execute("DROP OWNED BY salur_app, salur_owner; DROP ROLE salur_app; DROP ROLE salur_owner")
        cursor.execute("CREATE TABLE old (id bigint GENERATED ALWAYS AS IDENTITY, name text UNIQUE)")
        cursor.execute("INSERT INTO old (name) VALUES ('kept')")
        cursor.execute("CREATE VIEW older AS SELECT name FROM old")
        cursor.execute("CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        cursor.execute("CREATE TRIGGER mark BEFORE INSERT ON old FOR EACH ROW EXECUTE FUNCTION mark()")
    values = started.values()
    address = values.pop("OWNER_DATABASE_URL").rpartition("@")[2]
    password = (started.cluster().parent / "password").read_text()
    values["DATABASE_URL"] = f"postgres://salur:{password}@{address}"
    (started.root / ".data" / "env").write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    if state == "stopped":
        started.run("stop")

    started.run("start")
    assert started.values()["DATABASE_URL"].startswith("postgres://salur_app:")
    with started.database() as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE old ADD COLUMN since date; INSERT INTO old (name) VALUES ('more')")
        cursor.execute("SELECT id, name FROM old ORDER BY id")
        assert cursor.fetchall() == [(1, "kept"), (2, "more")]
        cursor.execute("DROP VIEW older; DROP TABLE old; DROP FUNCTION mark()")


def test_addresses_in_the_environment_replace_the_servers_and_are_not_written_down(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    theirs = {
        "DATABASE_URL": "postgres://theirs@db.example/salur",
        "OWNER_DATABASE_URL": "postgres://owner@db.example/salur",
        "REDIS_URL": "redis://redis.example/0",
    }
    checkout.run("start", **theirs)
    assert checkout.run("status").splitlines() == ["PostgreSQL: stopped", "Valkey: stopped"]
    assert not checkout.values().keys() & theirs.keys()
    assert checkout.values()["SECRET_KEY"]
    checkout.run("clean")
    assert not (checkout.root / ".data" / "env").exists()


@pytest.mark.parametrize("arguments", [[], ["restart"], ["start", "stop"]])
def test_another_command_is_answered_with_the_usage(tmp_path: Path, arguments: list[str]) -> None:
    checkout = Checkout(tmp_path / "checkout")
    done = subprocess.run(
        [sys.executable, "-m", "config.embedded", *arguments],
        cwd=checkout.root,
        env=checkout.env,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "usage: python -m config.embedded" in done.stderr
