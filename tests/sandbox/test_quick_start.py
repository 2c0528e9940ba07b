"""Every command of docs/quick-start.md, as it stands there, against a started sandbox."""

from __future__ import annotations

import re
import subprocess

import pytest

from config.embedded import ROOT
from tests.sandbox.conftest import PARTNER, Sandbox

pytestmark = pytest.mark.xdist_group("sandbox")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "quick-start.md").read_text(), re.DOTALL | re.MULTILINE)


def test_from_nothing_to_a_paid_qr(sandbox: Sandbox) -> None:
    start, *commands = BLOCKS
    assert start == "make sandbox\n"
    recipe = subprocess.run(["make", "-n", "sandbox"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "-m sandbox.serve" in recipe  # what the fixture has started
    script = "set -eu\n" + "\necho '--- block'\n".join(commands)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "SANDBOX_PARTNER": str(PARTNER)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.split("--- block\n")
    codes = [re.findall(r'"responseCode":"([0-9]+)"', block) for block in said]
    assert codes == [
        [],
        ["2007300"],
        ["2006000"],
        ["2006000", "4046018", "4036014", "4036018"],
        ["2006100"],
        ["2008000"],
    ]
    assert "no answer" in said[4] and '"latestTransactionStatus":"00"' in said[4]
    assert sorted(file.name for file in PARTNER.iterdir()) == [
        "address",
        "client-id",
        "client-secret",
        "private-key.pem",
        "public-key.pem",
    ]
