"""`make serve`: web, worker and beat on the demo's data, until Ctrl-C or `make stop`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from config import embedded
from demo import environment, processes, screen
from demo.till import DEFAULT_URL

if TYPE_CHECKING:
    from demo.world import Credentials

PORT = int(os.environ.get("PORT", "8000"))


def main() -> int:
    """Runs the three processes and prints where to look and who may sign in; ends them when told to."""
    environment.set_up()
    from demo import paying_partner, world

    credentials = world.build()
    port = _port()
    processes.start("web", {}, "--bind", f"127.0.0.1:{port}")
    processes.start("worker", {})
    processes.start("beat", {})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    base_url = f"http://127.0.0.1:{port}"
    try:
        with paying_partner.at_hand(base_url) as partner_url:
            _tell(credentials, base_url, partner_url)
            while all(processes.pid_of(name) for name in processes.COMMANDS):
                time.sleep(0.5)
            screen.line("stopped from outside, or one of the processes ended: see .data/run/*.log")
    except KeyboardInterrupt:
        pass
    finally:
        processes.stop_all()
    return 0


def _port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            screen.line(f"port {PORT} is taken; PORT=… chooses another")
            return embedded.free_port()
    return PORT


def _tell(credentials: Credentials, base_url: str, partner_url: str) -> None:
    from beneficiaries.models import Person
    from wallet.models import Merchant

    screen.table(
        "Salur is running (Ctrl-C or `make stop` ends it)",
        ["", "address"],
        [
            ("start page", base_url),
            ("officers: Django admin", f"{base_url}/admin/"),
            ("beneficiaries: mobile API", f"{base_url}/docs/mobile/"),
            ("merchants: SNAP BI", f"{base_url}/docs/snap/"),
            ("agencies: evidence API", f"{base_url}/docs/evidence/"),
            ("text messages as they arrive", f"{base_url}/demo/sms/"),
            ("officers' codes for approving", f"{base_url}/demo/codes/"),
            ("an e-money partner that fails on request", partner_url or "none yet: run `make demo`"),
        ],
    )
    screen.table(
        "Logins of this demo",
        ["officer", "password", "role"],
        [(name, password, _role(name)) for name, password in credentials.passwords.items()],
    )
    key_file = Path(".data") / "demo" / "partner-private-key.pem"
    key_file.touch(mode=0o600)
    key_file.write_text(credentials.private_key)
    merchant = Merchant.objects.filter(partner__client_id=credentials.client_id).order_by("pk").first()
    screen.table(
        "A merchant's partner",
        ["", ""],
        [
            ("X-CLIENT-KEY, X-PARTNER-ID", credentials.client_id),
            ("client secret", credentials.client_secret),
            ("private key", str(key_file)),
            ("merchantId", merchant.merchant_id if merchant else "none yet: run `make demo`"),
            ("take a payment", till_command(base_url)),
        ],
    )
    person = (
        Person.objects.filter(wallet__isnull=False, phone_index__isnull=False).order_by("-wallet__pin_hash").first()
    )
    if person is None:
        screen.line("No beneficiary yet: `make demo` makes some, and pays them.")
        return
    screen.table(
        "A beneficiary (invented)",
        ["", ""],
        [("phone", person.phone), ("born", f"{person.birth_date}"), ("PIN, once activated", credentials.pin)],
    )


def till_command(base_url: str) -> str:
    """What takes a payment at this address from the command line."""
    elsewhere = "" if base_url == DEFAULT_URL else f"SALUR_URL={base_url} "
    return f"{elsewhere}.venv/bin/python -m demo.till CODE 25000"


def _role(name: str) -> str:
    from demo.world import ROLES

    return ROLES.get(name, "superuser")


if __name__ == "__main__":
    sys.exit(main())
