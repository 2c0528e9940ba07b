"""The house's settings, and the sandbox on top of them. Only with SALUR_SANDBOX=True: what it makes is public knowledge."""

from django.core.exceptions import ImproperlyConfigured

from config.environment import env
from config.rules import WALLET
from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, MIDDLEWARE

if not env.bool("SALUR_SANDBOX", default=False):
    raise ImproperlyConfigured("sandbox.settings: set SALUR_SANDBOX=True, on a database that is nothing but a sandbox.")

INSTALLED_APPS = ["sandbox.apps.SandboxConfig", *INSTALLED_APPS]
# The clock first, and the faults last: next to the services, so that all that surrounds those works as ever.
MIDDLEWARE = ["sandbox.middleware.ClockMiddleware", *MIDDLEWARE, "sandbox.middleware.ProviderMiddleware"]
ROOT_URLCONF = "sandbox.urls"
# Who has which telephone number is documented, too.
WALLET = WALLET | {
    "directory": "sandbox.telephones.find",
    # Less than where money is real, so that a client that sends as fast as it can meets 429 here first.
    "partner_calls_a_second": env.int("PARTNER_CALLS_A_SECOND", default=50),
    "offline_cards_a_day": 1_000,  # a partner's: what an officer's desk may hand out is no measure of tests
}
# A cookie is as old as it is, however far the clock was advanced.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "sandbox"
SANDBOX = {
    "silence_seconds": env.float("SANDBOX_SILENCE_SECONDS", default=15.0),  # how long no answer comes after the credit
    "late_seconds": env.int("SANDBOX_LATE_SECONDS", default=60),  # how late a late notice is
    "run_hours": env.int("SANDBOX_RUN_HOURS", default=24),  # how long a conformance run stays open
}
