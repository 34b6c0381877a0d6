"""S6: the deposit is paid through the gateway, held for the shop by the ledger, and sent back once."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from mall.events import deliver_everything
from mall.money import Money
from mall.tenancy import shop_scope
from merchants.abandoned import expire_applications
from merchants.exits import advance_exits, ask_exit, checklist, current_exit, note_data_taken
from merchants.models import Application, Shop
from orders.gateways import sandbox_bank
from orders.models import SandboxNotice, SandboxRefund, SandboxTrade
from orders.payments import NoticeRefused
from settlement.deposits import (
    NothingHeld,
    NothingToPay,
    ask_about_deposits,
    deposit_of,
    finish_deposits,
    receive_deposit_notice,
    return_deposit,
    start_deposit_payment,
)
from settlement.ledger import trial_balance
from settlement.models import Deposit, DepositPayment, DepositRefund, Entry
from settlement.queries import deposit_held
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop
from tests.merchants.applying import agreed, in_status, requested

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
ONCE = NOON + timedelta(seconds=1)
FEN = Money.parse("5000.00")


@pytest.fixture
def application():
    return in_status("agreed")


def start(application, now=NOON) -> DepositPayment:
    return start_deposit_payment(application=application, channel="sandbox", now=now)


def press(payment, outcome="success", now=NOON) -> None:
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome=outcome, now=now)


def tell(notice, now=NOON) -> None:
    headers, body = sandbox_bank.signed(notice, now)
    receive_deposit_notice(channel="sandbox", headers=headers, body=body, now=now)


def balances() -> dict[str, int]:
    return {row.kind: row.balance.minor for row in trial_balance() if row.balance}


def opened(application) -> Shop:
    press(start(application))
    for notice in SandboxNotice.objects.order_by("pk"):
        tell(notice)
    deliver_everything()
    application.refresh_from_db()
    return application.shop


def test_the_deposit_comes_and_the_shop_opens_by_itself(application):  # S6, M2
    payment = start(application)
    again = start(application, now=LATER)
    press(payment)

    notices = list(SandboxNotice.objects.order_by("pk"))
    for notice in [*notices, *notices]:  # twice, and an older one after it
        tell(notice)
    assert balances() == {"custodian": FEN.minor, "deposit": -FEN.minor}
    deliver_everything()

    application.refresh_from_db()
    assert (again.pk, DepositPayment.objects.count()) == (payment.pk, 1)
    assert (application.status, application.shop.is_open) == (Application.Status.OPEN, True)
    assert balances() == {"custodian": FEN.minor, "shop_deposit": -FEN.minor}
    assert deposit_of(application.shop) == FEN
    assert sorted(Entry.objects.values_list("kind", flat=True)) == ["deposit", "deposit_held"]
    assert verify_ledger().ok


def test_a_silent_bank_is_asked(application):
    press(start(application))

    assert ask_about_deposits(now=LATER) == {"succeeded": 1}
    assert Deposit.objects.get().status == "paid"


@pytest.mark.parametrize(("outcome", "status"), [("failure", "failed"), ("cancel", "closed")])
def test_a_payment_that_failed_may_be_tried_again(application, outcome, status):
    first = start(application)
    press(first, outcome)

    second = start(application, now=LATER)

    first.refresh_from_db()
    assert (first.status, second.pk != first.pk, second.status) == (status, True, "pending")
    assert balances() == {}


def test_money_that_comes_twice_goes_back_once(application):
    late = start(application)
    press(late, "late")
    DepositPayment.objects.filter(pk=late.pk).update(status="closed")
    shop_ = opened(application)
    way_later = NOON + timedelta(hours=3)
    sandbox_bank.settle_late_trades(now=way_later)

    tell(SandboxNotice.objects.filter(trade__merchant_reference=late.public_id).latest("pk"), now=way_later)
    finished = [finish_deposits(now=way_later + timedelta(minutes=2 * n)) for n in (1, 2)]

    assert finished == [{"finished": 1, "waiting": 0}, {}]
    assert (deposit_of(shop_), balances()) == (FEN, {"custodian": FEN.minor, "shop_deposit": -FEN.minor})
    assert SandboxRefund.objects.count() == 1


def test_forged_foreign_and_altered_messages_are_refused(application):
    payment = start(application)
    press(payment)
    headers, body = sandbox_bank.signed(SandboxNotice.objects.first(), NOON)
    trade = SandboxTrade.objects.get()

    for headers_, body_, now in (
        (headers, body.replace(b'"paid"', b'"Paid"'), NOON),
        (headers, body, NOON + timedelta(hours=1)),
        ({**headers, "webhook-signature": "v1a,AAAA"}, body, NOON),
    ):
        with pytest.raises(NoticeRefused):
            receive_deposit_notice(channel="sandbox", headers=headers_, body=body_, now=now)
    SandboxTrade.objects.filter(pk=trade.pk).update(amount_minor=1)
    with pytest.raises(NoticeRefused):
        tell(SandboxNotice.objects.first())

    assert Deposit.objects.get().status == "waiting"


def test_nothing_is_paid_before_the_agreement_or_twice(application):
    with pytest.raises(NothingToPay):
        start(in_status("approved"))
    opened(application)
    with pytest.raises(NothingToPay):
        start(application)


def test_the_deposit_goes_back_the_way_it_came_once(application):  # S6
    place, clerk = opened(application), staff()

    (first,) = return_deposit(shop=place, reason="The shop has closed", by=clerk, now=LATER)
    (again,) = return_deposit(shop=place, reason="…", by=clerk, now=LATER)
    finished = [finish_deposits(now=LATER + timedelta(minutes=2 * n)) for n in (0, 1)]

    assert (first.pk, DepositRefund.objects.count()) == (again.pk, 1)
    assert finished == [{"finished": 1, "waiting": 0}, {}]
    assert (balances(), deposit_of(place), Deposit.objects.get().status) == ({}, Money(0), "returned")
    assert verify_ledger().ok
    with pytest.raises(NothingHeld):
        return_deposit(shop=shop(), reason="…", now=LATER)


def test_a_shop_sees_its_own_deposit_and_changes_nothing(application):  # R6
    mine, other = opened(application), opened(in_status("agreed"))

    with shop_scope(mine.pk):
        assert set(Deposit.objects.values_list("shop", flat=True)) == {mine.pk}
        assert deposit_held(mine)
        assert not deposit_held(other)
        for model in (DepositPayment, DepositRefund):
            with pytest.raises(ProgrammingError), transaction.atomic():
                model.objects.count()
        with pytest.raises(ProgrammingError), transaction.atomic():
            Deposit.objects.update(amount=1)


def test_the_applicants_pages(client, application):
    page = reverse("storefront:settlement:deposit", args=[application.public_id])
    client.force_login(application.applicant)

    shown = client.get(page)
    to_bank = client.post(page, {"channel": "sandbox"})
    payment = DepositPayment.objects.get()
    waiting = client.get(reverse("storefront:settlement:deposit-return", args=[payment.public_id]))
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", now=payment.started_at)
    back = client.get(reverse("storefront:settlement:deposit-return", args=[payment.public_id]))

    assert [channel.code for channel in shown.context["channels"]] == ["sandbox"]
    assert "/sandbox/cashier/" in to_bank["Location"]
    assert (waiting.context["state"], back.context["state"]) == ("waiting", "succeeded")
    client.force_login(shopper())
    assert client.get(page).status_code == 404


def test_the_banks_message_over_http(client, application):
    payment = start(application)
    press(payment)
    from mall import clock

    headers, body = sandbox_bank.signed(SandboxNotice.objects.first(), clock.now())
    address = reverse("storefront:settlement:deposit-notify", args=["sandbox"])

    refused = client.post(address, data=b"{}", content_type="application/json")
    heard = client.post(address, data=body, content_type="application/json", headers=headers)

    assert (refused.status_code, heard.status_code) == (400, 200)
    assert Deposit.objects.get().status == "paid"


# one more trade, and what expired


def test_a_trade_that_asks_for_more_is_paid_beside_it_and_both_go_back(application):  # M2, M9
    place = opened(application)
    row = requested(place, "health-food")
    press(start(row))
    for notice in SandboxNotice.objects.order_by("pk"):
        tell(notice)
    deliver_everything()

    row.refresh_from_db()
    assert (row.status, deposit_of(place)) == (Application.Status.ADMITTED, Money.parse("10000.00"))
    assert set(Deposit.objects.values_list("shop", "status")) == {(place.pk, "held")}
    refunds = return_deposit(shop=place, reason="The shop has closed", now=LATER)
    finish_deposits(now=LATER)
    assert [refund.amount for refund in refunds] == [FEN, FEN]
    assert (balances(), deposit_of(place)) == ({}, Money(0))
    assert verify_ledger().ok


@pytest.mark.parametrize("is_started_anew", [True, False])
def test_what_one_trade_has_paid_is_not_paid_again_for_the_other(application, is_started_anew):  # M2
    place = opened(application)
    one, other = requested(place, "health-food"), requested(place, "medical-device")
    other = agreed(other) if other.status == Application.Status.APPROVED else other
    too_much = start(other)
    press(start(one))
    for notice in SandboxNotice.objects.order_by("pk"):
        tell(notice)
    deliver_everything()
    other.refresh_from_db()
    right = start(other, LATER) if is_started_anew else None

    press(too_much)  # its page was still open
    tell(notice_of(too_much))
    right = right or start(other, LATER)
    press(right, now=LATER)
    tell(notice_of(right), LATER)
    deliver_everything()
    finish_deposits(now=LATER)

    other.refresh_from_db()
    assert (too_much.amount, right.amount) == (Money.parse("15000.00"), Money.parse("10000.00"))
    assert (other.status, deposit_of(place)) == (Application.Status.ADMITTED, Money.parse("20000.00"))
    assert [refund.amount for refund in DepositRefund.objects.all()] == [too_much.amount]
    assert len(return_deposit(shop=place, reason="The shop has closed", now=LATER)) == 3
    finish_deposits(now=LATER + timedelta(minutes=5))
    assert (balances(), verify_ledger().ok) == ({}, True)


def notice_of(payment) -> SandboxNotice:
    return SandboxNotice.objects.filter(trade__merchant_reference=payment.public_id).first()


def test_money_for_an_application_that_expired_goes_back_whichever_is_heard_first(application):
    first, second = application, in_status("agreed")
    late = [start(first), start(second)]
    press(late[0])
    tell(notice_of(late[0]))  # paid, and expired before it is heard
    expire_applications(now=NOON + timedelta(days=31))
    deliver_everything()
    press(late[1])
    tell(notice_of(late[1]))  # expired before it is paid
    deliver_everything()
    finish_deposits(now=LATER)

    assert set(Deposit.objects.values_list("status", "shop")) == {("returned", None)}
    assert set(Application.objects.values_list("status", flat=True)) == {"expired"}
    assert (balances(), SandboxRefund.objects.count()) == ({}, 2)
    assert verify_ledger().ok


def test_a_shop_that_has_left_gets_its_deposit_back_and_closes(application):  # M9
    place = opened(application)
    owner, day = place.seats.get().user, timedelta(days=1)
    ask_exit(shop=place, reason="We retire", by=owner, now=NOON)
    note_data_taken(shop=place, by=owner, now=NOON)
    deliver_everything()
    steps = {step.name: step.is_done for step in checklist(current_exit(place), now=NOON + day)}
    assert steps == {"shelf": True, "orders": True, "after_sale": True, "data": True, "deposit": False}

    assert advance_exits(now=NOON + day) == {"cleared": 1}
    deliver_everything()  # hears that the shop is cleared, and asks for the deposit once
    deliver_everything()
    assert (Deposit.objects.get().status, DepositRefund.objects.count()) == ("returning", 1)
    assert deposit_held(place) == ""
    assert finish_deposits(now=NOON + day) == {"finished": 1, "waiting": 0}
    assert advance_exits(now=NOON + 2 * day) == {"closed": 1}

    place.refresh_from_db()
    refund = SandboxRefund.objects.get()
    assert (place.status, Deposit.objects.get().status, refund.amount_minor) == ("closed", "returned", FEN.minor)
    assert (balances(), verify_ledger().ok) == ({}, True)


def test_a_bank_that_does_not_answer_does_not_lose_the_deposit(application):
    place = opened(application)
    return_deposit(shop=place, reason="The shop has left", now=LATER)
    bank = SandboxTrade.objects.get()
    SandboxTrade.objects.filter(pk=bank.pk).update(merchant_reference="gone")

    assert finish_deposits(now=LATER) == {"finished": 0, "waiting": 1}
    SandboxTrade.objects.filter(pk=bank.pk).update(merchant_reference=bank.merchant_reference)

    assert finish_deposits(now=LATER) == {}  # not again at once
    assert finish_deposits(now=LATER + timedelta(minutes=2)) == {"finished": 1, "waiting": 0}
    assert Deposit.objects.get().status == "returned"
