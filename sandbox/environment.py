"""What a sandbox stands on: servers, database and keys of its own under `.data/sandbox`, its clock, tables and partner."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from config import embedded
from sandbox.processes import PART

NAME = "Mitra sandbox"
PARTNER = Path(".data") / PART / "partner"
NOT_OURS = (  # what this machine may say of another installation
    *("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "SECRET_KEY", "PIN_PEPPER"),
    *("VAULT_KEYS", "VAULT_KEY_IN_USE", "SEAL_KEYS", "OFFLINE_KEYS", "OFFLINE_KEY_IN_USE"),
    *("BLIND_INDEX_KEY", "BLIND_INDEX_KEYS", "BLIND_INDEX_KEY_IN_USE"),
)


@dataclass(frozen=True, slots=True)
class Files:
    """Where the partner finds what it needs, one value a file, so that a shell can read them."""

    client_id: Path = PARTNER / "client-id"
    client_secret: Path = PARTNER / "client-secret"
    private_key: Path = PARTNER / "private-key.pem"
    public_key: Path = PARTNER / "public-key.pem"
    address: Path = PARTNER / "address"


FILES = Files()


def set_up(**settings: str) -> None:
    """The servers run, the tables are there and made with the sandbox's clock, the partner has its keys. Safe to repeat.

    Whatever database the environment names is left alone: a sandbox never works on one that others use.
    """
    for name in NOT_OURS:
        os.environ.pop(name, None)
    made = embedded.start(PART)
    folder = embedded.DATA / PART
    os.environ.update(settings)
    os.environ.update(made)
    os.environ.update(
        SALUR_ENV_FILE=str(embedded.env_file(PART)),
        DJANGO_SETTINGS_MODULE="sandbox.settings",
        SALUR_SANDBOX="True",
        DEBUG="True",
        SALUR_DEMO="False",
        BEAT_FILE=str(folder / "beat"),
        SMS_SPOOL=str(folder / "sms"),
        PUSH_SPOOL=str(folder / "push"),
    )
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    from sandbox import clock

    clock.install(made["OWNER_DATABASE_URL"])
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("roles", verbosity=0)
    _build()


def _build() -> None:
    from sandbox import clock, fixtures
    from sandbox.outcomes import CLIENT_ID

    clock.read()
    fixtures.build()
    if all(file.exists() for file in (FILES.client_secret, FILES.private_key, FILES.public_key)):
        kept = fixtures.Credentials(
            CLIENT_ID, FILES.client_secret.read_text(), FILES.private_key.read_text(), FILES.public_key.read_text()
        )
        fixtures.admit(kept, NAME)
        return
    drawn = fixtures.new_credentials(CLIENT_ID, secrets.token_urlsafe(32))
    PARTNER.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file, text in (
        (FILES.client_id, drawn.client_id),
        (FILES.client_secret, drawn.client_secret),
        (FILES.private_key, drawn.private_key),
        (FILES.public_key, drawn.public_key),
    ):
        file.touch(mode=0o600)
        file.write_text(text)
    fixtures.admit(drawn, NAME)
