"""Settings: only what differs between machines. Constants live in their module; office-tunable
values are rows.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("HAICAP_VAR", ROOT / "var")).resolve()

# The demo accepts fictitious people (ids 000…, phones 0100…) and its published passwords;
# production refuses both.
MODE = os.environ.get("HAICAP_MODE", "production")
if MODE not in {"demo", "production", "test"}:
    raise ImproperlyConfigured("HAICAP_MODE must be demo or production.")
if sys.modules.keys() & {"pytest", "mypy"} and "HAICAP_MODE" not in os.environ:
    MODE = "test"
DEMO = MODE in {"demo", "test"}
TESTING = MODE == "test"
DEBUG = False

# Row ids of an installation lie in a range of their own, so that two databases can be merged.
INSTALLATION = int(os.environ.get("HAICAP_INSTALLATION", "1"))
ID_RANGE = 1_000_000_000_000


def _secret_key() -> str:
    given = os.environ.get("HAICAP_SECRET_KEY", "")
    if given:
        return given
    if TESTING:
        return "only-for-the-tests"
    if MODE != "demo":
        raise ImproperlyConfigured("HAICAP_SECRET_KEY must be set in production.")
    kept = VAR / "secret"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_name(f"secret.{os.getpid()}")
        fresh.write_text(os.urandom(48).hex())
        fresh.chmod(0o600)
        try:
            os.link(fresh, kept)
        except FileExistsError:
            kept = kept.resolve()  # another process was first: its key counts
        fresh.unlink()
    return kept.read_text().strip()


SECRET_KEY = _secret_key()
# The key before, while it is being replaced (docs/operations.md).
SECRET_KEY_FALLBACKS = [key for key in [os.environ.get("HAICAP_SECRET_KEY_BEFORE", "")] if key]
ALLOWED_HOSTS = os.environ.get("HAICAP_ALLOWED_HOSTS", "*" if DEMO else "localhost").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("HAICAP_ORIGINS", "").split(",") if o]
BASE_URL = os.environ.get(
    "HAICAP_BASE_URL", f"http://127.0.0.1:{os.environ.get('HAICAP_PORT', '8000')}"
)
HTTPS = BASE_URL.startswith("https:")


def _database(url: str) -> dict[str, Any]:
    """Django's settings from a postgres:// URL; a Unix socket folder goes in `?host=`."""
    parts = urlparse(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://")
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "haicap",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", "") or parts.hostname or ""),
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "ATOMIC_REQUESTS": False,
        "TEST": {"NAME": f"test_{unquote(parts.path.lstrip('/')) or 'haicap'}"},
        "OPTIONS": {
            **query,
            # No query runs long enough to be worth compiling.
            "options": "-c lock_timeout=3s -c idle_in_transaction_session_timeout=15s -c jit=off"
            " -c timezone=Asia/Ho_Chi_Minh",
            **(
                {}
                if TESTING
                else {"pool": {"min_size": 1, "max_size": 4, "timeout": 10, "max_idle": 60}}
            ),
        },
    }


DATABASES = {
    "default": _database(
        os.environ.get("DATABASE_URL", f"postgres://haicap@/haicap?host={VAR}/run")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "haicap.audit",
    "haicap.units",
    "haicap.parties",
    "haicap.accounts",
    "haicap.files",
    "haicap.deadlines",
    "haicap.registers",
    "haicap.payments",
    "haicap.notify",
    "haicap.catalogue",
    "haicap.dossiers",
    "haicap.site",
]

MIDDLEWARE = [
    "haicap.site.middleware.RequestContext",
    "haicap.site.middleware.KnownHost",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "haicap.site.middleware.HeadAsGet",
    "haicap.site.middleware.Headers",
    "django.middleware.gzip.GZipMiddleware",
    "haicap.accounts.session.OneQuerySession",
    "haicap.site.middleware.Language",
    "haicap.site.middleware.Refusals",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "haicap.accounts.session.SignInRequired",
    "haicap.audit.middleware.ReadingLog",
    "haicap.audit.middleware.ReadOnlyGet",
]

ROOT_URLCONF = "haicap.site.urls"
WSGI_APPLICATION = "haicap.site.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": sorted(ROOT.glob("haicap/*/templates")),
        "OPTIONS": {
            "environment": "haicap.site.jinja.environment",
            "context_processors": ["haicap.site.jinja.page_context"],
        },
    },
]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = sorted(ROOT.glob("haicap/*/locale"))
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
BUILT = VAR / "built"  # fonts cut for the web, made once by `haicap build`
STATICFILES_DIRS = [("built", BUILT)] if BUILT.exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING
WHITENOISE_AUTOREFRESH = TESTING  # else every client of a test reads all static files

