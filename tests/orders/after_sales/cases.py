"""Cases that got where they are by the real verbs."""

from datetime import datetime, timedelta

from mall.events import deliver_everything
from orders.after_sales import answering, arbitration, asking, clock, returning, talking
from orders.models import AfterSale, AfterSaleNote, Order
from orders.refunds import finish_refunds
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper as a_person
from tests.factories.accounts import staff
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import delivered_order

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Side = AfterSaleNote.Side


def three_cups(**given):
    """Three pieces of one SKU at 28.00, of a shop that takes 8.00 for shipping."""
    given.setdefault("shop", shop(shipping_fee="8.00"))
    return {sku(price=given.pop("price", "28.00"), stock=given.pop("stock", 10), **given): 3}


def case_of(order: Order, kind: str = "return", *, quantity: int = 1, now: datetime = NOON, **given) -> AfterSale:
    given = {"reason": "damaged", "text": "It has a crack.", "by": order.shopper} | given
    line = order.lines.order_by("pk").first()
    return asking.ask(line=line, kind=kind, quantity=quantity, now=now, **given)


def a_case(kind: str = "return", *, now: datetime = NOON, order: Order | None = None, **given) -> AfterSale:
    return case_of(order or delivered_order(skus=three_cups(), now=now - HOUR), kind, now=now, **given)


def agreed(case: AfterSale, *, now: datetime = NOON) -> AfterSale:
    return answering.agree(case=case, by=a_person(), now=now)


def sent_back(case: AfterSale, *, now: datetime = NOON) -> AfterSale:
    return returning.send_back(case=case, carrier="sf", tracking_number=f"SF{number():013d}", by=case.shopper, now=now)


def came_back(case: AfterSale, *, now: datetime = NOON) -> AfterSale:
    return returning.note_arrival(case=sent_back(agreed(case, now=now), now=now), by=a_person(), now=now)


def accepted(case: AfterSale, *, sellable: int | None = None, now: datetime = NOON) -> AfterSale:
    sellable = case.quantity if sellable is None else sellable
    return returning.inspect(
        case=came_back(case, now=now), sellable=sellable, damaged=case.quantity - sellable, by=a_person(), now=now
    )


def resent(case: AfterSale, *, now: datetime = NOON) -> AfterSale:
    returning.resend(case=case, carrier="sf", tracking_number=f"SF{number():013d}", by=a_person(), now=now)
    case.refresh_from_db()
    return case


def before_the_mall(case: AfterSale, *, now: datetime = NOON) -> AfterSale:
    answering.refuse(case=case, text="We see no crack.", by=a_person(), now=now)
    return arbitration.escalate(case=case, text="Look at it.", by=case.shopper, now=now)


def with_evidence(case: AfterSale, *, now: datetime = NOON) -> AfterSale:
    for side in (Side.SHOPPER, Side.SHOP):
        talking.say(case=case, side=side, text="See here.", by=a_person(), now=now)
    return case


def decided(case: AfterSale, *, by=None, now: datetime = NOON, **terms):
    terms = {"liability_percent": 100, "refund": case.worth, "reason": "The crack is there."} | terms
    return arbitration.decide(case=case, by=by or staff(), now=now, **terms)


def paid_back(now: datetime = NOON) -> None:
    """Whatever is owed has gone back, and everybody has heard."""
    deliver_everything()
    finish_refunds(now=now + HOUR)
    deliver_everything()


def time_passes(to: datetime) -> dict:
    done = clock.run_due(now=to)
    paid_back(to)
    return done
