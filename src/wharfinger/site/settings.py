"""How this installation runs: all that differs between two installations is an environment variable."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from wharfinger.site import environment

PACKAGE = Path(__file__).resolve().parents[1]
HOME = environment.home()
DEBUG = environment.flag("WHARFINGER_DEBUG")
TESTING = environment.text("WHARFINGER_TEST_DB") != ""
SECRET_KEY = environment.secret(HOME)
PUBLIC_URL = environment.text("WHARFINGER_URL", "http://localhost:" + environment.text("PORT", "8000"))
ALLOWED_HOSTS = environment.hosts(PUBLIC_URL)

# The modules of the house, bottom to top; the import contracts in pyproject.toml say the same.
MODULES = (
    "base",
    "ledger",
    "parties",
    "catalog",
    "pricing",
    "stock",
    "demand",
    "work",
    "sales",
    "purchasing",
    "fulfilment",
    "billing",
    "devices",
    "returns",
    "flows",
    "boards",
    "documents",
    "notices",
    "exchange",
    "site",
)

INSTALLED_APPS = [
    *(f"wharfinger.{module}" for module in MODULES),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "csp",
]

# Whoever calls passes the first half; what follows TokenMiddleware is for browsers only.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "wharfinger.site.callers.PackingMiddleware",
    "wharfinger.site.callers.HeadersMiddleware",
    "wharfinger.site.callers.TokenMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wharfinger.site.house.HouseMiddleware",
    "wharfinger.site.callers.innermost",
]

ROOT_URLCONF = "wharfinger.site.urls"
WSGI_APPLICATION = "wharfinger.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Goods and money: SQLite in the home folder unless DATABASE_URL names a PostgreSQL database.
DATABASES: dict[str, dict[str, Any]] = {"default": environment.database(HOME)}

# Who may act.
AUTH_USER_MODEL = "parties.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"  # Tests sign in hundreds of people.
    if TESTING
    else "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Language and time. The company's own time zone is one of its settings; the database keeps UTC.
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Pages: ours are Jinja2; packages that bring pages of their own bring Django templates.
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / module / "templates" for module in MODULES],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "wharfinger.site.jinja.environment",
            "context_processors": ["django.contrib.messages.context_processors.messages"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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

# Files. Each module's static/ folder is found through its app; `wharfinger serve` collects them.
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "media"
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# The browser: everything comes from us, nothing is framed, no script is written into a page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# A receipt of 500 lines has three fields for each, and one more for every serial number.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL.rstrip("/")]
BEHIND_PROXY = environment.flag("WHARFINGER_BEHIND_PROXY")
if BEHIND_PROXY:
    # Only a proxy that overwrites this header may be trusted with it, so an administrator must say so.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Mail leaves by SMTP; the address of the server is the only thing an installation has to say.
globals().update(environment.mail())

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.text("WHARFINGER_LOG", "WARNING")},
}
