"""Settings that are dangerous together are refused before anything is served."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from config.error_reports import SecretsFilter

ROOT = Path(__file__).resolve().parent.parent.parent


def load(**env: str) -> subprocess.CompletedProcess[str]:
    """Loads the settings in a process of their own; prints what they came to."""
    script = "from django.conf import settings; print(settings.DEBUG, 'demo' in settings.INSTALLED_APPS)"
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "SALUR_DEMO": "False"} | env,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"DEBUG": "True"}, "True False"),
        ({"DEBUG": "True", "SALUR_DEMO": "True"}, "True True"),
        ({"DEBUG": "False"}, "False False"),
    ],
)
def test_the_demo_is_installed_only_where_it_is_asked_for(env: dict[str, str], expected: str) -> None:
    assert load(**env).stdout.strip() == expected


def test_the_demo_with_its_public_logins_refuses_to_start_in_production() -> None:
    refused = load(SALUR_DEMO="True", DEBUG="False")
    assert refused.returncode != 0
    assert "SALUR_DEMO makes public logins" in refused.stderr


APP, OWNER = "postgres://app:x@db.example/salur", "postgres://owner:x@db.example/salur"


@pytest.mark.parametrize(
    ("env", "owner"),
    [
        ({}, "owner@embedded.example"),  # both of the file of the embedded servers
        ({"DATABASE_URL": APP}, "app@db.example"),  # a server with one role: the file's owner belongs to another
        ({"DATABASE_URL": APP, "OWNER_DATABASE_URL": ""}, "app@db.example"),
        ({"DATABASE_URL": APP, "OWNER_DATABASE_URL": OWNER}, "owner@db.example"),
    ],
)
def test_the_owner_is_the_owner_of_that_database(tmp_path: Path, env: dict[str, str], owner: str) -> None:
    file = tmp_path / "env"
    embedded = "postgres://{}:x@embedded.example/salur"
    file.write_text(f"DATABASE_URL={embedded.format('app')}\nOWNER_DATABASE_URL={embedded.format('owner')}\n")
    script = "from django.db import connections; print('{USER}@{HOST}'.format(**connections['owner'].settings_dict))"
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "OWNER_DATABASE_URL")
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=inherited
        | {"DJANGO_SETTINGS_MODULE": "config.settings", "SALUR_ENV_FILE": str(file), "DEBUG": "False"}
        | env,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == owner, done.stderr


@pytest.mark.parametrize("name", ["BLIND_INDEX_KEY", "PIN_PEPPER", "VAULT_KEYS"])
@pytest.mark.parametrize("key", [base64.b64encode(b"short").decode(), "not base64!", ""])
def test_a_key_that_is_not_32_bytes_in_base64_is_refused(name: str, key: str) -> None:
    assert load(**{name: f"1:{key}" if name == "VAULT_KEYS" else key}).returncode != 0


def test_each_key_opens_another_thing() -> None:
    from django.conf import settings

    keys = [settings.BLIND_INDEX_KEY, settings.PIN_PEPPER, *settings.VAULT_KEYS.values()]
    assert len(set(keys)) == len(keys)


def test_every_variable_that_is_read_is_explained() -> None:
    sources = [*(ROOT / "config").rglob("*.py"), ROOT / "sandbox" / "settings.py"]
    read = {name for path in sources for name in re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z_0-9]+)\"", path.read_text())}
    explained = set(re.findall(r"`([A-Z_0-9]+)`", (ROOT / "CONTRIBUTING.md").read_text()))
    assert len(read) > 100 and read - explained == set()


@pytest.mark.parametrize(
    "name", ["PIN_PEPPER", "BLIND_INDEX_KEY", "VAULT_KEYS", "SECRET_KEY", "REDIS_URL", "CELERY_BROKER_URL", "DATABASES"]
)
def test_no_secret_stands_on_an_error_page(name: str) -> None:
    shown = SecretsFilter().get_safe_settings()
    assert shown[name] == SecretsFilter.cleansed_substitute


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
def test_the_root_of_the_payment_api_answers_as_the_standard_does(client: Client, settings: Any, debug: bool) -> None:
    settings.DEBUG, settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = debug, False, ["testserver"]
    answer = client.post("/v1.0", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["responseCode"]) == (404, "4040002")
