"""What of the shop itself waits for its people."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.backoffice.todo import SOON, URGENT, Todo
from mall.clock import business_date
from mall.templatetags.mall import short_day
from merchants.agreements import REMIND_DAYS, to_accept
from merchants.health import PASS, explained, latest_scores
from merchants.idle import idle_since, idle_span
from merchants.models import Seat, Shop
from merchants.tunables import FREEZE_DAYS, REMINDER_DAYS

PAR = 0.6  # of what a measure can give


def waiting(shop: Shop, seat: Seat, now: datetime) -> list[Todo]:
    """
    Measures of the latest score that are below par, the freezing that an idle shop is to expect, and newer agreements
    that an owner is to accept. Three queries.
    """
    if not seat.can("shop.see"):
        return []
    url = reverse("backoffice:merchants:health", args=[shop.slug])
    found = []
    since = idle_since(shop)
    if shop.is_at_work and now - since > timedelta(days=REMINDER_DAYS.value):
        since = now - idle_span(shop, now)  # its rest taken off
    if shop.is_at_work and now - since > timedelta(days=REMINDER_DAYS.value):
        freeze_on = business_date(since + timedelta(days=FREEZE_DAYS.value))
        found.append(
            Todo(
                sign="snowflake",
                title=_("Without a paid order the shop is frozen on %(day)s") % {"day": short_day(freeze_on)},
                detail=ngettext("%(count)d day without one.", "%(count)d days without one.", (now - since).days)
                % {"count": (now - since).days},
                url=url,
                tone=URGENT,
            )
        )
    found += _agreements(shop, seat, now)
    for score in latest_scores(shop, 1):
        weak = [line for line in explained(score) if line["weight"] and line["points"] < PAR * line["weight"]]
        if weak:
            found.append(
                Todo(
                    sign="activity",
                    title=ngettext(
                        "%(count)d measure of the shop's health is below par",
                        "%(count)d measures of the shop's health are below par",
                        len(weak),
                    )
                    % {"count": len(weak)},
                    detail=" · ".join(str(line["label"]) for line in weak),
                    url=url,
                    tone=URGENT if score.score < PASS else SOON,
                )
            )
    return found


def _agreements(shop: Shop, seat: Seat, now: datetime) -> list[Todo]:
    if not seat.can("shop.sign"):
        return []
    today = business_date(now)
    return [
        Todo(
            sign="edit",
            title=_("Accept the newer agreement: %(title)s") % {"title": row.agreement.title},
            detail=_("Nothing new can be put on sale until then.")
            if row.due_on <= today
            else _("It binds from %(day)s.") % {"day": short_day(row.due_on)},
            url=reverse("backoffice:merchants:agreements", args=[shop.slug]),
            tone=URGENT if (row.due_on - today).days <= max(REMIND_DAYS) else SOON,
        )
        for row in to_accept(shop)
    ]
