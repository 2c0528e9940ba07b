"""Turns demo mode on: embedded servers up, tables there, files collected, Django set up."""

from __future__ import annotations

import os

from config import embedded

ENV = {
    "SALUR_DEMO": "True",
    "DEBUG": "True",
    "CHUNK_SIZE": "200",  # small, so that two workers share the demo's batches and progress can be seen
    "LOG_LEVEL": "WARNING",
    # Without a payer the office can make no file for the bank, and settlement would end there.
    "SETTLEMENT_PAYER_NAME": "DINAS SOSIAL (DEMO)",
    "SETTLEMENT_PAYER_BANK": "111",
    "SETTLEMENT_PAYER_ACCOUNT": "10000000001",
}


def set_up(**settings: str) -> None:
    """Everything that must be there before the story starts, with these settings besides. Safe to repeat."""
    embedded.start()
    for name, value in (ENV | settings).items():
        os.environ.setdefault(name, value)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("roles", verbosity=0)
