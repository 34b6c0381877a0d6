"""Where a person is signed in: noted now and then, listed, and ended one by one or all at once (A1)."""

import time
from collections.abc import Callable
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from mall.audit.trail import record

NOTED_EVERY = 15 * 60  # seconds; a write with every request would cost more than it tells
_NOTED = "session_noted"

BROWSERS = (  # the first that fits: most browsers call themselves by their elders' names as well
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
PHONES = {"iPhone", "Android", "HarmonyOS"}


def note_session(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """
    Middleware: keep the list of sessions true, with one write a quarter of an hour for who is signed in; where nobody
    asked who is there, it does not ask either.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        session = request.session
        if session.session_key and hasattr(request, "_cached_user") and request.user.is_authenticated:
            key, at = session.get(_NOTED, ("", 0))
            if key != session.session_key[:8] or not 0 <= time.time() - at < NOTED_EVERY:
                UserSession.objects.create_from_request(request)
                session[_NOTED] = (session.session_key[:8], int(time.time()))
        return response

    return answer


def sessions_of(person, *, current_key: str) -> list[UserSession]:
    """All of a person's sessions that still live, this one first, then by when they were last seen."""
    rows = UserSession.objects.purge_and_list(person)
    for row in rows:
        row.is_this = row.session_key == current_key
        row.browser, row.system = device_of(row.user_agent)
        row.is_phone = row.system in PHONES
    return sorted(rows, key=lambda row: (not row.is_this, -row.last_seen_at.timestamp(), row.pk))


def note_trouble(*, kind: str, now: datetime) -> None:
    """Count a sign-in that failed, or that was turned away: by the hour, in one statement."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_signintrouble AS known (hour, kind, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (hour, kind) DO UPDATE SET count = known.count + 1",
            [hour, kind],
        )


def device_of(user_agent: str) -> tuple[str, str]:
    """``("Chrome", "Windows")`` of what a browser says of itself; empty for what we do not know."""
    browser = next((name for word, name in BROWSERS if word in user_agent), "")
    return browser, next((name for word, name in SYSTEMS if word in user_agent), "")


@transaction.atomic
def end_sessions(*, person, by, now: datetime, session_id: int | None = None, but_key: str = "") -> int:
    """
    Sign the person out of one session, of all others, or of all; the next request of each is nobody's.

    :param session_id: this one only
    :param but_key: the key of the session that stays
    """
    rows = UserSession.objects.filter(user=person).exclude(session_key=but_key).order_by("pk")
    if session_id is not None:
        rows = rows.filter(pk=session_id)
    ended = list(rows)
    for row in ended:
        row.end()
    if ended:
        record("accounts.end_sessions", person.public_id, by=by, now=now, after={"ended": len(ended)})
    return len(ended)
