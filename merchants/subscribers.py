"""What merchants hears: it writes the growth file (M5), opens shops (M2), and tells the shop's people (A7)."""

from datetime import datetime

from mall import clock
from mall.accounts.models import User
from mall.events import on
from mall.events.catalog import (
    ProductApproved,
    ProductChanged,
    ProductReviewed,
    ReviewExcluded,
    ReviewReadmitted,
    ShopVisited,
)
from mall.events.marketing import ShopPromoted
from mall.events.merchants import (
    AgreementRenewalAsked,
    AgreementRenewalDue,
    ApplicationDecided,
    ApplicationExpired,
    ApplicationOverdue,
    ApplicationReminded,
    ApplicationSubmitted,
    DocumentDecided,
    DocumentExpiring,
    InvitationAccepted,
    PetitionDecided,
    SanctionImposed,
    SanctionLifted,
    ShopBarred,
    ShopCameBack,
    ShopClosed,
    ShopExitCleared,
    ShopExiting,
    ShopFined,
    ShopFrozen,
    ShopOpened,
    ShopReminded,
    ShopRestricted,
    ShopStays,
    ShopThawed,
    ShopUnbarred,
    ShopWentOnHoliday,
    TierChanged,
    TradeAdmitted,
    TradeRestored,
    TradeSuspended,
)
from mall.events.orders import AfterSaleClosed, OrderCanceled, OrderCompleted, OrderPaid, OrderShipped, PaymentRefunded
from mall.events.risk import FakeTradeConfirmed, OrdersCleared, OrdersSetAside
from mall.events.settlement import DepositPaid
from mall.money import Money
from merchants import applications, growth, notices, trades
from merchants.models import Application, Document, Seat, Shop, Trade
from merchants.telling import tell_administrators, tell_of_agreement, tell_of_application, tell_of_paper, tell_shop
from merchants.tunables import FREEZE_DAYS


@on(OrderPaid)
def count_paid_order(event: OrderPaid) -> None:
    growth.write(
        shop_id=event.shop_id,
        name="OrderPaid",
        subject=event.order_id,
        at=datetime.fromisoformat(event.paid_at),
        shopper_id=event.shopper_id,
        paid_orders=1,
        paid_amount=_turnover(event, event.total),
    )


def _turnover(event: OrderPaid | PaymentRefunded, amount: int) -> int:
    """What of it (fen) is turnover: what gift cards cost becomes that when they are spent."""
    return 0 if event.kind == "gift_card" else amount


@on(OrderShipped)
def count_shipped_order(event: OrderShipped) -> None:
    growth.write(
        shop_id=event.shop_id,
        name="OrderShipped",
        subject=event.order_id,
        at=datetime.fromisoformat(event.shipped_at),
        order_id=event.order_id,
        shipped_orders=1,
        shipping_hours=event.hours_since_paid,
        late_orders=int(event.hours_since_paid > growth.LATE_AFTER_HOURS),
    )


@on(OrderCompleted)
def count_completed_order(event: OrderCompleted) -> None:
    growth.write(
        shop_id=event.shop_id,
        name="OrderCompleted",
        subject=event.order_id,
        at=datetime.fromisoformat(event.completed_at),
        order_id=event.order_id,
        completed_orders=1,
    )


@on(OrderCanceled)
def count_canceled_order(event: OrderCanceled) -> None:
    if event.was_paid:
        growth.write(
            shop_id=event.shop_id,
            name="OrderCanceled",
            subject=event.order_id,
            at=datetime.fromisoformat(event.canceled_at),
            detail={"reason": event.reason},
            order_id=event.order_id,
            canceled_paid_orders=1,
        )


@on(PaymentRefunded)
def count_refund(event: PaymentRefunded) -> None:
    if event.order_id and not event.is_of_deposit:
        growth.write(
            shop_id=event.shop_id,
            name="PaymentRefunded",
            subject=event.refund_id,
            at=datetime.fromisoformat(event.refunded_at),
            detail={"order": event.order_id},
            order_id=event.order_id,
            refunds=1,
            refunded_amount=_turnover(event, event.amount),
        )


