"""Django's settings; what the house itself is bound by stands in config.rules. All from the environment (config.environment).

Every stored time is UTC.
"""

import base64
import os
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.environment import BASE_DIR, DEBUG, DEMO, env
from config.rules import *  # noqa: F403
from vault import key_marks


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


# --- Keys: one for each purpose, so that losing one does not open the others (docs/adr/0008) ---
SECRET_KEY = env("SECRET_KEY")
VAULT_KEYS = _numbered_keys("VAULT_KEYS")  # the highest number seals, all of them open
VAULT_KEY_IN_USE = _key_in_use("VAULT_KEY_IN_USE", VAULT_KEYS)  # another one seals, until all processes know the newest
SEAL_KEYS = _numbered_keys("SEAL_KEYS")  # seeds of Ed25519: the highest number signs, all of them verify
# Seeds of Ed25519 for offline codes; none: there are no offline allowances. A new one is published first and signs later.
OFFLINE_KEYS = _numbered_keys("OFFLINE_KEYS", default=[])
OFFLINE_KEY_IN_USE = _key_in_use("OFFLINE_KEY_IN_USE", OFFLINE_KEYS)
# The highest number indexes, rows are found under all of them; BLIND_INDEX_KEY, without a number, is the oldest: 0.
BLIND_INDEX_KEYS = _numbered_keys("BLIND_INDEX_KEYS", default=[])
BLIND_INDEX_KEY = None if BLIND_INDEX_KEYS and "BLIND_INDEX_KEY" not in os.environ else _key(env("BLIND_INDEX_KEY"))
BLIND_INDEX_KEY_IN_USE = _key_in_use(
    "BLIND_INDEX_KEY_IN_USE", BLIND_INDEX_KEYS | ({} if BLIND_INDEX_KEY is None else {0: BLIND_INDEX_KEY})
)
PIN_PEPPER = _key(env("PIN_PEPPER"))

# --- Web ---
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
PUBLIC_URL = env("PUBLIC_URL", default="")  # what payers' pages are reached by; empty: as the partner called us
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "config.admin_site.OfficeConfig",
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
# Taken only when nothing else waits: notices to a million people ring for hours, and payments, sign-ins and the sweep would wait
# behind all of them. The broker keeps a list for each priority, and the lowest number goes first.
LATER = 6
CELERY_TASK_ROUTES = {
    f"mobile.tasks.{name}": {"priority": LATER}
    for name in ("make_notices", "deliver_notices", "tell_decisions", "tell_answers", "warn_of_lapse")
}
# Static ticks alone. What is due is decided in SQL, so a second beat, or none for an hour, changes nothing.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "disbursement.tasks.sweep", "schedule": 30.0},
    "deliver-sms": {"task": "mobile.tasks.deliver_sms", "schedule": 30.0},
    "forget-codes": {"task": "mobile.tasks.forget_codes", "schedule": 3600.0},
    "end-offline-allowances": {"task": "wallet.tasks.end_offline_allowances", "schedule": 60.0},
    "scan-for-fraud": {"task": "wallet.tasks.scan_for_fraud", "schedule": 120.0},
    "expire-holds": {"task": "wallet.tasks.expire_holds", "schedule": 60.0},
    "pay-bulk-cash-ins": {"task": "wallet.tasks.pay_bulk_cash_ins", "schedule": 30.0},
    "expire-debit-orders": {"task": "wallet.tasks.expire_debit_orders", "schedule": 60.0},
    "expire-mpm-codes": {"task": "wallet.tasks.expire_mpm_codes", "schedule": 60.0},
    "lapse-purses": {"task": "wallet.tasks.lapse_purses", "schedule": 600.0},
    "settle-merchants": {"task": "wallet.tasks.settle_merchants", "schedule": 300.0},
    "apply-bank-answers": {"task": "wallet.tasks.apply_bank_answers", "schedule": 60.0},
    "end-suspensions": {"task": "wallet.tasks.end_suspensions", "schedule": 60.0},
    "forget-merchant-documents": {"task": "wallet.tasks.forget_merchant_documents", "schedule": 3600.0},
    "advance-checkpoints": {"task": "wallet.tasks.advance_checkpoints", "schedule": 300.0},
    "warn-of-lapse": {"task": "mobile.tasks.warn_of_lapse", "schedule": 3600.0},
    "forget-page-pins": {"task": "wallet.tasks.forget_page_pins", "schedule": 3600.0},
    "forget-partner-info": {"task": "wallet.tasks.forget_partner_info", "schedule": 3600.0},
    "forget-external-ids": {"task": "wallet.tasks.forget_external_ids", "schedule": 3600.0},
    "seal-days": {"task": "wallet.tasks.seal_days", "schedule": 600.0},
    "escalate-grievances": {"task": "beneficiaries.tasks.escalate_grievances", "schedule": 300.0},
    "tell-answers": {"task": "mobile.tasks.tell_answers", "schedule": 60.0},
    "tell-decisions": {"task": "mobile.tasks.tell_decisions", "schedule": 60.0},
    "make-notices": {"task": "mobile.tasks.make_notices", "schedule": 30.0},
    "deliver-notices": {"task": "mobile.tasks.deliver_notices", "schedule": 30.0},
    "flag-late-requests": {"task": "beneficiaries.tasks.flag_late", "schedule": 300.0},
    "apply-retention": {"task": "beneficiaries.tasks.apply_retention", "schedule": 3600.0},
    "verify-ledger": {"task": "wallet.tasks.verify_ledger", "schedule": 600.0},
    "find-duplicates": {"task": "beneficiaries.tasks.find_duplicates", "schedule": 3600.0},
    "sweep-imports": {"task": "beneficiaries.tasks.sweep", "schedule": 30.0},
    "screen": {"task": "beneficiaries.tasks.screen", "schedule": 60.0},
    "deliver-webhooks": {"task": "wallet.tasks.deliver_webhooks", "schedule": 10.0},
    "suspend-gone": {"task": "disbursement.tasks.suspend_gone", "schedule": 3600.0},
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
    "ENUM_NAME_OVERRIDES": {
        "GrievanceStatusEnum": "beneficiaries.models.Grievance.Status",
        "ObjectionStatusEnum": ["filed", "upheld", "denied"],  # of exclusions' objections, and of appeals
        "EnrolmentStatusEnum": "disbursement.models.Enrolment.Status",
        "ClaimStatusEnum": "disbursement.models.Clawback.Status",
    },
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