# Argon2id at 19 MiB, t=2, p=1: 20 CPU-ms, so that 2,500 sign-ins in five minutes leave the machine
# free.
PASSWORD_HASHERS = ["haicap.accounts.passwords.Argon2id"]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REQUIRE_SECOND_FACTOR = MODE == "production"

# Our own form for citizens is one channel; where the national portal is the only one it is off.
OWN_WEB_FORM = os.environ.get("HAICAP_WEB_FORM", "on") != "off"

FILES_STORE = os.environ.get("HAICAP_FILES", str(VAR / "files"))  # a folder, or s3://bucket/prefix
FILE_LIMIT = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 9000  # a form of 400 fields in the editor
DATA_UPLOAD_MAX_NUMBER_FILES = 400
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_HANDLERS = ["haicap.files.upload.CappedUpload"]
CLAMD = os.environ.get(
    "HAICAP_CLAMD", ""
)  # host:port or a socket path; empty: the page says "chưa quét"

OIDC_ISSUER = os.environ.get("HAICAP_OIDC_ISSUER", f"{BASE_URL}/vneid-demo" if DEMO else "")
OIDC_CLIENT_ID = os.environ.get("HAICAP_OIDC_CLIENT_ID", "haicap-demo" if DEMO else "")
OIDC_CLIENT_SECRET = os.environ.get("HAICAP_OIDC_CLIENT_SECRET", "demo" if DEMO else "")

EMAIL_HOST = os.environ.get("HAICAP_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("HAICAP_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("HAICAP_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("HAICAP_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("HAICAP_SMTP_TLS", "") == "1"
EMAIL_USE_SSL = os.environ.get("HAICAP_SMTP_SSL", "") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("HAICAP_MAIL_FROM", "hai-cap@example.vn")

# Gateways known to haicap.notify; empty: none is sent. "rehearsal" takes texts and sends none.
SMS_GATEWAY = os.environ.get("HAICAP_SMS", "rehearsal" if DEMO else "")
ZALO_GATEWAY = os.environ.get("HAICAP_ZALO", "rehearsal" if DEMO else "")
# What providers sign their delivery reports with; without one nothing is believed.
REPORT_SECRETS = {
    way: os.environ.get(f"HAICAP_{way.upper()}_SECRET", f"{way}:{SECRET_KEY}" if DEMO else "")
    for way in ("sms", "zalo", "email")
}

# A gateway known to haicap.payments; empty: payers are offered none. Its notices are signed with
# the secret of the two; without one none is believed.
PAYMENT_GATEWAY = os.environ.get("HAICAP_PAYMENT_GATEWAY", "rehearsal" if DEMO else "")
PAYMENT_SECRET = os.environ.get("HAICAP_PAYMENT_SECRET", "demo" if DEMO else "")

# A carrier known to haicap.dossiers.post; empty: the counter writes tracking numbers by hand.
POST = os.environ.get("HAICAP_POST", "rehearsal" if DEMO else "")
POST_CUSTOMER = os.environ.get("HAICAP_POST_CUSTOMER", "")  # customerCode of the contract

CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "haicap.site.views.csrf_failed"
SESSION_COOKIE_SECURE = HTTPS  # read by accounts.session for its own cookie
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_ON_APP_READY = "haicap.site.wiring.on_app_ready"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"haicap": {"level": "INFO"}},
}
