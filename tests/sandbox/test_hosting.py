"""An agency's own sandbox: installed by a command, with partners that each have a secret, merchants and reports of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded import ROOT, env_file, read_env
from sandbox.fixtures import new_credentials
from snap_client import SnapClient
from tests.sandbox.conftest import PART, SHOP, Sandbox, code, unique

pytestmark = pytest.mark.xdist_group("sandbox")
HOSTING = (ROOT / "docs" / "hosting-a-sandbox.md").read_text()


def _manage(*words: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    env |= read_env(PART) | {"SALUR_ENV_FILE": str(env_file(PART)), "SALUR_SANDBOX": "True"}
    env["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
    command = [sys.executable, "manage.py", "sandbox", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)


def test_a_partner_that_was_admitted_pays_at_its_own_merchant_and_not_at_anothers(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    again = _manage("install")  # as after an upgrade
    assert again.returncode == 0, again.stderr
    drawn, client_id, file = new_credentials("", ""), unique("MITRA"), tmp_path / "public.pem"
    file.write_text(drawn.public_key)
    said = [_manage("partner", client_id, "Kopdes Cipinang", str(file)) for _ in range(2)]
    secrets = [found[1] for done in said if (found := re.search(r"client secret  (\S+)", done.stdout))]
    assert len(set(secrets)) == 2, said  # asked again, it draws another
    [[shop]] = sandbox.sql(
        "SELECT m.merchant_id FROM wallet_merchant m JOIN wallet_partner p ON p.id = m.partner_id"
        " WHERE p.client_id = %s AND m.name = 'WARUNG SANDBOX'",
        client_id,
    )
    client = SnapClient(sandbox.url, client_id, drawn.private_key, secrets[1])
    assert client.pay(unique("INV"), code("PAID"), shop, 1_000)[1]["responseCode"] == "2006000"
    assert client.pay(unique("INV"), code("PAID"), SHOP, 1_000)[1]["responseCode"] == "4046008"
    assert client.top_up(unique("TOP"), "62811742234", 1_000)[1]["responseCode"] == "2003800"
    late = SnapClient(sandbox.url, client_id, drawn.private_key, secrets[0])
    assert late.pay(unique("INV"), code("PAID"), shop, 1_000)[0] == 401


def test_the_command_for_whoever_is_handed_a_report_asks_for_the_key_as_the_script_does(tmp_path: Path) -> None:
    [line] = re.findall(r"^ *(python audit/check_conformance.py .*)$", HOSTING, re.MULTILINE)
    (tmp_path / "report.json").write_text("{}")
    _, script, *words = line.replace("KEY", "00" * 32).split()
    done = subprocess.run(
        [sys.executable, str(ROOT / script), *words], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr[:13]) == (1, "NOT signed so")  # it read the file and the key, and judged


@pytest.mark.parametrize("content", [None, "", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_a_file_that_holds_no_key_is_named(sandbox: Sandbox, tmp_path: Path, content: str | None) -> None:
    file, client_id = tmp_path / "none.pem", unique("MITRA")
    if content is not None:
        file.write_text(content)
    done = _manage("partner", client_id, "Kopdes", str(file))
    assert done.returncode == 1 and str(file) in done.stderr and "Traceback" not in done.stderr
    assert sandbox.sql("SELECT 1 FROM wallet_partner WHERE client_id = %s", client_id) == []
