"""Who looks at a page: told from others for a day, and people from machines; kept nowhere, only counted."""

import re

from django.http import HttpRequest, HttpResponse

from catalog.visits import note_visit
from mall import clock
from mall.limits import client_ip

_MACHINE = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|headless|lighthouse|preview|monitor|facebookexternal|scan|https?://", re.I
)


def counted(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """
    Count a person's look at a page of a shop, which ``response.subject`` names.

    Machines, questions without an answer's body, pages asked for ahead, and answers that show nothing count nothing.
    Who keeps no history is counted too, for a count is all there is.
    """
    agent = request.headers.get("user-agent", "")
    is_person = "Mozilla/" in agent and not _MACHINE.search(agent)
    is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    shop_id = getattr(response, "subject", "")
    if shop_id and request.method == "GET" and response.status_code == 200 and is_person and not is_ahead:
        note_visit(shop_id, visitor=visitor_of(request), now=clock.now())
    return response


def visitor_of(request: HttpRequest) -> str:
    """What tells a visitor from others today; it is only ever counted (``catalog.search.hot``, ``catalog.visits``)."""
    if request.user.is_authenticated:
        return str(request.user.pk)
    return f"{client_ip(request)} {request.headers.get('user-agent', '')}"