@on(AfterSaleClosed)
def count_after_sale(event: AfterSaleClosed) -> None:
    """
    What came back, complaints, disputes lost, and how long the shop took to answer.

    A complaint that was withdrawn does not count, nor what the mall decided for the shop. Where the shop was silent
    until the clock or the mall answered for it, its silence counts; where the shopper let it be before, nothing.
    """
    if event.kind in {"protect", "compensate"}:  # nobody asked the shop, nothing came back
        return
    is_cleared = event.was_arbitrated and not event.is_lost_by_shop
    is_answered = event.response_seconds >= 0
    counts = {
        "returns": event.goods_back > 0 and event.kind in {"return", "exchange"} and not is_cleared,
        "complaints": event.kind == "complaint" and event.is_settled and not is_cleared,
        "disputes_lost": event.is_lost_by_shop,
        "answered_cases": is_answered or event.is_settled or event.was_arbitrated,
    }
    if counts["answered_cases"]:
        counts["answer_seconds"] = event.response_seconds if is_answered else growth.SILENCE_SECONDS
    growth.write(
        shop_id=event.shop_id,
        name="AfterSaleClosed",
        subject=event.case_id,
        at=datetime.fromisoformat(event.closed_at),
        detail={
            "order": event.order_id,
            "kind": event.kind,
            "reason": event.reason,
            "fault": event.fault,
            "refunded": event.refunded,
            "goods_back": event.goods_back,
            "response_seconds": event.response_seconds,
            "is_lost": event.is_lost_by_shop,
        },
        order_id=event.order_id,
        **{name: int(count) for name, count in counts.items() if count},
    )


@on(ProductChanged)
def count_product_update(event: ProductChanged) -> None:
    growth.write(
        shop_id=event.shop_id,
        name="ProductChanged",
        subject=event.product_id,
        at=datetime.fromisoformat(event.changed_at),
        product_updates=1,
    )


@on(ProductReviewed)
def count_review(event: ProductReviewed) -> None:
    """What was given to be tried says nothing of what the shop sells."""
    if event.is_trial:
        return
    growth.write(
        shop_id=event.shop_id,
        name="ProductReviewed",
        subject=str(event.order_line_id),
        at=datetime.fromisoformat(event.written_at),
        detail={"product": event.product_id, "stars": event.stars},
        review_count=1,
        review_stars=event.stars,
    )


@on(ReviewExcluded)
def count_review_no_more(event: ReviewExcluded) -> None:
    growth.exclude_subject(shop_id=event.shop_id, name="ProductReviewed", subject=str(event.order_line_id))


@on(ReviewReadmitted)
def count_review_again(event: ReviewReadmitted) -> None:
    growth.readmit_subject(shop_id=event.shop_id, name="ProductReviewed", subject=str(event.order_line_id))


@on(OrdersSetAside)
def count_orders_no_more(event: OrdersSetAside) -> None:
    growth.set_orders_aside(shop_id=event.shop_id, order_ids=event.order_ids)


@on(OrdersCleared)
def count_orders_again(event: OrdersCleared) -> None:
    growth.readmit_orders(shop_id=event.shop_id, order_ids=event.order_ids)


@on(OrdersSetAside)
def note_and_tell_of_suspicion(event: OrdersSetAside) -> None:
    at = datetime.fromisoformat(event.set_aside_at)
    detail = {"orders": list(event.order_ids), "signs": list(event.signs)}
    subject = f"{event.case_id} {event.order_ids[0]}"
    growth.write(shop_id=event.shop_id, name="OrdersSetAside", subject=subject, at=at, detail=detail)
    if not event.is_confirmed:
        tell_shop(
            shop_id=event.shop_id, kind=notices.TRADE_SUSPECTED, page="conduct", now=at, count=len(event.order_ids)
        )


@on(FakeTradeConfirmed)
def note_and_tell_of_fake_trade(event: FakeTradeConfirmed) -> None:
    at = datetime.fromisoformat(event.decided_at)
    detail = {"orders": event.order_count, "reason": event.reason, "by": event.decided_by}
    growth.write(shop_id=event.shop_id, name="FakeTradeConfirmed", subject=event.case_id, at=at, detail=detail)
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.TRADE_CONFIRMED,
        page="conduct",
        now=at,
        count=event.order_count,
        reason=event.reason,
    )


