"""What marketing does when it hears something."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from mall.clock import BUSINESS_ZONE, business_date
from mall.events.bus import on
from mall.events.catalog import ProductReviewed
from mall.events.marketing import (
    CampaignEnrolmentDecided,
    CampaignEvaluated,
    CampaignInvited,
    JointTermsMoved,
    TrialWon,
)
from mall.events.merchants import ShopBarred, ShopClosed, ShopExiting, ShopFrozen
from mall.events.orders import DealDelivered, OrderCanceled, OrderCompleted, OrderPaid, PaymentRefunded
from mall.money import Money
from marketing import banners, deals, giving, notices, promotions, redemption
from marketing.campaigns.locking import leave_campaigns
from marketing.groups import bonus
from marketing.models import Campaign, CampaignEnrolment, JointTerms
from marketing.trials import deciding, is_trial, reporting
from merchants.models import Seat
from merchants.telling import tell_shop

PROMOTERS = tuple(role for role in Seat.Role if "promotions.edit" in Seat.RIGHTS[role])
TOLD = {
    "proposed": notices.JOINT_PROPOSED,
    "withdrawn": notices.JOINT_WITHDRAWN,
    "signed": notices.JOINT_SIGNED,
    "declined": notices.JOINT_DECLINED,
    "ended": notices.JOINT_ENDED,
}


@on(ShopFrozen)
def free_slots_of_frozen_shop(event: ShopFrozen) -> None:
    if event.frozen_at:
        banners.free_slots_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.frozen_at))


@on(ShopExiting)
def free_slots_of_leaving_shop(event: ShopExiting) -> None:
    banners.free_slots_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.exiting_at))


@on(ShopClosed)
def free_slots_of_closed_shop(event: ShopClosed) -> None:
    if event.closed_at:
        banners.free_slots_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.closed_at))


@on(ShopBarred)
def free_slots_of_barred_shop(event: ShopBarred) -> None:
    banners.free_slots_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.scored_at))


@on(ShopFrozen)
def stop_promotions_of_frozen_shop(event: ShopFrozen) -> None:
    if event.frozen_at:
        promotions.stop_promotions_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.frozen_at))


@on(ShopExiting)
def stop_promotions_of_leaving_shop(event: ShopExiting) -> None:
    promotions.stop_promotions_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.exiting_at))


@on(ShopBarred)
def stop_promotions_of_barred_shop(event: ShopBarred) -> None:
    now = datetime.fromisoformat(event.scored_at)
    promotions.stop_promotions_of_shop(shop_id=event.shop_id, now=now, is_barred=True)


@on(OrderPaid)
def mark_coupons_used(event: OrderPaid) -> None:
    redemption.mark_used(group_id=event.group_id, now=datetime.fromisoformat(event.paid_at))


@on(OrderCanceled)
def give_back_what_a_canceled_order_used(event: OrderCanceled) -> None:
    redemption.give_back(order_ids=[event.order_id], now=datetime.fromisoformat(event.canceled_at))


@on(ShopFrozen)
def leave_campaigns_with_frozen_shop(event: ShopFrozen) -> None:
    if event.frozen_at:
        _leave(event.shop_id, datetime.fromisoformat(event.frozen_at))


@on(ShopExiting)
def leave_campaigns_with_leaving_shop(event: ShopExiting) -> None:
    _leave(event.shop_id, datetime.fromisoformat(event.exiting_at))


@on(ShopBarred)
def leave_campaigns_with_barred_shop(event: ShopBarred) -> None:
    _leave(event.shop_id, datetime.fromisoformat(event.scored_at), is_barred=True)


def _leave(shop_id: str, now: datetime, *, is_barred: bool = False) -> None:
    with override("zh-hans"):
        barred, silent = _("The shop's health score is below 60"), _("The shop is not selling at the moment")
    leave_campaigns(shop_id=shop_id, reason=barred if is_barred else silent, now=now)


@on(CampaignInvited)
def tell_of_invitation(event: CampaignInvited) -> None:
    campaign = Campaign.objects.get(public_id=event.campaign_id)
    until = campaign.enrol_until.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    _tell(event, notices.CAMPAIGN_INVITED, event.invited_at, campaign=dict(campaign.name), until=until)


@on(CampaignEnrolmentDecided)
def tell_of_enrolment(event: CampaignEnrolmentDecided) -> None:
    row = CampaignEnrolment.objects.select_related("campaign", "sku__product").get(public_id=event.enrolment_id)
    kind = {
        CampaignEnrolment.Status.ACCEPTED: notices.CAMPAIGN_ACCEPTED,
        CampaignEnrolment.Status.LOCKED: notices.CAMPAIGN_LOCKED,
    }.get(event.status, notices.CAMPAIGN_REFUSED)
    names = {"campaign": dict(row.campaign.name), "product": dict(row.sku.product.title)}
    _tell(event, kind, event.decided_at, **names, reason=event.reason)


@on(CampaignEvaluated)
def tell_of_evaluation(event: CampaignEvaluated) -> None:
    campaign = Campaign.objects.get(public_id=event.campaign_id)
    _tell(event, notices.CAMPAIGN_EVALUATED, event.evaluated_at, campaign=dict(campaign.name), points=event.points)


def _tell(event, kind, at: str, **facts) -> None:
    """The people who lead the shop; the notice leads to the campaign's page in their back office."""
    tell_shop(
        shop_id=event.shop_id,
        kind=kind,
        page="",
        now=datetime.fromisoformat(at),
        address=("backoffice:marketing:campaign", event.campaign_id),
        **facts,
    )


