"""F6: every status of a case x every side x every action is either allowed by the table or refused."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction

from mall.flow import WrongStatus
from mall.money import Money
from orders.after_sales import answering, arbitration, asking, clock, ending, returning, table, talking
from orders.after_sales.amounts import worth_of
from orders.models import AfterSale, AfterSaleNote, OrderLine
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.journeys import delivered_order
from tests.orders.after_sales.cases import DAY, HOUR, three_cups

Status, Kind, Side = AfterSale.Status, AfterSale.Kind, AfterSaleNote.Side

# What a case may become by each action, by its kind; who takes it is in the table.
ENDS = {
    ("asked", "agree", "refund"): "refunding",
    ("asked", "agree", "return"): "awaiting_return",
    ("asked", "agree", "exchange"): "awaiting_return",
    ("asked", "agree", "repair"): "awaiting_return",
    ("refused", "agree", "refund"): "refunding",
    ("refused", "agree", "return"): "awaiting_return",
    ("refused", "agree", "exchange"): "awaiting_return",
    ("refused", "agree", "repair"): "awaiting_return",
    ("asked", "run_out", "refund"): "refunding",
    ("asked", "run_out", "return"): "awaiting_return",
    ("asked", "run_out", "exchange"): "awaiting_return",
    ("asked", "run_out", "repair"): "awaiting_return",
    ("asked", "run_out", "complaint"): "arbitration",
    ("inspecting", "inspect", "exchange"): "resending",
    ("inspecting", "inspect", "repair"): "resending",
    ("inspecting", "run_out", "exchange"): "resending",
    ("inspecting", "run_out", "repair"): "resending",
    ("decided", "run_out", "complaint"): "done",
}
ANY_KIND = {
    ("asked", "refuse"): "refused",
    ("asked", "answer"): "answered",
    ("asked", "withdraw"): "closed",
    ("refused", "revise"): "asked",
    ("refused", "escalate"): "arbitration",
    ("refused", "withdraw"): "closed",
    ("refused", "run_out"): "closed",
    ("answered", "escalate"): "arbitration",
    ("answered", "be_content"): "done",
    ("answered", "withdraw"): "closed",
    ("answered", "run_out"): "done",
    ("awaiting_return", "send_back"): "returning",
    ("awaiting_return", "withdraw"): "closed",
    ("awaiting_return", "run_out"): "closed",
    ("returning", "note_arrival"): "inspecting",
    ("returning", "run_out"): "inspecting",
    ("inspecting", "inspect"): "refunding",
    ("inspecting", "reject"): "refused",
    ("inspecting", "run_out"): "refunding",
    ("resending", "resend"): "resent",
    ("resending", "give_money"): "refunding",
    ("resending", "run_out"): "refunding",
    ("resent", "receive"): "done",
    ("resent", "escalate"): "arbitration",
    ("resent", "run_out"): "done",
    ("arbitration", "decide"): "decided",
    ("arbitration", "withdraw"): "closed",
    ("decided", "appeal"): "arbitration",
    ("decided", "run_out"): "refunding",
}
PERSON = {}


def perform(action: str, case: AfterSale, side: str) -> None:
    """Take an action as a side; who may not take it by its verb at all is judged by the table."""
    by = PERSON["by"]
    how = {"case": case, "by": by, "now": NOON}
    if action in ("appeal", "say"):
        (arbitration.appeal if action == "appeal" else talking.say)(side=side, text="…", **how)
        return
    if side not in table.TABLE[action].sides:
        table.check(action, case, side)
        raise AssertionError("the table let it pass")
    parcel = {"carrier": "sf", "tracking_number": "SF1234567890123"}
    {
        "revise": lambda: asking.revise(kind=case.kind, reason="damaged", text="…", **how),
        "withdraw": lambda: ending.withdraw(**how),
        "send_back": lambda: returning.send_back(**parcel, **how),
        "receive": lambda: returning.receive(**how),
        "be_content": lambda: ending.be_content(**how),
        "escalate": lambda: arbitration.escalate(text="…", **how),
        "agree": lambda: answering.agree(**how),
        "refuse": lambda: answering.refuse(text="…", **how),
        "answer": lambda: answering.answer(text="…", **how),
        "note_arrival": lambda: returning.note_arrival(**how),
        "inspect": lambda: returning.inspect(sellable=1, **how),
        "reject": lambda: returning.reject(text="…", **how),
        "count": lambda: returning.count(sellable=1, **how),
        "restock": lambda: returning.restock(sellable=1, **how),
        "resend": lambda: returning.resend(**parcel, **how),
        "give_money": lambda: returning.give_money(**how),
        "decide": lambda: arbitration.decide(liability_percent=100, reason="…", **how),
        "run_out": lambda: clock.run_out(case, now=NOON) or table.check("agree", case, Side.CLOCK),
    }[action]()


def standing(order, kind: str, status: str) -> AfterSale:
    """A case of this kind that stands in this status, with the facts that go with it; written, not moved."""
    line = None if kind == Kind.COMPLAINT else order.lines.get()
    worth = Money(0) if line is None else worth_of(line, 1)
    facts: dict = {"due_at": NOON - HOUR}
    if status in (Status.INSPECTING, Status.RESENDING, Status.RESENT):
        facts |= {"came_back_at": NOON - HOUR}
    if status in (Status.ARBITRATION, Status.DECIDED):
        facts |= {"escalated_at": NOON - DAY, "evidence_until": NOON + HOUR}
    if status == Status.DECIDED:
        facts |= {"due_at": NOON}
    if status in AfterSale.ENDED:
        facts |= {"ended_at": NOON, "due_at": None}
    if status == Status.ARBITRATION:
        facts |= {"due_at": None}
    if status == Status.REFUNDING:
        facts |= {"settled_at": NOON, "refund_goods": worth, "due_at": None}
    case = AfterSale.objects.create(
        shop_id=order.shop_id, order=order, line=line, shopper=order.shopper, kind=kind, reason="damaged",
        status=status, quantity=0 if line is None else 1, worth=worth, asked=worth, opened_at=NOON - DAY,
        replacement=line.sku if kind == Kind.EXCHANGE else None, **facts,
        **({"paid_then": worth, "price_now": Money(0)} if kind == Kind.PROTECT else {}),
    )  # fmt: skip
    if line is not None:
        OrderLine.objects.filter(pk=line.pk).update(claimed_quantity=1, claimed=worth.minor)
    if status == Status.ARBITRATION:
        for side in (Side.SHOPPER, Side.SHOP):
            case.notes.create(shop_id=case.shop_id, side=side, did="evidence", at=NOON)
    if status == Status.DECIDED:
        case.verdicts.create(
            shop_id=case.shop_id, round=1, officer=PERSON["by"], liability_percent=100, reason="…", refund=worth,
            shipping_payer="shopper", decided_at=NOON - DAY,
        )  # fmt: skip
    return case


NEVER = {  # what a case of a kind never comes to be
    Kind.REFUND: {"answered", "awaiting_return", "returning", "inspecting", "resending", "resent"},
    Kind.RETURN: {"answered", "resending", "resent"},
    Kind.EXCHANGE: {"answered"},
    Kind.REPAIR: {"answered"},
    **dict.fromkeys(AfterSale.MONEY_ONLY, set(Status.values) - {"refunding", "done"}),
    Kind.COMPLAINT: {"refused", "awaiting_return", "returning", "inspecting", "resending", "resent", "refunding"},
}
STANDINGS = [(kind, status) for kind in Kind for status in Status if status not in NEVER[kind]]
OPEN = set(Status.values) - set(AfterSale.ENDED)


def expected(kind: str, status: str, action: str, side: str) -> str | None:
    """The status after the action, or nothing when it is refused."""
    if side not in table.TABLE[action].sides:
        return None
    if kind == Kind.COMPLAINT and action in ("agree", "refuse", "revise"):
        return None
    if action == "answer" and kind != Kind.COMPLAINT:
        return None
    if action == "say":
        return status if status in OPEN else None
    if action == "appeal" and status == "decided":
        return None  # its hour has come: see the test of appeals
    return ENDS.get((status, action, kind)) or ANY_KIND.get((status, action))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", Kind)
def test_every_action_of_every_side_in_every_status_moves_the_case_or_is_refused(kind):  # F6
    order = delivered_order(skus=three_cups(), now=NOON - 2 * DAY)
    PERSON["by"] = staff()
    told = 0
    for status in (status for one, status in STANDINGS if one == kind):
        with transaction.atomic():
            case = standing(order, kind, status)
            for action, side in product(table.TABLE, Side):
                wanted = expected(kind, status, action, side)
                try:
                    with transaction.atomic():
                        perform(action, case, side)
                        came = AfterSale.objects.get(pk=case.pk).status
                        raise _TakenBack
                except _TakenBack:
                    pass
                except WrongStatus:
                    came = None
                assert came == wanted, (kind, status, action, side)
                told += 1
            transaction.set_rollback(True)
    assert told == len(table.TABLE) * len(Side) * sum(one == kind for one, _status in STANDINGS)


class _TakenBack(Exception):
    pass


@pytest.mark.django_db
def test_the_database_knows_the_same_map():  # F6
    order = delivered_order(skus=three_cups(), now=NOON - 2 * DAY)
    PERSON["by"] = staff()
    for start, end in product(Status, Status):
        if start == end:
            continue
        facts = {"status": end, "due_at": None, "ended_at": NOON if end in AfterSale.ENDED else None}
        facts |= {"settled_at": NOON}
        with transaction.atomic():
            case = standing(order, Kind.EXCHANGE, start)
            try:
                with transaction.atomic():
                    AfterSale.objects.filter(pk=case.pk).update(**facts)
                moved = True
            except IntegrityError:
                moved = False
            transaction.set_rollback(True)
        assert moved is (end in AfterSale.FLOW.steps[start]), (start, end)


def test_every_action_that_a_page_or_a_clock_takes_is_in_the_table():
    from orders.after_sales.acting import ACTIONS

    assert set(ACTIONS) | {"decide", "run_out"} == set(table.TABLE)
    assert {status for status, _action in ANY_KIND} | set(AfterSale.ENDED) | {"refunding"} == set(Status.values)
