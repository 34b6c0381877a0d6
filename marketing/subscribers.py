"""What marketing does when it hears something."""

from datetime import datetime

from mall.clock import business_date
from mall.events.bus import on
from mall.events.catalog import ProductReviewed
from mall.events.marketing import JointTermsMoved, TrialWon
from mall.events.merchants import ShopBarred, ShopClosed, ShopExiting, ShopFrozen
from mall.events.orders import DealDelivered, OrderCanceled, OrderCompleted, OrderPaid
from mall.money import Money
from marketing import banners, deals, giving, notices, promotions, redemption
from marketing.models import JointTerms
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