@on(OrdersCleared)
def note_and_tell_of_clearing(event: OrdersCleared) -> None:
    at = datetime.fromisoformat(event.cleared_at)
    detail = {"orders": list(event.order_ids), "reason": event.reason}
    subject = f"{event.case_id} {event.order_ids[0]}"
    if growth.write(shop_id=event.shop_id, name="OrdersCleared", subject=subject, at=at, detail=detail):
        tell_shop(
            shop_id=event.shop_id,
            kind=notices.TRADE_CLEARED,
            page="conduct",
            now=at,
            count=len(event.order_ids),
            reason=event.reason,
        )


@on(ShopPromoted)
def count_promotions(event: ShopPromoted) -> None:
    growth.write_day(shop_id=event.shop_id, name="ShopPromoted", day=event.day, promotion_days=event.promotions)


@on(ShopVisited)
def count_visits(event: ShopVisited) -> None:
    growth.write_day(
        shop_id=event.shop_id,
        name="ShopVisited",
        day=event.day,
        visitors=event.visitors,
        page_views=event.page_views,
    )


@on(DepositPaid)
def open_the_shop(event: DepositPaid) -> None:
    applications.take_deposit(
        application_id=event.application_id,
        amount=Money(event.amount, event.currency),
        now=datetime.fromisoformat(event.paid_at),
    )


# What the timeline tells and no fact counts: the event, the field with its moment, the field with its subject, details.
_MILESTONES = {
    ShopOpened: ("opened_at", "shop_id", ()),
    TradeAdmitted: ("admitted_at", "application_id", ("trade",)),
    ProductApproved: ("approved_at", "product_id", ()),
    ShopReminded: ("reminded_at", "shop_id", ("idle_days",)),
    ShopFrozen: ("frozen_at", "shop_id", ("reason",)),
    ShopThawed: ("thawed_at", "shop_id", ()),
    ShopWentOnHoliday: ("started_at", "shop_id", ("ends_at",)),
    ShopCameBack: ("ended_at", "shop_id", ()),
    PetitionDecided: ("decided_at", "petition_id", ("kind", "is_granted", "answer")),
    ShopBarred: ("scored_at", "month", ("score",)),
    ShopUnbarred: ("scored_at", "month", ("score",)),
    TierChanged: ("ranked_at", "month", ("tier", "tier_before")),
    SanctionImposed: ("imposed_at", "sanction_id", ("code", "points", "note")),
    ShopFined: ("fined_at", "sanction_id", ("amount", "note")),
    SanctionLifted: ("lifted_at", "sanction_id", ("code",)),
    ShopRestricted: ("restricted_at", "shop_id", ("level",)),
    ShopExiting: ("exiting_at", "shop_id", ("reason",)),
    ShopStays: ("staying_at", "shop_id", ()),
    ShopClosed: ("closed_at", "shop_id", ("reason",)),
}


@on(*_MILESTONES)
def note_milestone(event) -> None:
    moment, subject, details = _MILESTONES[type(event)]
    if at := getattr(event, moment):
        growth.write(
            shop_id=event.shop_id,
            name=type(event).__name__,
            subject=getattr(event, subject),
            at=datetime.fromisoformat(at),
            detail={name: getattr(event, name) for name in details},
        )


# event -> (kind of notice, the page it leads to, the field with its moment, facts)
_TOLD = {
    ShopReminded: (notices.REMINDED, "life", "reminded_at", ("idle_days",)),
    ShopFrozen: (notices.FROZEN, "life", "frozen_at", ("reason",)),
    ShopThawed: (notices.THAWED, "life", "thawed_at", ()),
    ShopCameBack: (notices.CAME_BACK, "life", "ended_at", ()),
    ShopBarred: (notices.BARRED, "health", "scored_at", ("score",)),
    ShopUnbarred: (notices.UNBARRED, "health", "scored_at", ("score",)),
    TierChanged: (notices.TIER_CHANGED, "conduct", "ranked_at", ()),
    SanctionLifted: (notices.SANCTION_LIFTED, "conduct", "lifted_at", ()),
    ShopRestricted: (notices.RESTRICTED, "conduct", "restricted_at", ("level",)),
    ShopExiting: (notices.EXITING, "exit", "exiting_at", ("reason",)),
    ShopStays: (notices.STAYS, "exit", "staying_at", ()),
    ShopExitCleared: (notices.EXIT_CLEARED, "exit", "cleared_at", ()),
    ShopClosed: (notices.CLOSED, "life", "closed_at", ("reason",)),
}


