"""Whoever works as the owner with other keys is seen at the database as well: a migration writes sealed values."""

from __future__ import annotations

import base64
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from tests.vault.test_rotation import DURING, use

OWNER_AT_WORK = """
import sys
import tests.set_up_django
from django.db import connections
with connections["owner"].cursor() as cursor:
    cursor.execute("SELECT current_user")
    print("connected", flush=True)
    sys.stdin.read()
"""


def test_no_rotation_begins_beside_the_owner_with_other_keys(settings: Any, process_env: dict[str, str]) -> None:
    owner = connections["owner"].settings_dict
    address = f"{owner['USER']}:{owner['PASSWORD']}@{owner['HOST']}:{owner['PORT']}/{owner['NAME']}"
    env = process_env | {"OWNER_DATABASE_URL": f"postgres://{address}", "DEBUG": "True"}
    env |= {"VAULT_KEYS": f"7:{base64.b64encode(bytes(32)).decode()}", "BLIND_INDEX_KEYS": "", "VAULT_KEY_IN_USE": "7"}
    use(settings, DURING)
    migrating = subprocess.Popen(
        [sys.executable, "-c", OWNER_AT_WORK], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert migrating.stdout and migrating.stdout.readline() == "connected\n"
        with pytest.raises(CommandError, match=r"kunci lain .*: 7/0 "):
            call_command("vault", "rotate")
    finally:
        migrating.communicate()
    call_command("vault", "rotate")