@on(JointTermsMoved)
def tell_of_joint_terms(event: JointTermsMoved) -> None:
    """Whoever may promote in the shop hears of it."""
    terms = JointTerms.objects.get(public_id=event.terms_id)
    tell_shop(
        shop_id=event.shop_id,
        kind=TOLD[event.status],
        page="",
        now=datetime.fromisoformat(event.moved_at),
        roles=PROMOTERS,
        address=("backoffice:marketing:joint-detail", terms.public_id),
        issuer=dict(terms.shop_name),
        host=dict(terms.host_name),
        promotion=dict(terms.name),
        day=business_date(terms.ends_at).isoformat(),
    )


@on(OrderPaid)
def tell_deal_that_it_is_paid(event: OrderPaid) -> None:
    if event.deal:
        deals.paid(event.deal, order_id=event.order_id, now=datetime.fromisoformat(event.paid_at))


@on(OrderCanceled)
def give_back_the_deal(event: OrderCanceled) -> None:
    if event.deal:
        deals.give_back(event.deal, order_id=event.order_id, now=datetime.fromisoformat(event.canceled_at))


@on(DealDelivered)
def await_report(event: DealDelivered) -> None:
    if is_trial(event.deal):
        reporting.delivered(order_id=event.order_id, now=datetime.fromisoformat(event.delivered_at))


@on(DealDelivered)
def await_bonus(event: DealDelivered) -> None:
    bonus.delivered(order_id=event.order_id, now=datetime.fromisoformat(event.delivered_at))


@on(PaymentRefunded)
def lose_bonus(event: PaymentRefunded) -> None:
    if event.order_id:
        bonus.refunded(order_id=event.order_id, now=datetime.fromisoformat(event.refunded_at))


@on(ProductReviewed)
def note_report(event: ProductReviewed) -> None:
    if event.is_trial:
        reporting.reported(deal=event.deal, now=datetime.fromisoformat(event.written_at))


@on(TrialWon)
def tell_winner_of_trial(event: TrialWon) -> None:
    deciding.tell_winner(application_id=event.application_id, now=datetime.fromisoformat(event.won_at))


@on(OrderCompleted)
def give_coupons_for_the_order(event: OrderCompleted) -> None:
    giving.give_after_order(
        order_id=event.order_id,
        shop_id=event.shop_id,
        shopper_id=event.shopper_id,
        paid=Money(event.paid, event.currency),
        now=datetime.fromisoformat(event.completed_at),
    )
