"""Settings, all from the environment; `.data/env` (written by config.embedded) fills what the environment lacks.

Every amount is whole rupiah, every duration is seconds or a timedelta, every stored time is UTC.
"""

import base64
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from vault import key_marks

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


def _key(text: str) -> bytes:
    """A 256-bit key in base64, as every key but SECRET_KEY is written."""
    key = base64.b64decode(text, validate=True)
    if len(key) != 32:
        raise ImproperlyConfigured("A key must be 32 bytes in base64: openssl rand -base64 32")
    return key


def _numbered_keys(name: str, default: Any = environ.Env.NOTSET) -> dict[int, bytes]:
    """Keys by number from 1 to 255 (it is kept in a byte), written "1:BASE64,2:BASE64"."""
    pairs = (pair.split(":", 1) for pair in env.list(name, default=default))
    keys = {int(number): _key(key) for number, key in pairs}
    if not all(0 < number < 256 for number in keys):
        raise ImproperlyConfigured(f"{name}: keys are numbered from 1 to 255.")
    return keys


def _key_in_use(name: str, keys: dict[int, bytes]) -> int | None:
    """The number of the key that writes, where it is not the newest: a new key must be known everywhere first."""
    number: int | None = env.int(name, default=None)
    if number is not None and number not in keys:
        raise ImproperlyConfigured(f"{name}: there is no key with this number.")
    return number


# --- Keys: five of them, so that losing one does not open the others (docs/adr/0008) ---
SECRET_KEY = env("SECRET_KEY")
VAULT_KEYS = _numbered_keys("VAULT_KEYS")  # the highest number seals, all of them open
VAULT_KEY_IN_USE = _key_in_use("VAULT_KEY_IN_USE", VAULT_KEYS)  # another one seals, until all processes know the newest
SEAL_KEYS = _numbered_keys("SEAL_KEYS")  # seeds of Ed25519: the highest number signs, all of them verify
# The highest number indexes, rows are found under all of them; BLIND_INDEX_KEY, without a number, is the oldest: 0.
BLIND_INDEX_KEYS = _numbered_keys("BLIND_INDEX_KEYS", default=[])
BLIND_INDEX_KEY = None if BLIND_INDEX_KEYS and "BLIND_INDEX_KEY" not in os.environ else _key(env("BLIND_INDEX_KEY"))
BLIND_INDEX_KEY_IN_USE = _key_in_use(
    "BLIND_INDEX_KEY_IN_USE", BLIND_INDEX_KEYS | ({} if BLIND_INDEX_KEY is None else {0: BLIND_INDEX_KEY})
)
PIN_PEPPER = _key(env("PIN_PEPPER"))

# --- Web ---
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",  # indexes with an operator class
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "vault",
    "wallet",
    "officers",
    "beneficiaries",
    "disbursement",
    "mobile",
    "config",
]
if DEMO:
    INSTALLED_APPS.append("demo")
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.admin_csp.AdminCSPMiddleware",
    "config.admin_search.SearchTermMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
