"""Goods that shops bring to a campaign: checked line by line, taken back before the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Category, Product, Sku
from catalog.prices import lowest_price, raised
from catalog.stock import with_available
from mall.audit.trail import record
from mall.money import Money
from mall.refusals import Refusal
from marketing.campaigns import inviting
from marketing.flash.units import SOLD, enrolled_at_that_time, others_at_that_time
from marketing.models import Campaign, CampaignEnrolment, CampaignInvitation
from marketing.models.campaign import MOST_GOODS
from marketing.rules import MOST_UNITS

Status = CampaignEnrolment.Status
OPEN = (Campaign.Status.INVITING, Campaign.Status.ENROLMENT)


class NotEligible(Refusal):
    """The shop does not meet what the campaign asks of shops."""

    code = "not-eligible"
    status = 403


class NotNow(Refusal):
    """The enrolment has not begun, or is over."""

    code = "not-now"


class GoodsDoNotFit(Refusal):
    """Some of the goods cannot be enrolled so; ``details["problems"]`` says which line, which field, and why."""

    code = "goods-do-not-fit"
    status = 422

    def __init__(self, problems: Sequence["Problem"]):
        super().__init__(problems[0].sentence, problems=problems)


@dataclass(frozen=True, slots=True)
class Offered:
    """One line of what a shop would bring: the key of a SKU, at which price, how many."""

    sku_id: int
    price: Money
    units: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field (sku, price, units) of one line."""

    line: int
    field: str
    sentence: str


def is_open(campaign: Campaign, now: datetime) -> bool:
    return campaign.status in OPEN and campaign.enrol_from <= now < campaign.enrol_until


@transaction.atomic
def enrol(*, campaign: Campaign, shop, goods: Sequence[Offered], by, now: datetime) -> list[CampaignEnrolment]:
    """
    Bring these goods to the campaign, all or none.

    :raises NotNow: outside of the enrolment
    :raises NotEligible: the shop is not invited, or does not meet what is asked any more
    :raises GoodsDoNotFit: with every line and field that is wrong
    """
    if not is_open(campaign, now):
        raise NotNow(_("The enrolment is not open now."))
    invitation = CampaignInvitation.objects.select_for_update(of=("self",)).filter(campaign=campaign, shop=shop).first()
    wrong = [clause for clause in inviting.clauses(campaign, shop, now=now) if not clause.holds]
    if invitation is None or wrong:
        raise NotEligible(" ".join(f"{clause.label}: {clause.words}" for clause in wrong))
    lowest = lowest_price([each.sku_id for each in goods], before=now)
    if problems := _problems(campaign, shop, goods, lowest, now=now):
        raise GoodsDoNotFit(problems)
    rows = CampaignEnrolment.objects.bulk_create(
        CampaignEnrolment(
            campaign=campaign,
            shop=shop,
            sku_id=each.sku_id,
            is_new=invitation.is_new,
            currency=each.price.currency,
            price=each.price,
            lowest=lowest[each.sku_id],
            units=each.units,
            enrolled_at=now,
            enrolled_by=by,
        )
        for each in goods
    )
    after = {"skus": [[each.sku_id, each.price.minor, each.units] for each in goods]}
    record("marketing.enrol_in_campaign", campaign.public_id, by=by, now=now, shop_slug=shop.slug, after=after)
    return rows


@transaction.atomic
def withdraw(*, enrolment: CampaignEnrolment, by, now: datetime) -> CampaignEnrolment:
    """
    The shop takes an item back, as long as the audit has not begun.

    :raises NotNow: the audit has begun
    :raises WrongStatus: it is decided about already
    """
    row = CampaignEnrolment.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=enrolment.pk)
    if row.campaign.status not in OPEN or now >= row.campaign.enrol_until:
        raise NotNow(_("The audit has begun: it cannot be taken back any more."))
    CampaignEnrolment.FLOW.move(row, Status.WITHDRAWN)
    row.decided_at, row.decided_by = now, by
    row.save(update_fields=["status", "decided_at", "decided_by"])
    record("marketing.withdraw_enrolment", row.public_id, by=by, now=now, shop_slug=row.shop.slug)
    return row


def ceiling(campaign: Campaign, lowest: Money) -> Money:
    """What an item may cost in the campaign at most."""
    return Money(lowest.minor * (10_000 - campaign.off_bps) // 10_000, lowest.currency)


def _problems(campaign, shop, goods: Sequence[Offered], lowest: dict[int, Money], *, now: datetime) -> list[Problem]:
    wanted = [each.sku_id for each in goods]
    skus = {
        sku.pk: sku
        for sku in with_available(Sku.objects.owned_by(shop).filter(pk__in=wanted)).select_related("product__category")
    }
    there = campaign.enrolments.filter(shop=shop, status__in=CampaignEnrolment.ACTIVE)
    enrolled = set(there.values_list("sku_id", flat=True))
    span = {"sku_ids": wanted, "starts_at": campaign.live_from, "ends_at": campaign.live_until}
    busy = {row.sku_id for row in others_at_that_time(shop=shop, promotion=None, **span)}
    busy |= {row.sku_id for row in enrolled_at_that_time(but=campaign, **span)}
    raises = raised(wanted, days=campaign.calm_days, before=now) if campaign.calm_days else set()
    paths = tuple(Category.objects.filter(pk__in=campaign.categories).values_list("path", flat=True))
    found: list[Problem] = []
    if len(enrolled) + len(goods) > MOST_GOODS:
        words = _("A shop brings at most %(most)d items to a campaign.") % {"most": MOST_GOODS}
        found.append(Problem(0, "sku", words))
    for line, each in enumerate(goods):

        def wrong(field: str, sentence: str, line: int = line) -> None:
            found.append(Problem(line, field, sentence))

        sku = skus.get(each.sku_id)
        if sku is None or not sku.is_active or sku.product.status != Product.Status.ON_SALE:
            wrong("sku", _("This is not on sale."))
            continue
        if each.sku_id in enrolled or wanted.count(each.sku_id) > 1:
            wrong("sku", _("It is enrolled already."))
        if sku.product.kind not in SOLD:
            wrong("sku", _("It is booked, pre-sold or comes from abroad: such goods cannot be in a campaign."))
        if paths and not sku.product.category.path.startswith(paths):
            wrong("sku", _("It is not of the categories of this campaign."))
        if each.sku_id in busy:
            wrong("sku", _("It is in a flash sale or another campaign at that time."))
        if each.sku_id in raises:
            days = {"days": campaign.calm_days}
            wrong("price", _("Its price was raised in the last %(days)d days: no raise before a cut.") % days)
        most = ceiling(campaign, lowest[each.sku_id])
        if each.price > most:
            words = {"lowest": lowest[each.sku_id], "most": most}
            sentence = _("Its lowest price of the last 30 days was %(lowest)s: here it costs %(most)s at most.")
            wrong("price", sentence % words)
        if not campaign.least_units <= each.units <= MOST_UNITS:
            wrong("units", _("Bring at least %(least)d units.") % {"least": campaign.least_units})
        elif each.units > sku.available:
            wrong("units", _("You have %(count)d in stock.") % {"count": sku.available})
    return found