@on(*_TOLD)
def tell_people(event) -> None:
    kind, page, moment, facts = _TOLD[type(event)]
    if at := getattr(event, moment):
        said = {name: getattr(event, name) for name in facts} | {"freeze_days": FREEZE_DAYS.value}
        tell_shop(shop_id=event.shop_id, kind=kind, page=page, now=datetime.fromisoformat(at), **said)


@on(SanctionImposed)
def tell_of_sanction(event: SanctionImposed) -> None:
    said = {"points": event.points, "total": event.total, "note": event.note}
    kind = notices.SANCTION_IMPOSED
    if event.fine:
        kind = notices.SANCTION_WITH_FINE
        said["fine"] = str(Money(event.fine, event.currency))
        said["day"] = clock.business_date(datetime.fromisoformat(event.fine_due_at)).isoformat()
    now = datetime.fromisoformat(event.imposed_at)
    tell_shop(shop_id=event.shop_id, kind=kind, page="conduct", now=now, **said)


@on(ShopWentOnHoliday)
def tell_of_holiday(event: ShopWentOnHoliday) -> None:
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.WENT_ON_HOLIDAY,
        page="life",
        now=datetime.fromisoformat(event.started_at),
        until=event.ends_at[:10],
    )


@on(PetitionDecided)
def tell_answer(event: PetitionDecided) -> None:
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.PETITION_GRANTED if event.is_granted else notices.PETITION_REFUSED,
        page=_PAGE_OF_PETITION[event.kind],
        now=datetime.fromisoformat(event.decided_at),
        answer=event.answer,
    )


_PAGE_OF_PETITION = {"revival": "life", "score": "health", "sanction": "conduct", "trade": "conduct"}


@on(InvitationAccepted)
def tell_owners_of_newcomer(event: InvitationAccepted) -> None:
    person = User.objects.get(public_id=event.person_id)
    tell_shop(
        shop_id=event.shop_id,
        kind=notices.INVITATION_ACCEPTED,
        page="staff",
        now=datetime.fromisoformat(event.accepted_at),
        roles=(Seat.Role.OWNER,),
        person=person.get_full_name(),
    )


# On the way in, and about papers

_TOLD_TO_APPLICANTS = {
    "changes": notices.APPLICATION_CHANGES,
    "rejected": notices.APPLICATION_REJECTED,
    "approved": notices.APPLICATION_APPROVED,
}


@on(ApplicationDecided)
def tell_applicant(event: ApplicationDecided) -> None:
    kind = _TOLD_TO_APPLICANTS.get(event.status)
    if kind is notices.APPLICATION_APPROVED:
        row = Application.objects.get(public_id=event.application_id)
        if row.status == Application.Status.ADMITTED:  # nothing is left to be done: she hears of that
            return
        kind = notices.TRADE_APPROVED if row.is_for_trade else kind
    if kind:
        tell_of_application(
            application_id=event.application_id,
            kind=kind,
            now=datetime.fromisoformat(event.decided_at),
            reason=event.reason,
        )


@on(ApplicationSubmitted)
def tell_of_submitted_application(event: ApplicationSubmitted) -> None:
    tell_of_application(
        application_id=event.application_id,
        kind=notices.APPLICATION_SUBMITTED,
        now=datetime.fromisoformat(event.submitted_at),
        day=clock.business_date(datetime.fromisoformat(event.due_at)).isoformat(),
    )


