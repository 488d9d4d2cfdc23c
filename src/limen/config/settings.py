"""Django's settings, made from the variables of `config.env`. Nothing else reads the environment."""

from __future__ import annotations

import os
from datetime import timedelta, tzinfo
from pathlib import Path

from limen.config.database import database_settings
from limen.config.env import read_settings
from limen.config.keys import secret_key

_VALUES = read_settings(os.environ)

LIMEN_DATA_DIR: Path = _VALUES["LIMEN_DATA_DIR"]
LIMEN_PUBLIC_URL: str = _VALUES["LIMEN_PUBLIC_URL"]
LIMEN_HOST: str = _VALUES["LIMEN_HOST"]
LIMEN_PORT: int = _VALUES["LIMEN_PORT"]
LIMEN_WRITABLE_POSITION: bool = _VALUES["LIMEN_WRITABLE_POSITION"]
LIMEN_CONNECTIONS_MAX: int = _VALUES["LIMEN_CONNECTIONS_MAX"]
LIMEN_PASSWORD_LENGTH: int = _VALUES["LIMEN_PASSWORD_LENGTH"]
LIMEN_SECRET_REVEAL: str = _VALUES["LIMEN_SECRET_REVEAL"]
LIMEN_ACCESS_TOKEN_LIFETIME: int = _VALUES["LIMEN_ACCESS_TOKEN_LIFETIME"]
LIMEN_REFRESH_TOKEN_LIFETIME: int = _VALUES["LIMEN_REFRESH_TOKEN_LIFETIME"]
LIMEN_CORS_ORIGINS: tuple[str, ...] = _VALUES["LIMEN_CORS_ORIGINS"]
LIMEN_API_VERSION: str = _VALUES["LIMEN_API_VERSION"]
LIMEN_API_EDITION: str = _VALUES["LIMEN_API_EDITION"]
LIMEN_BODY_MAX: int = _VALUES["LIMEN_BODY_MAX"]
LIMEN_COLLECTION_BODY_MAX: int = _VALUES["LIMEN_COLLECTION_BODY_MAX"]
LIMEN_TOKEN_BODY_MAX: int = _VALUES["LIMEN_TOKEN_BODY_MAX"]
LIMEN_SIGN_IN_PAUSE: int = _VALUES["LIMEN_SIGN_IN_PAUSE"]
LIMEN_TOKEN_FAILURES: int = _VALUES["LIMEN_TOKEN_FAILURES"]
LIMEN_TOKEN_PAUSE: int = _VALUES["LIMEN_TOKEN_PAUSE"]
LIMEN_REFRESH_REPLAY_GRACE: int = _VALUES["LIMEN_REFRESH_REPLAY_GRACE"]
LIMEN_API_VALUE_TYPES: bool = _VALUES["LIMEN_API_VALUE_TYPES"]
LIMEN_API_TIME_ZONE: tzinfo = _VALUES["LIMEN_API_TIME_ZONE"]
LIMEN_API_DOC_BASE_URL: str = _VALUES["LIMEN_API_DOC_BASE_URL"]
LIMEN_CALLS_RECORDED: bool = _VALUES["LIMEN_CALLS_RECORDED"]
LIMEN_CALLS_KEPT: int = _VALUES["LIMEN_CALLS_KEPT"]
LIMEN_CALLS_DAYS: int = _VALUES["LIMEN_CALLS_DAYS"]
LIMEN_CALLS_BODY_MAX: int = _VALUES["LIMEN_CALLS_BODY_MAX"]
LIMEN_CHANGES_DAYS: int = _VALUES["LIMEN_CHANGES_DAYS"]
LIMEN_AUDIT_DAYS: int = _VALUES["LIMEN_AUDIT_DAYS"]
# Tests write what is recorded themselves, in their own transaction; no variable changes it.
LIMEN_CALLS_WRITER = True

