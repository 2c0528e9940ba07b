"""A till on the command line: ``python -m demo.till CODE AMOUNT`` takes a payment from the running demo."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from demo.shops import SHOPS
from snap_client import SnapClient

DEFAULT_URL = "http://127.0.0.1:8000"


def main() -> int:
    """Pays the first demo shop with the code and prints the answer; 0 if it was paid."""
    if len(sys.argv) != 3 or not sys.argv[2].isascii() or not sys.argv[2].isdigit():
        print("usage: python -m demo.till CODE AMOUNT   (whole rupiah; the code as the phone shows it)")
        return 2
    saved = json.loads((Path(".data") / "demo" / "credentials.json").read_text())
    base_url = os.environ.get("SALUR_URL", DEFAULT_URL)
    client = SnapClient(base_url, saved["client_id"], saved["private_key"], saved["client_secret"])
    status, answer = client.pay(f"TILL-{time.time_ns()}", sys.argv[1], SHOPS[0][0], int(sys.argv[2]))
    print(json.dumps(answer, indent=1))
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
