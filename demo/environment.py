"""Turns demo mode on: embedded servers up, tables there, files collected, Django set up."""

from __future__ import annotations

import os

from config import embedded

ENV = {
    "SALUR_DEMO": "True",
    "DEBUG": "True",
    "CHUNK_SIZE": "200",  # small, so that two workers share the demo's batches and progress can be seen
    "LOG_LEVEL": "WARNING",
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
