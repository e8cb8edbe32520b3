"""Configuration of the one application. Every value that an operator may change is read from the environment here and nowhere else.

Each variable is explained in docs/settings.md; a test compares that page with this file.
"""

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent


def database_from_url(url: str) -> dict[str, Any]:
    """Django's database entry for a `postgresql://` URL; a socket folder may stand in `?host=` or percent-encoded as the host."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "pendopo",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 0, "max_size": 8, "timeout": 2, "max_idle": 60}, **query},
    }


DATA_DIR = Path(os.environ.get("PENDOPO_DATA", BASE_DIR.parent / "data"))
FILES_DIR = DATA_DIR / "files"
DATABASE_URL = os.environ.get("PENDOPO_DATABASE_URL", "postgresql:///pendopo")
NATS_URL = os.environ.get("PENDOPO_NATS_URL", "nats://127.0.0.1:4222")
NATS_ISSUER = os.environ.get("PENDOPO_NATS_ISSUER", "")
SECRET_KEY = os.environ.get("PENDOPO_SECRET_KEY", "")
REGION = os.environ.get("PENDOPO_REGION", "35.16")
DEMO = os.environ.get("PENDOPO_DEMO", "") == "1"
SECURE = os.environ.get("PENDOPO_TLS", "") == "1"
REQUIRE_MFA = os.environ.get("PENDOPO_REQUIRE_MFA", "") == "1"
# Whose word about where a question came from is believed: the networks of reverse proxies.
PROXIES = [ip_network(one.strip()) for one in os.environ.get("PENDOPO_PROXIES", "").split(",") if one.strip()]
HOSTS = [host for host in os.environ.get("PENDOPO_HOSTS", "").split(",") if host]
METRICS_TOKEN = os.environ.get("PENDOPO_METRICS_TOKEN", "")
# Hosts (with port) whose HLS cameras boards may play: the content security policy names them and no others.
CAMERA_HOSTS = [host for host in os.environ.get("PENDOPO_CAMERA_HOSTS", "").split(",") if host]
CA_FILE = os.environ.get("PENDOPO_CA_FILE", "")

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *HOSTS] if HOSTS or SECURE else ["*"]
DEBUG = False
ROOT_URLCONF = "pendopo.urls"
ASGI_APPLICATION = "pendopo.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

INSTALLED_APPS = [
    "pendopo.wall",
    "pendopo.portal",
    "pendopo.incidents",
    "pendopo.reports",
    "pendopo.meetings",
    "pendopo.assessments",
    "pendopo.coworking",
    "pendopo.alerts",
    "pendopo.network",
    "pendopo.orders",
    "pendopo.indicators",
    "pendopo.notify",
    "pendopo.agencies",
    "pendopo.regions",
    "pendopo.audit",
    "pendopo.live",
    "pendopo.ui",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pendopo.ui.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pendopo.agencies.sign_in.RequireSecondFactor",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pendopo.agencies.context.reader",
                "pendopo.regions.context.government",
                "pendopo.incidents.posture.context.posture",
                "pendopo.incidents.cases.context.incidents_here",
                "pendopo.ui.context.house",
            ]
        },
    }
]

DATABASES = {"default": database_from_url(DATABASE_URL)}

AUTH_USER_MODEL = "agencies.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend", "pendopo.agencies.access.Doorkeeper"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "pendopo.agencies.sign_in.AccountAdapter"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
# Only limits are cached, and all processes and machines must count together. Space for a flood of addresses before old ones give way.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "agencies_limit",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "pendopo.agencies.forms.PasskeyForm"}
MFA_ADAPTER = "pendopo.agencies.sign_in.FactorAdapter"
# Without TLS of our own, browsers allow passkeys on localhost only; behind a proxy the origin is https anyway.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
SOCIALACCOUNT_ADAPTER = "pendopo.agencies.sign_in.OutsideAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if os.environ.get("PENDOPO_OIDC_URL"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": os.environ.get("PENDOPO_OIDC_NAME", "SSO"),
                "client_id": os.environ.get("PENDOPO_OIDC_CLIENT", ""),
                "secret": os.environ.get("PENDOPO_OIDC_SECRET", ""),
                "settings": {"server_url": os.environ["PENDOPO_OIDC_URL"]},
            }
        ]
    }

EMAIL_HOST = os.environ.get("PENDOPO_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("PENDOPO_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("PENDOPO_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("PENDOPO_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("PENDOPO_SMTP_TLS", "") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("PENDOPO_MAIL_FROM", "pendopo@localhost")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 10

# A PKCS#12 file with which papers of meetings are signed (PAdES), and its password.
SIGN_CERTIFICATE = os.environ.get("PENDOPO_SIGN_CERTIFICATE", "")
SIGN_PASSWORD = os.environ.get("PENDOPO_SIGN_PASSWORD", "")

# Where people reach this installation: links in letters begin with it.
SITE_URL = (os.environ.get("PENDOPO_SITE_URL") or f"http{'s' if SECURE else ''}://{HOSTS[0] if HOSTS else 'localhost:8000'}").rstrip("/")
# Who speaks in public warnings (CAP): a name that is this house's alone, without spaces and commas.
CAP_SENDER = os.environ.get("PENDOPO_CAP_SENDER") or f"pendopo@{HOSTS[0] if HOSTS else 'localhost'}"
# Services for notices beside e-mail: Apprise addresses with {to} (notify/transports/gateway.py).
GATEWAYS = {
    "telegram": os.environ.get("PENDOPO_TELEGRAM_URL", ""),
    "whatsapp": os.environ.get("PENDOPO_WHATSAPP_URL", ""),
    "sms": os.environ.get("PENDOPO_SMS_URL", ""),
    "chat": os.environ.get("PENDOPO_CHAT_URL", ""),
    "call": os.environ.get("PENDOPO_CALL_URL", ""),
    "siren": os.environ.get("PENDOPO_SIREN_URL", ""),
}
# Programs on this machine for when the internet is cut: command lines with {to} and {text} (notify/transports/command.py).
COMMANDS = {
    "sms": os.environ.get("PENDOPO_SMS_COMMAND", ""),
    "call": os.environ.get("PENDOPO_CALL_COMMAND", ""),
    "siren": os.environ.get("PENDOPO_SIREN_COMMAND", ""),
}
WEBHOOK_PRIVATE = os.environ.get("PENDOPO_WEBHOOK_PRIVATE", "") == "1"

# Months before the present one that stay in PostgreSQL; older ones move to Parquet files at night. 0 = all stay.
SYSLOG_DAYS = int(os.environ.get("PENDOPO_SYSLOG_DAYS", "") or 30)
OPEN_MONTHS = int(os.environ.get("PENDOPO_OPEN_MONTHS", "") or 13)
# Called each minute while the river runs from end to end; its `/fail` when it does not (alerts/river/proving.py).
WATCH_URL = os.environ.get("PENDOPO_WATCH_URL", "")

# Where the portal is laid down as files each minute (portal/snapshot/).
SNAPSHOT_DIR = os.environ.get("PENDOPO_SNAPSHOT_DIR", "")
# How many days after its end a citizen's report keeps name, telephone number and e-mail address, unless its category says otherwise.
CONTACT_DAYS = int(os.environ.get("PENDOPO_CONTACT_DAYS", "") or 365)
# When offices work (agencies/hours.py reads it).
WORKING_HOURS = os.environ.get("PENDOPO_WORKING_HOURS", "") or "Mo-Fr 07:30-16:00"
# A file of holidays and joint leave beside the shipped one (agencies/holidays.yaml).
HOLIDAYS_FILE = os.environ.get("PENDOPO_HOLIDAYS", "")

# The media servers of meetings, `unix:/socket` or `ws://host:port`; a meeting lives on one. `pendopo up` names its own here.
JANUS_URLS = [url for url in os.environ.get("PENDOPO_JANUS_URL", "").split(",") if url]
JANUS_SECRET = os.environ.get("PENDOPO_JANUS_SECRET", "")
# A relay for people whose line lets no UDP through (coturn with `use-auth-secret`), and the name server that tells browsers their address.
TURN_URLS = [url for url in os.environ.get("PENDOPO_TURN_URL", "").split(",") if url]
TURN_SECRET = os.environ.get("PENDOPO_TURN_SECRET", "")
STUN_URLS = [url for url in os.environ.get("PENDOPO_STUN_URL", "").split(",") if url]
# How many days recordings of meetings are kept.
RECORDING_DAYS = int(os.environ.get("PENDOPO_RECORDING_DAYS", "") or 90)
# The most that one person may send, in kbit/s.
MEDIA_CAP_KBPS = int(os.environ.get("PENDOPO_MEDIA_CAP", "") or 1500)
# The most that all people of one agency may send together, in kbit/s; 0 = no such cap.
MEDIA_SITE_CAP_KBPS = int(os.environ.get("PENDOPO_MEDIA_SITE_CAP", "") or 0)

# An account at a telephone exchange by which telephones and room systems come into meetings, and what they dial, as invitations say it.
SIP_ACCOUNT = os.environ.get("PENDOPO_SIP_ACCOUNT", "")
SIP_PASSWORD = os.environ.get("PENDOPO_SIP_PASSWORD", "")
SIP_SERVER = os.environ.get("PENDOPO_SIP_SERVER", "")
SIP_NUMBER = os.environ.get("PENDOPO_SIP_NUMBER", "")
SIP_LINES = int(os.environ.get("PENDOPO_SIP_LINES", "") or 8)

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR.parent / "locale"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = os.environ.get("PENDOPO_ZONE", "Asia/Jakarta")

STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/built/.+-[A-Z0-9]{8}\.[a-z0-9]+$"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(FILES_DIR)}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *CAMERA_HOSTS],
        "media-src": [SELF, "blob:", *CAMERA_HOSTS],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# The body of an upload form may be large; POST /api/v1/observations has its own limit (32 MiB, indicators/ingest.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django.request": {"level": "ERROR"}},  # a refused request is an answer, not an event of the house
    "root": {"handlers": ["stderr"], "level": os.environ.get("PENDOPO_LOG_LEVEL", "INFO")},
}
