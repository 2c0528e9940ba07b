"""`manage.py migrate`: Django's, as the database's owner; afterwards the application's role may do what it needs."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate

from config import baseline, database_roles

PARTLY = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "prune")


class Command(migrate.Command):
    """Django's, with the owner's address by default, and the application's privileges brought up to date at the end.

    An empty database gets its tables from config/baseline.sql first, where all migrations are asked for.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--one-by-one",
            action="store_false",
            dest="from_baseline",
            help="Run every migration, also in an empty database.",
        )
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["from_baseline"] and not any(options[name] for name in PARTLY):
            loaded = baseline.load(options["database"])
            if loaded and options["verbosity"]:
                self.stdout.write(f"The database was empty: its tables are those of {loaded} migrations, at once.")
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            database_roles.grant(options["database"])
