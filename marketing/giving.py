"""
Coupons that are given instead of claimed (K1): with an order that completes, or sent to many shoppers at once.

A sending names a segment, never people: who followed, who bought, who has stayed away. It goes in batches, each one
transaction that moves the place it has come to, so it may be killed anywhere and nobody gets a second one. The same
rows that keep claims to their numbers decide here; when they say that nothing is left, the sending ends.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from catalog.models import Favorite, FollowedShop
from mall.accounts.models import User
from mall.accounts.privacy import consents
from mall.audit.trail import record
from mall.money import Money
from mall.notifications.sending import notify
from mall.refusals import Refusal
from mall.tenancy import house_scope
from marketing import notices
from marketing.coupons import AllClaimed, ClaimedBefore, NothingToClaim, give_one
from marketing.models import Coupon, CouponSending, Promotion
from merchants import standing
from merchants.models import Shop

BATCH = 200
FEWEST_TOLD = 10  # of fewer people a shop is not told how many they are
MOST_DAYS = 365
Audience, Segment, Status = Promotion.Audience, CouponSending.Segment, CouponSending.Status
SEGMENTS_OF_THE_MALL = (Segment.BUYERS, Segment.AWAY)


class CannotSend(Refusal):
    """These coupons cannot be sent (now), or to nobody; ``details["field"]`` may say what is wrong."""

    code = "cannot-send"


def reach(*, shop: Shop | None, segment: str, days: int, now: datetime) -> int:
    """How many shoppers a segment of this shop (``None``: of the mall) has now."""
    with house_scope():
        return _people(shop, segment, days, now).count()


@transaction.atomic
def send_coupons(*, campaign: Promotion, segment: str, days: int, by, now: datetime) -> CouponSending:
    """
    Send one coupon of a campaign to everybody of a segment; the batches follow by themselves.

    :param days: what "the last days" are, of segments that count them
    :raises BarredFromCampaigns: the shop's health score or state keeps it from promoting
    :raises CannotSend: the campaign does not run, is not for whom it is sent to, or is being sent already; or the
        segment has nobody
    """
    campaign = Promotion.objects.select_for_update(of=("self",)).select_related("shop").get(pk=campaign.pk)
    segment = Segment(segment)
    if campaign.shop is not None:
        standing.check_may_join(campaign.shop)
    if not campaign.is_coupon or campaign.audience != Audience.CHOSEN:
        raise CannotSend(_("Only coupons that are meant for whom they are sent to can be sent."))
    if campaign.status != Promotion.Status.LIVE or not campaign.starts_at <= now < campaign.ends_at:
        raise CannotSend(_("The promotion does not run at the moment."))
    if campaign.shop is None and segment not in SEGMENTS_OF_THE_MALL:
        raise CannotSend(_("Choose to whom they go."), field="segment")
    if not 1 <= days <= MOST_DAYS:
        raise CannotSend(_("Choose between 1 and 365 days."), field="days")
    if campaign.sendings.filter(status=Status.RUNNING).exists():
        raise CannotSend(_("These coupons are being sent already."))
    if not reach(shop=campaign.shop, segment=segment, days=days, now=now):
        raise CannotSend(_("There is nobody to send them to."), field="segment")
    sending = CouponSending.objects.create(
        shop=campaign.shop, promotion=campaign, segment=segment, days=days, asked_at=now, asked_by=by
    )
    record(
        "marketing.send_coupons",
        campaign.public_id,
        by=by,
        now=now,
        shop_slug=campaign.shop.slug if campaign.shop else "",
        after={"segment": segment, "days": days, "sending": sending.public_id},
    )
    return sending


def continue_sendings(*, now: datetime) -> int:
    """Every sending goes on until it is through; returns how many coupons were sent."""
    count = 0
    for pk in CouponSending.objects.filter(status=Status.RUNNING).order_by("pk").values_list("pk", flat=True):
        while (sent := _send_batch(pk, now)) is not None:
            count += sent
    return count


@transaction.atomic
def _send_batch(pk: int, now: datetime) -> int | None:
    """The next shoppers of a sending; ``None``: it is through, or somebody else is at it."""
    sending = (
        CouponSending.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("promotion__shop")
        .filter(pk=pk, status=Status.RUNNING)
        .first()
    )
    if sending is None:
        return None
    campaign, sent, had = sending.promotion, [], 0
    people = _people(sending.shop, sending.segment, sending.days, sending.asked_at)
    batch = list(people.filter(pk__gt=sending.last_shopper).order_by("pk")[:BATCH])
    why = ""
    for shopper in batch:
        try:
            give_one(campaign=campaign, shopper_id=shopper.pk, now=now)
        except ClaimedBefore:
            had += 1
        except (AllClaimed, NothingToClaim):
            why = CouponSending.Ending.EMPTY
            break
        else:
            sent.append(shopper)
        sending.last_shopper = shopper.pk
    agreed = consents.among([shopper.pk for shopper in sent], consents.Purpose.MARKETING)
    _tell([shopper for shopper in sent if shopper.pk in agreed], campaign, now)
    sending.sent_count, sending.had_count = sending.sent_count + len(sent), sending.had_count + had
    is_through = why or len(batch) < BATCH
    if is_through:
        sending.status = Status.STOPPED if why else Status.DONE
        sending.ended_at, sending.ending = now, why
    sending.save(update_fields=["last_shopper", "sent_count", "had_count", "status", "ended_at", "ending"])
    return None if is_through and not sent else len(sent)


@transaction.atomic
def give_after_order(*, order_id: str, shop_id: str, shopper_id: int, paid: Money, now: datetime) -> list[Coupon]:
    """
    An order (public id) of a shop (public id) is complete: whoever gives coupons for that, gives her one for it.

    :param paid: what was paid for its goods and has not gone back
    """
    campaigns = (
        Promotion.objects.select_related("shop")
        .filter(kind=Promotion.Kind.COUPON, status=Promotion.Status.LIVE, audience=Audience.BUYERS)
        .filter(starts_at__lte=now, ends_at__gt=now, currency=paid.currency)
        .order_by("pk")
    )
    given = []
    for campaign in campaigns:
        if campaign.shop is not None and campaign.shop.public_id != shop_id:
            continue
        if campaign.given_from is not None and paid.minor < campaign.given_from.minor:
            continue
        try:
            with transaction.atomic():
                given.append(give_one(campaign=campaign, shopper_id=shopper_id, given_for=order_id, now=now))
        except (ClaimedBefore, AllClaimed, NothingToClaim):
            continue
        except IntegrityError as error:
            if "coupon_given_once_for_an_order" not in str(error):
                raise
            continue
        _tell([User.objects.get(pk=shopper_id)], campaign, now)
    return given


def _people(shop: Shop | None, segment: str, days: int, now: datetime) -> QuerySet[User]:
    """The shoppers of a segment, without those who closed their account."""
    bought = import_string(settings.MARKETING_BUYERS)
    since = now - timedelta(days=days)
    people = User.objects.filter(is_active=True)
    match segment:
        case Segment.FOLLOWERS:
            return people.filter(pk__in=FollowedShop.objects.filter(shop=shop).values("shopper"))
        case Segment.INTERESTED:
            return people.filter(pk__in=Favorite.objects.filter(product__shop=shop).values("shopper"))
        case Segment.BUYERS:
            return people.filter(pk__in=bought(shop, since=since))
    return people.filter(pk__in=bought(shop)).exclude(pk__in=bought(shop, since=since))


def _tell(people: list[User], campaign: Promotion, now: datetime) -> None:
    if not people:
        return
    kind = notices.COUPON_GIVEN if campaign.shop else notices.COUPON_GIVEN_BY_THE_MALL
    facts = {"coupon": dict(campaign.name)} | ({"shop": dict(campaign.shop.name)} if campaign.shop else {})
    notify(people, kind, facts, url=reverse("storefront:marketing:mine"), now=now)


@transaction.atomic
def stop_sending(*, sending: CouponSending, by, now: datetime) -> CouponSending:
    """What is not sent yet is not sent any more; harmless when it has ended."""
    CouponSending.objects.filter(pk=sending.pk, status=Status.RUNNING).update(
        status=Status.STOPPED, ended_at=now, ending=CouponSending.Ending.BY_HAND
    )
    slug = sending.shop.slug if sending.shop else ""
    record("marketing.stop_sending", sending.public_id, by=by, now=now, shop_slug=slug)
    sending.refresh_from_db()
    return sending
