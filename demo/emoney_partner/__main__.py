"""`python -m demo.emoney_partner CONFIG.json`: serves until it is ended, after one line with its port on standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from demo.emoney_partner.accounts import Books
from demo.emoney_partner.faults import plan_of
from demo.emoney_partner.notifier import Notifier
from demo.emoney_partner.server import Server, World


def world_of(config: dict[str, Any]) -> World:
    """The partner as the configuration says: both sides' keys, where notices go, the plan."""
    books = Books()
    return World(
        client_id=config["client_id"],
        public_key=config["public_key"],
        secret=config["secret"],
        books=books,
        notifier=Notifier(config["notify_url"], config["notify_client_id"], config["private_key"], books),
        plan=plan_of(config.get("plan", {})),
        hang_seconds=config.get("hang_seconds", 5),
        token_seconds=config.get("token_seconds", 900),
    )


def main() -> None:
    config = json.loads(Path(sys.argv[1]).read_text())
    server = Server(config.get("port", 0), world_of(config))
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
