"""The page of a campaign of the mall: the main venue, and that of new shops."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.generation import CATALOGUE, SHOPS, generation
from catalog.storefront.head import of_campaign
from mall import clock
from mall.storefront import shell
from marketing.campaigns.venues import shown_campaign, venue

KEPT_SECONDS = 5


@require_safe
def main(request: HttpRequest, slug: str) -> HttpResponse:
    return _venue(request, slug, is_new=False)


@require_safe
def of_new_shops(request: HttpRequest, slug: str) -> HttpResponse:
    return _venue(request, slug, is_new=True)


def _venue(request: HttpRequest, slug: str, *, is_new: bool) -> HttpResponse:
    """Kept for a moment: progress is seen, and who looks does not ask the database."""
    typed, category = request.GET.get("page", "1"), request.GET.get("category", "")[:50]
    page = int(typed) if typed.isascii() and typed.isdecimal() and int(typed[:4]) > 0 and len(typed) < 4 else 1

    def build() -> dict:
        campaign = shown_campaign(slug)
        if campaign is None:
            raise Http404
        shown = venue(campaign, is_new=is_new, category=category, page=page, now=clock.now())
        of = of_campaign(request.path, _title(campaign, is_new), str(campaign.words), is_listed=not shown["is_over"])
        head = render_to_string("storefront/catalog/_head.html", {"head": of})
        return shown | {"head": head, "title": of.title, "description": of.description}

    return shell.answer(
        request,
        f"{generation(CATALOGUE, SHOPS)}:campaign:{slug}:{is_new}:{category}:{page}",
        seconds=KEPT_SECONDS,
        template="storefront/marketing/campaign.html",
        build=build,
    )


def _title(campaign, is_new: bool) -> str:
    return _("%(campaign)s: new shops") % {"campaign": campaign.name} if is_new else str(campaign.name)
