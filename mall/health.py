"""Whether the mall can serve: the database answers and guards the shops, and the cache answers."""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from mall.cache_server import cache_server
from mall.guarding import demand_guard


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database and cache answer, else 503 naming which does not."""
    parts = {"database": _database, "cache": _cache}
    state = {}
    for name, ask in parts.items():
        try:
            ask()
            state[name] = "ok"
        except Exception as error:
            state[name] = type(error).__name__
    return JsonResponse(state, status=200 if set(state.values()) == {"ok"} else 503)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    demand_guard()


def _cache() -> None:
    cache_server().ping()
