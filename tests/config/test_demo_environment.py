"""What the demo's processes are told, so that the office can finish each of its jobs there."""

from __future__ import annotations

import pytest

from demo import environment


@pytest.mark.parametrize("part", ["NAME", "BANK", "ACCOUNT"])
def test_the_demo_names_whom_pay_out_files_pay_from(part: str) -> None:
    assert environment.ENV.get(f"SETTLEMENT_PAYER_{part}")