DEBUG: bool = _VALUES["LIMEN_DEBUG"]
SECRET_KEY = secret_key(_VALUES["LIMEN_SECRET_KEY"], _VALUES["LIMEN_DATA_DIR"])
SECRET_KEY_FALLBACKS = [old for old in [_VALUES["LIMEN_SECRET_KEY_OLD"]] if old]
ALLOWED_HOSTS = list(_VALUES["LIMEN_ALLOWED_HOSTS"])
DATABASES = {"default": database_settings(_VALUES["LIMEN_DATABASE_URL"], _VALUES["LIMEN_DATA_DIR"])}
# Each operation opens its own transaction; pure reads open none.
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "csp",
    "axes",
    "procrastinate.contrib.django",
    "limen.kit",
    "limen.help",
    "limen.events",
    "limen.jobs",
    "limen.accounts",
    "limen.calls",
    "limen.audit",
    "limen.structure",
    "limen.media",
    "limen.products",
    "limen.connections",
]

MIDDLEWARE = [
    "limen.kit.http.middleware.request_id",
    # Outside of what records calls, which keeps bodies as they can be read.
    "limen.kit.http.encoding.compress",
    "limen.kit.http.origins.other_origins",
    "limen.calls.middleware.record_calls",
    # What follows is for people's screens; calls under /api/ pass it by (see config.middleware).
    "limen.config.middleware.security",
    "limen.config.middleware.static_files",
    "limen.config.middleware.content_policy",
    "limen.config.middleware.sessions",
    "limen.config.middleware.common",
    "limen.config.middleware.csrf",
    "limen.config.middleware.authentication",
    "limen.config.middleware.login_required",
    "limen.config.middleware.language",
    "limen.config.middleware.messages",
    "limen.config.middleware.no_framing",
    "limen.config.middleware.htmx",
    "limen.config.middleware.caller",
    "limen.config.middleware.sign_in_limit",
]

ROOT_URLCONF = "limen.config.urls"
WSGI_APPLICATION = "limen.config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "limen.accounts.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "lucide.templatetags.lucide",
                "limen.kit.web.components",
            ],
        },
    }
]

# People and permissions
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "limen.accounts.backends.PeopleBackend"]
PASSWORD_HASHERS = ["limen.accounts.hashers.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
LIMEN_API_AUTHENTICATOR = "limen.connections.tokens.authenticate"
LIMEN_API_CONNECTION_OF = "limen.connections.tokens.connection_of"
LIMEN_API_WATCHER = "limen.connections.watching.record_errors"
LIMEN_API_TOKENS_END = "limen.connections.operations.end_tokens_of"
# Who is asked, besides the structure itself, what uses a part of it.
LIMEN_STRUCTURE_USES = ("limen.products.queries.uses_of_structure", "limen.connections.queries.uses_of_structure")
LIMEN_FAMILIES_WITH_PRODUCTS = "limen.products.queries.families_with_products"
LIMEN_PRODUCTS_IN_CATEGORIES = "limen.products.queries.count_in_categories"

AXES_FAILURE_LIMIT = _VALUES["LIMEN_SIGN_IN_FAILURES"]
AXES_COOLOFF_TIME = timedelta(seconds=_VALUES["LIMEN_SIGN_IN_PAUSE"])
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "limen.accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "limen.kit.http.address.client_address"
LIMEN_BEHIND_PROXY: bool = _VALUES["LIMEN_BEHIND_PROXY"]

# Sessions and headers
_SECURE = _VALUES["LIMEN_PUBLIC_URL"].startswith("https://")
SESSION_COOKIE_NAME = "limen_session"
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "limen_csrf"
CSRF_COOKIE_SECURE = _SECURE
CSRF_FAILURE_VIEW = "limen.kit.web.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if _VALUES["LIMEN_BEHIND_PROXY"]:
    USE_X_FORWARDED_HOST = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
# Its middleware is there, wrapped (see config.middleware); the check looks for its bare name.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Static files: collected on start into the data folder, hashed and compressed
STATIC_URL = "/static/"
STATIC_ROOT = Path(_VALUES["LIMEN_DATA_DIR"]) / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": Path(_VALUES["LIMEN_DATA_DIR"]) / "media"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Language and time: English screens, UTC in the database and on the wire
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# The API reads bodies itself, and has looked at their size before.
DATA_UPLOAD_MAX_MEMORY_SIZE = max(LIMEN_BODY_MAX, LIMEN_COLLECTION_BODY_MAX)
# A family of 500 attributes and a dozen channels, with a box for each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_READONLY_MODELS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "limen.kit.logging.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "limen": {"level": "INFO"},
        "procrastinate": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
    },
}
