"""
The mall's settings: one file, read top to bottom, everything that differs between machines from the environment.

Without any environment this is a development machine; with ``MALL_PRODUCTION=1`` nothing starts on a default secret.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent


def env_bool(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value not in {"0", "1", "true", "false", "yes", "no", ""}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value in {"1", "true", "yes"}


def env_int(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.strip().lstrip("-").isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")
    return int(value)


def env_secret(name: str, development: str) -> str:
    """The secret ``name``, or the content of the file that ``name``_FILE names; the default only in development."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name, "")
    if not value and MALL_PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set in production")
    return value or development


# What kind of machine -----------------------------------------------------------------------------------------------

MALL_PRODUCTION = env_bool("MALL_PRODUCTION")
MALL_EMBEDDED = env_bool("MALL_EMBEDDED")  # own PostgreSQL and Redis-compatible server under var/, clock may travel
if MALL_PRODUCTION and MALL_EMBEDDED:
    raise ImproperlyConfigured("MALL_PRODUCTION and MALL_EMBEDDED exclude each other: the embedded mall is for trying")
MALL_VAR = os.environ.get("MALL_VAR", str(BASE_DIR / "var"))
MALL_BASE_URL = os.environ.get("MALL_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
DEBUG = env_bool("MALL_DEBUG")

# Secrets ------------------------------------------------------------------------------------------------------------

SECRET_KEY = env_secret("MALL_SECRET_KEY", "development-only-and-refused-in-production")
MALL_FIELD_KEYS = env_secret("MALL_FIELD_KEYS", "1:ZGV2ZWxvcG1lbnQtb25seS1rZXktMzItYnl0ZXMhISE=")
MALL_BLIND_INDEX_KEY = env_secret("MALL_BLIND_INDEX_KEY", "ZGV2ZWxvcG1lbnQtb25seS1pbmRleC1rZXktMzItYiE=")
SANDBOX_BANK_KEY = os.environ.get("MALL_SANDBOX_BANK_KEY", "")  # of the toy bank; without it made once under MALL_VAR

# Hosts and transport -------------------------------------------------------------------------------------------------

ALLOWED_HOSTS = [host for host in os.environ.get("MALL_HOSTS", "127.0.0.1,localhost").split(",") if host]
CSRF_TRUSTED_ORIGINS = [MALL_BASE_URL]
# Networks of the proxies in front of us (deploy/nginx.conf): what they say of who asks is believed, nobody else's word.
_PROXIES = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16" if MALL_PRODUCTION else ""
MALL_TRUSTED_PROXIES = [one for one in os.environ.get("MALL_TRUSTED_PROXIES", _PROXIES).split(",") if one]
if MALL_PRODUCTION:
    SECURE_SSL_REDIRECT = env_bool("MALL_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-mall" if MALL_PRODUCTION else "mall"
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Rooms --------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "mall.apps.MallConfig",
    "mall.accounts.apps.AccountsConfig",
    "mall.backoffice.apps.BackofficeConfig",
    "mall.exports.apps.ExportsConfig",
    "mall.notifications.apps.NotificationsConfig",
    "mall.operations.apps.OperationsConfig",
    "mall.access.apps.AccessConfig",
    "risk.apps.RiskConfig",
    "merchants.apps.MerchantsConfig",
    "catalog.apps.CatalogConfig",
    "catalog.decoration.apps.DecorationConfig",
    "marketing.apps.MarketingConfig",
    "orders.apps.OrdersConfig",
    "settlement.apps.SettlementConfig",
    "mall.apps.MallAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",  # its widget templates, found like all others
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "treebeard",
]

MIDDLEWARE = [
    "mall.operations.traffic.count_requests",
    "mall.middleware.refuse_nul",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mall.compression.compress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mall.accounts.sessions.note_session",
]

ROOT_URLCONF = "mall.urls"
WSGI_APPLICATION = "mall.wsgi.application"

_TEMPLATE_LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": (_TEMPLATE_LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _TEMPLATE_LOADERS)]),
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mall.storefront.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "mall.templatetags.mall"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Stores --------------------------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def database(url: str) -> dict:
    """Django's description of the PostgreSQL that a URL names."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": env_int("MALL_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # a pool in transaction mode may stand between
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgres://mall_app@127.0.0.1:5432/mall"))}

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379").rstrip("/")
REDIS_BROKER_DB = env_int("REDIS_BROKER_DB", 0)
REDIS_CACHE_DB = env_int("REDIS_CACHE_DB", 1)
CACHES = {
    "default": {
        "BACKEND": "mall.cache.ForgivingRedisCache",
        "LOCATION": f"{REDIS_URL}/{REDIS_CACHE_DB}",
        "KEY_PREFIX": os.environ.get("MALL_CACHE_PREFIX", "mall"),
        "TIMEOUT": 300,
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Work by the clock ---------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = f"{REDIS_URL}/{REDIS_BROKER_DB}"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 1,  # a request never waits for a queue that is away: the sweepers find its rows
    "interval_start": 0,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE_FILENAME = str(Path(MALL_VAR) / "celerybeat-schedule")

from mall.schedule import SCHEDULE  # noqa: E402

CELERY_BEAT_SCHEDULE = {
    line.task: {"task": line.task, "schedule": line.when, "options": {"expires": line.expires}} for line in SCHEDULE
}

# Wiring: what a lower app asks of a higher one ------------------------------------------------------------------------

BACKOFFICE_PANELS = [  # each: (shop, now) -> {"template": ..., "context": ...} for the shop's first page
    "orders.backoffice.panels.orders_to_ship",
    "settlement.backoffice.panels.money",
    "merchants.backoffice.panels.health",
    "merchants.backoffice.panels.suspended_trades",
]
SHOP_FIRST_STEPS = [  # each: (shop) -> the first steps of a new shop, done or not
    "merchants.opening.steps_of_profile",
    "catalog.opening.steps_of_goods",
]
BACKOFFICE_TODO = [  # each: (shop, seat, now) -> what waits for the person, see mall.backoffice.todo
    "orders.backoffice.todo.waiting",
    "orders.after_sales.backoffice.todo.waiting",
    "catalog.backoffice.todo.waiting",
    "catalog.backoffice.review_todo.waiting",
    "merchants.backoffice.todo.waiting",
    "settlement.backoffice.todo.waiting",
]
BACKOFFICE_FIGURES = [  # each: (shop, seat, period) -> mall.backoffice.figures.Figures of the period and the one before
    "orders.backoffice.figures.of_period",
]
STAFF_QUEUES = [  # each: (user) -> what waits for her on the first page of the admin
    "merchants.staff_queues.waiting",
    "catalog.staff_queues.waiting",
    "marketing.staff_queues.waiting",
    "orders.staff_queues.waiting",
    "orders.after_sales.staff_queues.waiting",
    "settlement.staff_queues.waiting",
    "risk.staff_queues.waiting",
    "mall.staff_queues.waiting",
    "mall.operations.staff_queues.waiting",
    "mall.access.staff_queues.waiting",
]
OPERATIONS_MEASURES = [  # what the mall watches of itself, each a mall.operations.measures.Measure, as they are listed
    "orders.measures.PAYMENTS",
    "mall.operations.measures.ERRORS",
    "mall.operations.measures.EVENTS",
    "mall.operations.measures.JOBS",
    "mall.operations.measures.QUEUE",
    "orders.measures.DIFFERENCES",
    "settlement.measures.FAULTS",
    "mall.operations.measures.TRAFFIC",
    "mall.operations.measures.FORECAST",
]
STAFF_CHARTS = [  # each: (user, now) -> the charts that she may see there
    "merchants.staff_charts.charts",
    "orders.staff_charts.charts",
]
STOCK_CLAIMS = [  # each: (documents) -> those whose reserved goods are still wanted
    "orders.claims.claimed",
]
SHOP_UNFINISHED = [  # each: (shop) -> what is left to be done in it before it may close, in words; nothing: ""
    "orders.queries.unfinished_orders",
    "orders.gift_cards.open_card_money",
    "orders.after_sales.queries.unfinished_after_sales",
    "settlement.queries.unreleased_shares",
    "settlement.queries.open_withdrawals",
    "settlement.joint.still_owed",
    "settlement.fines.fines_to_come",
]
MARKETING_POINTS = None  # who keeps the points of people (marketing.points.PointsLedger); nobody yet: the mall has none
SHOP_ON_SHELF = "catalog.products.goods_on_shelf"  # (shop) -> what still stands on its shelf, in words; nothing: ""
SHOP_DEPOSIT_HELD = "settlement.queries.deposit_held"  # (shop) -> its deposit that is still held, in words, or ""
SHOP_BLOCKS = [  # the kinds of blocks of a shop's front page, as they are offered; each a catalog.decoration.kinds.Kind
    "catalog.decoration.blocks.BANNERS",
    "catalog.decoration.blocks.GOODS",
    "catalog.decoration.blocks.TEXT",
    "catalog.decoration.blocks.PICTURE_WITH_LINK",
    "catalog.decoration.blocks.PICTURES",
    "catalog.decoration.blocks.STRIP",
    "catalog.decoration.blocks.HEADING",
    "catalog.decoration.blocks.SPACE",
]
STOREFRONT_CATEGORIES = "catalog.navigation.category_menu"  # () -> the categories of the header's menu
CATALOG_SEARCH = "catalog.search.postgres.PostgresSearch"  # finds goods: catalog.search.engine.SearchEngine
CATALOG_BANNERS = "marketing.banners.live_banners"  # (now) -> the banners of the home page
CATALOG_PRODUCT_OFFERS = "marketing.showcase.for_sku"  # (sku, now) -> what is on offer for it, for its page
CATALOG_PRODUCT_DEALS = "marketing.deals.showing.on_product"  # (product, now) -> finished parts of its page
CATALOG_FLASH_SALE = "marketing.fresh.part_of"  # (product key, or None: home, now) -> its fresh parts, or ""
STOREFRONT_FRESH_PART = "marketing.fresh.fresh_part"  # (what was named) -> what kept pages show by the second
MARKETING_HAS_BOUGHT = "orders.queries.has_bought"  # (shopper's key) -> whether she has a paid order that stands
MARKETING_BUYERS = "orders.queries.buyers_of"  # (shop or None, since or None) -> keys of who has bought, unevaluated
CATALOG_CARD_BADGES = "marketing.showcase.for_cards"  # (public ids, now) -> {public id: what lists say of it}
SITEMAP_PLACES = [  # each: () -> addresses of pages that are there now, for the sitemap
    "marketing.campaigns.venues.places",
]
CATALOG_SHOP_COUPONS = "marketing.showcase.for_shop"  # (shop, now) -> coupons that its page gives out
CATALOG_SHIPPING_HOURS = "orders.tunables.SHIPPING_HOURS"  # .value: within how many hours shops promise to ship
ACCOUNT_ORDER_COUNTS = "orders.queries.order_counts"  # (person) -> how many orders she has in which status
ACCOUNT_KEPT_COUNTS = "catalog.interest.favorites.account_counts"  # (person) -> how much she keeps an eye on
SECURITY_SECTIONS = [  # each: (now) -> further sections of the quarterly report about security (R7)
    "risk.security.sections",
    "settlement.security.sections",
]
ACCOUNT_SIGNED_IN = [  # each: (request, response) -> None, when somebody has signed in: what she did before is hers
    "catalog.storefront.signing_in.welcome",
]
CATALOG_PURCHASED_LINES = "orders.queries.reviewable_lines"  # (shopper, product) -> what she may review

SECURITY_ADVISORIES = os.environ.get("MALL_ADVISORIES", "")  # what `pip-audit --strict --format json` said; or run it
DOCUMENT_REGISTRY = os.environ.get("MALL_DOCUMENT_REGISTRY", "sandbox")  # who is asked whether documents are true
BANK_VERIFIER = os.environ.get("MALL_BANK_VERIFIER", "sandbox")  # who is asked whether bank accounts are true
PAYOUT_CHANNEL = os.environ.get("MALL_PAYOUT_CHANNEL", "sandbox")  # how shops are paid: "sandbox" or "bank_file"
PAYMENT_BOOKS = [  # each: a SELECT of payments and refunds at channels, held against the channels' bills
    "orders.reconciliation.BOOKS",
    "settlement.deposits.BOOKS",
]
PAYMENT_TIMEOUTS = (  # seconds to connect to a payment channel, and to wait for its answer: less where a person waits
    3,
    float(os.environ.get("MALL_PAYMENT_PATIENCE", "10")),
)
PAYMENT_CALLS = int(os.environ.get("MALL_PAYMENT_CALLS", "0"))  # to channels at once on this machine; 0: any number
PAYMENT_CALLS_EACH = int(os.environ.get("MALL_PAYMENT_CALLS_EACH", "0"))  # of one process
PAYMENT_CHANNELS = [
    name for name in os.environ.get("MALL_PAYMENT_CHANNELS", "sandbox,balance,transfer").split(",") if name
]


def account(prefix: str, *names: str, may_lack: tuple[str, ...] = (), **given: str) -> dict[str, str]:
    """
    The mall's account with somebody else: each name from the environment, or from the file that NAME_FILE names. An
    empty dict when nothing of it is set; a payment channel is not offered then.
    """
    found = {}
    for name in names:
        variable = f"{prefix}_{name.upper()}"
        path = os.environ.get(f"{variable}_FILE")
        found[name] = Path(path).read_text().strip() if path else os.environ.get(variable, "").strip()
    if not any(found.values()):
        return {}
    if missing := [name for name, value in found.items() if not value and name not in may_lack]:
        raise ImproperlyConfigured(f"{prefix}: {', '.join(name.upper() for name in missing)} must be set as well")
    return found | {name: os.environ.get(f"{prefix}_{name.upper()}", value) for name, value in given.items()}


ALIPAY = account(
    "MALL_ALIPAY", "app_id", "seller_id", "private_key", "public_key", url="https://openapi.alipay.com/gateway.do"
)
WECHAT_PAY = account(
    "MALL_WECHAT", "app_id", "merchant_id", "serial", "private_key", "api_key", "public_key_id", "public_key",
    may_lack=("public_key_id", "public_key"), url="https://api.mch.weixin.qq.com",
)  # fmt: skip
STRIPE = account("MALL_STRIPE", "secret_key", "webhook_secret", url="https://api.stripe.com")
TRANSFER_ACCOUNT = account("MALL_TRANSFER", "holder", "bank_name", "number")  # the custodian's, for transfers
TRANSFER_BANK = os.environ.get("MALL_TRANSFER_BANK", "sandbox")  # who tells of transfers: "sandbox" or "file"

# People -------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "storefront:catalog:home"
ACCOUNT_FORMS = {
    "login": "mall.accounts.forms.AskingLoginForm",
    "signup": "mall.accounts.forms.AskingSignupForm",
    "reset_password": "mall.accounts.forms.EvenResetPasswordForm",
}
MALL_EVEN_SECONDS = 0.25  # what could tell who has an account is answered at a multiple of this
ACCOUNT_USER_DISPLAY = "mall.accounts.adapter.display_name"
ACCOUNT_ADAPTER = "mall.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FORM_CLASS = "mall.accounts.storefront.forms.SignUpConsents"  # A3: nothing is ticked beforehand
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or address is told to whom it belongs
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
MFA_ADAPTER = "mall.accounts.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a code is good for half a minute before and after its own; each once (mall/accounts/mfa.py)
MFA_FORMS = {
    "authenticate": "mall.accounts.mfa.SignInForm",
    "authenticate_webauthn": "mall.accounts.mfa.SignInWithPasskeyForm",
    "reauthenticate": "mall.accounts.mfa.ConfirmForm",
    "reauthenticate_webauthn": "mall.accounts.mfa.ConfirmWithPasskeyForm",
    "activate_totp": "mall.accounts.mfa.SetUpForm",
    "add_webauthn": "mall.accounts.mfa.AddPasskeyForm",
    "edit_webauthn": "mall.accounts.mfa.RenamePasskeyForm",
}
SMTP = account("MALL_SMTP", "host", "user", "password", may_lack=("user", "password"), port="587", security="starttls")
EMAIL_BACKEND = os.environ.get(
    "MALL_EMAIL_BACKEND", f"django.core.mail.backends.{'smtp' if SMTP else 'filebased'}.EmailBackend"
)
if SMTP:
    if SMTP["security"] not in {"starttls", "ssl", "none"} or not SMTP["port"].isdecimal():
        raise ImproperlyConfigured("MALL_SMTP_SECURITY must be starttls, ssl or none, and MALL_SMTP_PORT a number")
    EMAIL_HOST, EMAIL_PORT = SMTP["host"], int(SMTP["port"])
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = SMTP["user"], SMTP["password"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = SMTP["security"] == "starttls", SMTP["security"] == "ssl"
    EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = str(Path(MALL_VAR) / "mail")
DEFAULT_FROM_EMAIL = os.environ.get("MALL_FROM_EMAIL", "mall@example.com")

# Languages and time --------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "Asia/Shanghai"

# Files --------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("MALL_STATIC_ROOT", str(Path(MALL_VAR) / "static"))
STATICFILES_DIRS = [BASE_DIR / "mall" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = os.environ.get("MALL_MEDIA_ROOT", str(Path(MALL_VAR) / "media"))
MALL_SERVES_MEDIA = env_bool("MALL_SERVES_MEDIA", not MALL_PRODUCTION)  # nginx does in production
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000  # two hundred combinations in a table, each with a dozen fields
FILE_UPLOAD_PERMISSIONS = 0o644
MALL_PRIVATE_ROOT = os.environ.get("MALL_PRIVATE_ROOT", str(Path(MALL_VAR) / "private"))  # never served by a web server
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MALL_PRIVATE_ROOT, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "documents": {
        "BACKEND": "mall.sealed_files.SealedStorage",
        "OPTIONS": {"location": str(Path(MALL_PRIVATE_ROOT) / "documents")},
    },
    "staticfiles": {"BACKEND": "mall.static_files.Storage"},
}
WHITENOISE_USE_FINDERS = True

# Hosts with their port, beside the public web, from which pictures may be fetched; for tests and for demonstrations.
MALL_FETCH_ALSO_FROM = [host for host in os.environ.get("MALL_FETCH_ALSO_FROM", "").split(",") if host]
if MALL_FETCH_ALSO_FROM and MALL_PRODUCTION:
    raise ImproperlyConfigured("MALL_FETCH_ALSO_FROM opens our own network; it has no place in production")

# What pages may load --------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}

# Machines ------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["mall.api.authentication.SessionWithFactor"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "mall.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "mall.api.problems.handler",
    "PAGE_SIZE": 24,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

# Words about what happens ---------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"urllib3": {"level": "INFO"}},  # below, it writes addresses down, and some are signed
    "root": {"handlers": ["console"], "level": os.environ.get("MALL_LOG_LEVEL", "WARNING")},
}