# The admin theme evaluates expressions (Alpine) and sets inline styles; no other page may.
ADMIN_CSP = {"script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else env.int("HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
METRICS_TOKEN = env("METRICS_TOKEN", default="")  # who reads /metrics; empty: nobody
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.error_reports.SecretsFilter"

# --- Database and broker ---
# "default" is the application; "owner" is the role that `manage.py migrate` works as, and nobody else (docs/adr/0013).
# Where one role does both, the two are the same.
OWNER = "OWNER_DATABASE_URL" if env("OWNER_DATABASE_URL", default="") else "DATABASE_URL"
DATABASES = {"default": env.db("DATABASE_URL"), "owner": env.db(OWNER)}
DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
_mark = key_marks.mark(
    key_marks.in_order(list(VAULT_KEYS), VAULT_KEY_IN_USE),
    key_marks.in_order([*BLIND_INDEX_KEYS, *([] if BLIND_INDEX_KEY is None else [0])], BLIND_INDEX_KEY_IN_USE),
)
for _database in DATABASES.values():  # the owner's too: a migration writes sealed values
    _database.setdefault("OPTIONS", {})["application_name"] = _mark
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", default="")

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A frozen broker must cost a request seconds, not a minute: the ring is lost, the sweeper rings again.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "retry_on_timeout": False,
    # Without these a publish waits for the broker for ever, whatever task_publish_retry says.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}
CELERY_TASK_PUBLISH_RETRY = False
# Static ticks alone. What is due is decided in SQL, so a second beat, or none for an hour, changes nothing.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "disbursement.tasks.sweep", "schedule": 30.0},
    "deliver-sms": {"task": "mobile.tasks.deliver_sms", "schedule": 30.0},
    "forget-codes": {"task": "mobile.tasks.forget_codes", "schedule": 3600.0},
    "expire-holds": {"task": "wallet.tasks.expire_holds", "schedule": 60.0},
    "lapse-purses": {"task": "wallet.tasks.lapse_purses", "schedule": 600.0},
    "advance-checkpoints": {"task": "wallet.tasks.advance_checkpoints", "schedule": 300.0},
    "warn-of-lapse": {"task": "mobile.tasks.warn_of_lapse", "schedule": 3600.0},
    "forget-external-ids": {"task": "wallet.tasks.forget_external_ids", "schedule": 3600.0},
    "seal-days": {"task": "wallet.tasks.seal_days", "schedule": 600.0},
    "escalate-grievances": {"task": "beneficiaries.tasks.escalate_grievances", "schedule": 300.0},
    "tell-answers": {"task": "mobile.tasks.tell_answers", "schedule": 60.0},
    "flag-late-requests": {"task": "beneficiaries.tasks.flag_late", "schedule": 300.0},
    "apply-retention": {"task": "beneficiaries.tasks.apply_retention", "schedule": 3600.0},
    "verify-ledger": {"task": "wallet.tasks.verify_ledger", "schedule": 600.0},
    "find-duplicates": {"task": "beneficiaries.tasks.find_duplicates", "schedule": 3600.0},
    "sweep-imports": {"task": "beneficiaries.tasks.sweep", "schedule": 30.0},
    "screen": {"task": "beneficiaries.tasks.screen", "schedule": 60.0},
    "find-breaks": {"task": "disbursement.tasks.find_breaks", "schedule": 300.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = env("BEAT_FILE", default=str(BASE_DIR / ".data" / "beat"))

# --- People and passwords ---
LOGIN_URL = LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

# --- Language and time: Indonesian first, English second; days end in Jakarta ---
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Jakarta"
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Files ---
FILE_UPLOAD_HANDLERS = ["vault.memory_upload.MemoryUploadHandler"]  # nothing uploaded lies on a disk in the clear
# Of a request's files: more than SCREENING's proof_bytes, REGISTRY's scan_bytes.
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 2**20
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "config" / "assets"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEBUG:  # no manifest needed before collectstatic has run
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# --- APIs ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["wallet.strict_json.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Salur",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Two fields named status: without a name of its own one of the two is numbered.
    "ENUM_NAME_OVERRIDES": {"GrievanceStatusEnum": "beneficiaries.models.Grievance.Status"},
}

# --- Money and safety rules: set by regulation or policy, so configured, never coded ---
WALLET = {
    "payment_limit": env.int("WALLET_PAYMENT_LIMIT", default=10_000_000),
    "daily_limit": env.int("WALLET_DAILY_LIMIT", default=20_000_000),
    # E-money rules: rupiah in a wallet at any time, and coming in during a month.
    "balance_limit": {
        "registered": env.int("WALLET_BALANCE_LIMIT", default=20_000_000),
        "unregistered": env.int("WALLET_BALANCE_LIMIT_UNREGISTERED", default=2_000_000),
    },
    "monthly_limit": {
        "registered": env.int("WALLET_MONTHLY_LIMIT", default=40_000_000),
        "unregistered": env.int("WALLET_MONTHLY_LIMIT_UNREGISTERED", default=20_000_000),
    },
    "hold_lifetime": timedelta(hours=env.int("HOLD_LIFETIME_HOURS", default=24)),
    "checkpoint_after": env.int("CHECKPOINT_AFTER", default=1_000),  # transfers of a merchant
    "lapse_notice": timedelta(days=env.int("LAPSE_NOTICE_DAYS", default=7)),
    "pin_attempts": 5,
    "pin_lockout": timedelta(minutes=30),
    "code_declines": 3,  # then a code is spent: a till must not try out what a purse holds
    "code_lifetime": timedelta(seconds=env.int("CODE_LIFETIME_SECONDS", default=180)),
    "snap_token_lifetime": timedelta(seconds=900),
    "snap_clock_tolerance": timedelta(seconds=300),
}
MOBILE = {
    "otp_lifetime": timedelta(minutes=5),
    "otp_attempts": 5,
    "otp_requests": 3,
    "otp_window": timedelta(minutes=15),
    "otp_requests_a_day": 10,
    "token_lifetime": timedelta(days=90),
    "grievances_a_day": 5,
    "grievance_messages_a_day": 30,
    "consents_a_day": 20,  # given by one person; what is given can always be withdrawn
    "sms_gateway": env("SMS_GATEWAY", default="mobile.sms.SpoolGateway" if DEBUG else ""),
    "sms_spool": env("SMS_SPOOL", default=str(BASE_DIR / ".data" / "sms")),
}
REGISTRY: dict[str, Any] = {
    "upload_limit": env.int("REGISTRY_UPLOAD_LIMIT", default=1_000_000_000),  # bytes, over the office's form
    "upload_retention": timedelta(days=env.int("REGISTRY_UPLOAD_RETENTION_DAYS", default=30)),
    # A file that nobody saves or cancels is personal data that nobody needs.
    "undecided_retention": timedelta(days=env.int("REGISTRY_UNDECIDED_DAYS", default=7)),
    # Percent of a source's people that a complete file makes leave without a second word.
    "leaving_share": env.int("REGISTRY_LEAVING_SHARE", default=20),
    "uploads_of": ["disbursement.Statement"],  # models above the registry whose `upload` is kept as long as they say
    "paid_since": "disbursement.reliance.on_people",  # who asks before people of an import are taken back
    # Who joins and parts the aid of two people who turn out to be one (beneficiaries.duplicates_merge).
    "on_merge": "disbursement.mergers.join",
    "on_unmerge": "disbursement.mergers.part",
    "on_move": "disbursement.enrolments.follow",  # whose place in a household's aid moves with them
    # The same of all whom an import moves, what stands in the way of taking them back, and taking them back.
    "on_moves": "disbursement.moves.follow",
    "moves_taken": "disbursement.moves.taken_since",
    "on_moves_undone": "disbursement.moves.go_back",
    "collector_people": env.int("COLLECTOR_PEOPLE", default=5),  # for how many people one collector may fetch
    "scan_bytes": 2_000_000,
    "representation_notice": timedelta(days=30),  # before its end a representation is listed
}
# Personal data (UU 27/2022). How long each kind is kept is the agency's decision.
PRIVACY: dict[str, Any] = {
    "answer_within": timedelta(hours=72),  # 3×24 hours: requests of subjects, notices of breaches
    "adult_age": 18,
    "reveals_a_day": env.int("REVEALS_A_DAY", default=50),  # of one officer, until a supervisor allows more
    "reveal_seconds": env.int("REVEAL_SECONDS", default=60),  # how long a page shows what was revealed
    "unusual_reveals": env.int("UNUSUAL_REVEALS", default=30),  # of one officer and day: counted as unusual
    # What a copy of one's data has, as each app declares it (beneficiaries.subject_rows).
    "told_by": [
        "beneficiaries.subject_tables.TOLD",
        "beneficiaries.subject_money.TOLD",
        "disbursement.subjects.TOLD",
        "mobile.subjects.TOLD",
    ],
    # Functions of a person, in the programmes' apps: why their data must stay (or "").
    "legal_holds": ["beneficiaries.erasure.financial_hold", "disbursement.subjects.hold_of"],
    # And what else of them is kept there and goes when they are erased.
    "forgotten_by": ["mobile.subjects.forget", "disbursement.subjects.forget"],
    "retention_rules": ["beneficiaries.retention.RULES", "mobile.subjects.RULES"],
    "financial_years": env.int("FINANCIAL_RETENTION_YEARS", default=10),  # after the last transfer
    "retention": {  # days, by rule (beneficiaries.retention); 0 keeps it
        "access_log": max(3_653, env.int("ACCESS_LOG_DAYS", default=3_653)),  # the database keeps it ten years at least
        "answered_requests": env.int("ANSWERED_REQUESTS_DAYS", default=1_827),
        "history": env.int("HISTORY_DAYS", default=3_653),
        # Since it was superseded, contested or no longer valid.
        "evidence_numbers": env.int("EVIDENCE_NUMBERS_DAYS", default=1_827),
        "objection_files": env.int("OBJECTION_FILES_DAYS", default=1_827),  # after the decision
        "ended_messages": env.int("ENDED_MESSAGES_DAYS", default=90),
    },
}
# What a change of keys rotates beside sealed columns, and what it does before it begins (vault.rotation).
VAULT_ROTATIONS = [
    "beneficiaries.resealing.History",
    "beneficiaries.resealing.Uploads",
    "beneficiaries.resealing.PersonDigests",
    "beneficiaries.resealing.HouseholdDigests",
    "beneficiaries.resealing_replaced.ReplacedDigests",
]
VAULT_ROTATION_BEGINS = ["beneficiaries.resealing.close_older_index_keys"]
VAULT_FORGET_DIGESTS = [
    "beneficiaries.resealing.forget_digests",
    "beneficiaries.resealing_replaced.forget_replaced",
]
EVIDENCE = {
    # Of one agency: so many calls at once, and as many each minute; then 429 with Retry-After (beneficiaries.api.pace).
    "calls_a_minute": env.int("EVIDENCE_CALLS_A_MINUTE", default=60),
}
OFFICERS: dict[str, Any] = {
    "wait_after_wrong_code": 1,  # seconds; doubles with each wrong code, or password, in a row
    "issuer": "Salur",  # what an authenticator app calls us
}
DISBURSEMENT = {
    "chunk_size": env.int("CHUNK_SIZE", default=5_000),
    "chunk_attempts": 5,
    "statement_bytes": env.int("STATEMENT_UPLOAD_LIMIT", default=200_000_000),
    "delegation_days": env.int("DELEGATION_DAYS", default=92),  # the longest that one officer signs for another
    "small_group": env.int("REPORT_SMALL_GROUP", default=5),  # people: reports for the public mask smaller groups
}
PARTNERS = {  # who pays for us (disbursement.providers)
    "connect_seconds": 3,
    "answer_seconds": env.int("PARTNER_ANSWER_SECONDS", default=15),
    # What a partner has not found so long after it was sent may be sent again; so often at most, then officers decide.
    "not_found_grace": timedelta(seconds=env.int("PARTNER_NOT_FOUND_SECONDS", default=600)),
    "most_sends": 4,
    "notice_wait": timedelta(seconds=env.int("PARTNER_NOTICE_SECONDS", default=120)),  # then it is asked
    "sending_stale": timedelta(seconds=120),  # whoever was sending has died: more than two answers and a token take
}
SCREENING = {
    "objection_days": env.int("OBJECTION_DAYS", default=14),  # working days after notice
    "answer_days": env.int("OBJECTION_ANSWER_DAYS", default=10),  # working days after an objection was filed
    "objection_phone": env("OBJECTION_PHONE", default=""),  # told to who is excluded; none is told where it is empty
    # Who tells the people, in the same transaction (beneficiaries.screening, beneficiaries.objections).
    "on_exclusion": "mobile.exclusion_notices.tell_of_exclusion",
    "on_lifting": "mobile.exclusion_notices.tell_of_lifting",
    "on_decision": "mobile.exclusion_notices.tell_of_decision",
    "proof_files": 5,  # with one objection
    "proof_bytes": 5 * 2**20,  # of one file
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "config.error_reports.RowlessFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
UNFOLD = {
    "SITE_TITLE": "Salur",
    "SITE_HEADER": "Salur",
    "SITE_SUBHEADER": _("Bantuan sosial yang sampai"),
    "SITE_SYMBOL": "payments",
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "config.admin_home.dashboard",
    "STYLES": ["wallet.admin.rows.stylesheet"],
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "config.admin_home.navigation"},
    "COLORS": {
        "primary": {
            "50": "#f0fdfa",
            "100": "#ccfbf1",
            "200": "#99f6e4",
            "300": "#5eead4",
            "400": "#2dd4bf",
            "500": "#14b8a6",
            "600": "#0d7a72",
            "700": "#0f5f5a",
            "800": "#115e59",
            "900": "#134e4a",
            "950": "#042f2e",
        },
    },
}
