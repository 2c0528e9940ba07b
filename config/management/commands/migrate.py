"""`manage.py migrate`: Django's, as the database's owner; afterwards the application's role may do what it needs."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate

from config import database_roles


class Command(migrate.Command):
    """Django's, with the owner's address by default, and the application's privileges brought up to date at the end."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            database_roles.grant(options["database"])
