"""The page of today's flash sales: what runs, and what comes within a day."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.generation import SHOPS, generation
from mall import clock
from mall.storefront import shell
from marketing.flash import showing

KEPT_SECONDS = 5


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Kept for a moment: progress is seen, and who looks does not ask the database."""
    return shell.answer(
        request,
        f"{generation(SHOPS)}:flash-sales",
        seconds=KEPT_SECONDS,
        template="storefront/marketing/flash.html",
        build=lambda: {"slots": showing.slots(now=clock.now()), "title": _("Flash sales today")},
    )