@on(ApplicationOverdue)
def escalate(event: ApplicationOverdue) -> None:
    tell_administrators(
        application_id=event.application_id,
        kind=notices.CHECK_OVERDUE if event.target == "machine" else notices.APPLICATION_OVERDUE,
        now=datetime.fromisoformat(event.told_at),
        due_at=datetime.fromisoformat(event.due_at),
    )


@on(ApplicationReminded)
def tell_of_waiting_application(event: ApplicationReminded) -> None:
    tell_of_application(
        application_id=event.application_id,
        kind=notices.APPLICATION_REMINDED,
        now=datetime.fromisoformat(event.reminded_at),
        day=clock.business_date(datetime.fromisoformat(event.expires_at)).isoformat(),
    )


@on(ApplicationExpired)
def tell_of_expired_application(event: ApplicationExpired) -> None:
    tell_of_application(
        application_id=event.application_id,
        kind=notices.APPLICATION_EXPIRED,
        now=datetime.fromisoformat(event.expired_at),
    )


@on(TradeAdmitted)
def tell_of_admitted_trade(event: TradeAdmitted) -> None:
    tell_of_application(
        application_id=event.application_id,
        kind=notices.TRADE_ADMITTED,
        now=datetime.fromisoformat(event.admitted_at),
    )


@on(ShopExiting, ShopClosed)
def end_requests_for_trades(event: ShopExiting | ShopClosed) -> None:
    moment = event.exiting_at if isinstance(event, ShopExiting) else event.closed_at
    if moment:
        trades.end_requests(shop=Shop.objects.get(public_id=event.shop_id), now=datetime.fromisoformat(moment))


@on(AgreementRenewalAsked)
def tell_of_newer_agreement(event: AgreementRenewalAsked) -> None:
    tell_of_agreement(
        merchant_id=event.merchant_id,
        code=event.code,
        version=event.version,
        kind=notices.AGREEMENT_ASKED,
        now=datetime.fromisoformat(event.asked_at),
        due_on=event.due_on,
    )


@on(AgreementRenewalDue)
def tell_of_binding_agreement(event: AgreementRenewalDue) -> None:
    tell_of_agreement(
        merchant_id=event.merchant_id,
        code=event.code,
        version=event.version,
        kind=notices.AGREEMENT_DUE,
        now=datetime.fromisoformat(event.told_at),
        due_on=event.due_on,
    )


@on(ShopOpened)
def tell_newcomer(event: ShopOpened) -> None:
    row = Application.objects.filter(shop__public_id=event.shop_id).first()
    if row is not None:
        tell_of_application(
            application_id=row.public_id,
            kind=notices.APPLICATION_OPEN,
            now=datetime.fromisoformat(event.opened_at),
        )


@on(DocumentExpiring)
def tell_of_expiry(event: DocumentExpiring) -> None:
    tell_of_paper(
        document_id=event.document_id,
        kind=notices.DOCUMENT_EXPIRING,
        now=datetime.fromisoformat(event.told_at),
        days=event.days,
        valid_to=event.valid_to,
    )


@on(DocumentDecided)
def tell_of_renewal(event: DocumentDecided) -> None:
    if event.merchant_id and not event.application_id:
        is_accepted = event.status == Document.Status.ACCEPTED
        tell_of_paper(
            document_id=event.document_id,
            kind=notices.DOCUMENT_ACCEPTED if is_accepted else notices.DOCUMENT_REFUSED,
            now=datetime.fromisoformat(event.decided_at),
            reason=event.reason,
        )


@on(TradeSuspended)
def tell_of_suspended_trade(event: TradeSuspended) -> None:
    tell_of_trade(event, notices.TRADE_SUSPENDED, datetime.fromisoformat(event.suspended_at))


@on(TradeRestored)
def tell_of_restored_trade(event: TradeRestored) -> None:
    tell_of_trade(event, notices.TRADE_RESTORED, datetime.fromisoformat(event.restored_at))


def tell_of_trade(event: TradeSuspended | TradeRestored, kind, now: datetime) -> None:
    trade = Trade.objects.get(slug=event.trade)
    tell_shop(shop_id=event.shop_id, kind=kind, page="opening", now=now, trade=dict(trade.name))
