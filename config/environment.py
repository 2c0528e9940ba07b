"""What the environment says, and whether this is a demo; `.data/env` (written by config.embedded) fills what it lacks."""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (
    "DATABASE_URL" in os.environ
):  # somebody's real database: the file of the embedded servers must not turn DEBUG on for it
    os.environ.setdefault("DEBUG", "False")
    os.environ.setdefault("OWNER_DATABASE_URL", "")  # nor must the owner of theirs migrate it
env.read_env(os.environ.get("SALUR_ENV_FILE", BASE_DIR / ".data" / "env"))

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("SALUR_DEMO", default=False)
if DEMO and not DEBUG:
    raise ImproperlyConfigured("SALUR_DEMO makes public logins: it never runs with DEBUG=False.")
