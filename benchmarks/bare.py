"""
The floor of every page: a Django view without middleware that runs one query and renders 24 rows.

Served by the same gunicorn as the mall: ``gunicorn benchmarks.bare:application``.
"""

import os

from django.conf import settings

QUERY = "SELECT public_id, title->>'zh-hans', price_from, changed_at FROM catalog_product ORDER BY id LIMIT 24"
TEMPLATE = """<!doctype html><html lang="zh-Hans"><head><title>{{ title }}</title></head><body><ul>
{% for row in rows %}<li><a href="/p/{{ row.id }}/">{{ row.title }}</a> <b>{{ row.price }}</b> {{ row.at|date:"Y-m-d" }}
</li>{% endfor %}</ul></body></html>"""

if not settings.configured:
    from urllib.parse import unquote, urlsplit

    _url = urlsplit(os.environ["DATABASE_URL"])
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[],
        INSTALLED_APPS=[],
        USE_TZ=True,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": _url.path.lstrip("/"),
                "USER": _url.username,
                "PASSWORD": unquote(_url.password or ""),
                "HOST": _url.hostname,
                "PORT": _url.port,
                "CONN_MAX_AGE": 60,
            }
        },
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    import django

    django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import Context, engines  # noqa: E402
from django.urls import path  # noqa: E402

_template = engines["django"].from_string(TEMPLATE).template


def rows(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(QUERY)
        found = [dict(zip(("id", "title", "price", "at"), row, strict=True)) for row in cursor.fetchall()]
    response = HttpResponse(_template.render(Context({"title": "24 rows", "rows": found})))
    response["Content-Length"] = str(len(response.content))
    return response


urlpatterns = [path("", rows)]
application = get_wsgi_application()
