"""The story of ``docs/golden-story.md``, lived by the real verbs: after every step the ledger is what the page says."""

from datetime import timedelta
from pathlib import Path

import pytest

from mall.events import deliver_everything
from mall.money import Money
from orders.after_sales import asking
from orders.fulfillment import complete_order, mark_delivered, ship_order
from settlement.corrections import book_correction, draw_up_correction
from settlement.ledger import trial_balance
from settlement.models import Entry, Statement
from settlement.payouts import ask_about_payouts, pay_withdrawals
from settlement.release import release_due_shares
from settlement.statements import freeze_statements
from settlement.verification import verify_ledger
from settlement.withdrawals import approve_withdrawal, check_withdrawals
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.marketing import coupon
from tests.factories.merchants import shop
from tests.factories.settlement import asked, bank_account
from tests.journeys import paid_group
from tests.orders.after_sales.cases import DAY, accepted, paid_back

PAGE = Path(__file__).parents[2] / "docs" / "golden-story.md"
T7 = NOON + 7 * DAY
LATER = T7 + DAY


def told() -> tuple[list[str], dict[str, tuple[list[str], list[int]]]]:
    """The accounts of the page, and for each step the entries booked in it and the balances after it."""
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("| ")
    ]
    head, *steps = rows
    return head[2:], {step[0]: (step[1].split(), [int(cell) for cell in step[2:]]) for step in steps}


@pytest.mark.django_db
def test_after_every_step_the_books_say_what_the_page_says():  # A1, S1, S2, S3, S4
    accounts, story = told()
    seen: set[int] = set()
    steps = iter(story)

    def holds(step: str) -> None:
        deliver_everything()
        assert next(steps) == step
        entries, balances = story[step]
        fresh = Entry.objects.exclude(pk__in=seen).order_by("pk")
        booked = [entry.kind for entry in fresh]
        seen.update(fresh.values_list("pk", flat=True))
        found = {row.kind: row.balance.minor for row in trial_balance()}
        assert (step, booked) == (step, entries)
        assert (step, [found.pop(kind, 0) for kind in accounts]) == (step, balances)
        assert not any(found.values())
        assert sum(balances) == 0
        assert verify_ledger().faults == []

    buyer, place = shopper(), shop(owner=shopper(), shipping_fee="8.00")
    wares = category(commission_bps=500)
    cup, pot = (sku(product=product(shop=place, category=wares), price=price) for price in ("28.00", "100.00"))
    coupon(shop=None, holder=buyer, rule={"at": 0, "off": 1560})

    group = paid_group(shopper=buyer, skus={cup: 2, pot: 1}, now=NOON)
    holds("the shopper pays")

    order = group.orders.get()
    ship_order(order=order, carrier="sf", tracking_number=f"SF{number():013d}", by=staff(), now=NOON)
    mark_delivered(order=order, by=buyer, now=NOON)
    order = complete_order(order=order, by=buyer, now=NOON)
    holds("the order completes")

    line = order.lines.get(sku=cup)
    case = asking.ask(line=line, kind="return", quantity=1, reason="damaged", text="Broken.", by=buyer, now=NOON)
    holds("a cup is broken: its case is open")

    release_due_shares(now=T7)
    holds("T+7: the pot is undisputed")

    accepted(case, now=T7)
    paid_back(T7)
    holds("one cup is paid back")

    release_due_shares(now=T7)
    holds("the case has ended: the rest")

    entry = Entry.objects.get(kind=Entry.Kind.COMPLETED, ref=order.public_id)
    terms = {"direction": "to_shop", "side": "commission", "amount": Money(200), "reason": "Agreed was less."}
    correction = draw_up_correction(entry=entry, by=staff(), now=T7, **terms)
    book_correction(correction=correction, by=staff(), now=T7)
    holds("staff return 2.00 of commission")

    refusing = asked(place, 10_000, to=bank_account(place, told="500", now=LATER), now=LATER)
    holds("the shop withdraws 100.00")

    _through_the_bank(refusing, LATER)
    holds("the bank refuses it")

    paying = asked(place, 10_000, to=bank_account(place, now=LATER), now=LATER)
    holds("the shop withdraws it again")

    _through_the_bank(paying, LATER)
    holds("the bank pays")

    assert list(steps) == []
    freeze_statements(now=NOON + timedelta(days=40))
    month = Statement.objects.get(shop=place, kind="monthly")
    assert (month.closing, month.commission) == (Money(3_017), Money(440))


def _through_the_bank(withdrawal, now) -> None:
    check_withdrawals(now=now)
    withdrawal.refresh_from_db()
    if withdrawal.status == "review":
        approve_withdrawal(withdrawal=withdrawal, by=staff(), now=now)
    pay_withdrawals(now=now)
    ask_about_payouts(now=now + timedelta(minutes=5))
