"""Applying for a free trial: once, with a sentence why, while its days last."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.reviews.words import screened
from mall.accounts.models import User
from mall.refusals import Refusal
from marketing.models import Promotion, TrialApplication, TrialUnits
from merchants import states

LEAST, MOST = 10, 300
Status = TrialApplication.Status


class NotOnTrial(Refusal):
    """Nobody can apply for this now."""

    code = "not-on-trial"


class AppliedBefore(Refusal):
    """One application for a person."""

    code = "applied-before"


class SaysTooLittle(Refusal):
    """The shop wants to read why."""

    code = "says-too-little"
    status = 422


class OwesReport(Refusal):
    """She has tried something and has not reported on it in time."""

    code = "owes-report"


@transaction.atomic
def apply(*, units: TrialUnits, shopper: User, words: str, now: datetime) -> TrialApplication:
    """
    Ask for one piece; pressing twice makes one application.

    :raises NotOnTrial: before or after its days, or it was stopped
    :raises SaysTooLittle: less than ten characters
    :raises ForbiddenWords: words that the mall does not show
    :raises OwesReport: an earlier report is overdue
    :raises AppliedBefore: for this promotion already
    """
    promotion = Promotion.objects.select_related("shop").get(pk=units.promotion_id)
    runs = promotion.status == Promotion.Status.LIVE and promotion.starts_at <= now < promotion.ends_at
    if not runs or not states.may(promotion.shop, "promote"):
        raise NotOnTrial(_("Nobody can apply for this at the moment."))
    words = " ".join(words.split())[:MOST]
    if len(words) < LEAST:
        raise SaysTooLittle(_("Tell the shop in a sentence why: at least ten characters."), field="words")
    screened(words)
    if overdue_of(shopper, now):
        raise OwesReport(_("You still owe a report on something you have tried; write it first."))
    made = TrialApplication(
        shop_id=units.shop_id,
        promotion=promotion,
        units=units,
        sku_id=units.sku_id,
        shopper=shopper,
        words=words,
        applied_at=now,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "trial_application_once_per_person" not in str(error):
            raise
        raise AppliedBefore(_("You have applied here already.")) from None
    return made


def overdue_of(shopper: User, now: datetime) -> bool:
    mine = TrialApplication.objects.filter(shopper=shopper, status=Status.TAKEN)
    return mine.filter(report_by__lt=now).exists()
