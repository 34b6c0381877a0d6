"""The pages of a shop's bank accounts, withdrawals and bills: who may, what they refuse, what they keep."""

from uuid import uuid4

import pytest
from django.urls import reverse

from mall import clock
from mall.audit.models import AuditRecord
from mall.money import Money
from settlement.models import BankAccount, Dispute, Statement, StatementLine, Withdrawal
from settlement.statements import freeze_statements
from tests.factories.accounts import shopper
from tests.factories.merchants import seat, shop
from tests.factories.settlement import asked, bank_account, card, with_money

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    row = shop()
    with_money(row, 100_000)
    return row


@pytest.fixture
def finance(client, place):
    person = seat(place, shopper(), "finance").user
    client.force_login(person)
    return person


def url(place, name: str, *arguments) -> str:
    return reverse(f"backoffice:settlement:{name}", args=[place.slug, *arguments])


def test_the_finance_role_withdraws_through_the_page(client, place, finance):  # S4
    to, key = bank_account(place, now=clock.now()), uuid4()
    form = {"bank_account": to.public_id, "amount": "200.00", "request_key": str(key)}

    answers = [client.post(url(place, "withdrawals"), form) for _ in range(2)]

    withdrawal = Withdrawal.objects.get()
    assert (withdrawal.amount, withdrawal.asked_by, withdrawal.request_key) == (Money(20_000), finance, key)
    assert [answer["Location"] for answer in answers] == [url(place, "withdrawal", withdrawal.public_id)] * 2
    assert client.get(answers[0]["Location"]).status_code == 200


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("finance", 200), ("manager", 403), ("reader", 403)])
def test_who_may_withdraw(client, place, role, status):
    client.force_login(seat(place, shopper(), role).user)

    for page in ("withdrawals", "bank-accounts", "statements"):
        assert client.get(url(place, page)).status_code == status


def test_what_was_typed_wrongly_stands_there_with_its_reason(client, place, finance):
    to = bank_account(place, now=clock.now())

    answer = client.post(
        url(place, "withdrawals"), {"bank_account": to.public_id, "amount": "2000", "request_key": str(uuid4())}
    )

    form = answer.context_data["form"]
    assert (answer.status_code, list(form.errors), form["amount"].value()) == (200, ["amount"], "2000")
    assert Withdrawal.objects.count() == 0


def test_another_shops_account_is_no_choice(client, place, finance):
    to = bank_account(shop(), now=clock.now())

    form = {"bank_account": to.public_id, "amount": "200", "request_key": str(uuid4())}
    answer = client.post(url(place, "withdrawals"), form)

    assert list(answer.context_data["form"].errors) == ["bank_account"] or not answer.context_data["accounts"]
    assert Withdrawal.objects.count() == 0


def test_an_account_is_named_and_removed_and_its_number_never_shown(client, place, finance):
    number = card()
    form = {"kind": "card", "holder": place.merchant.name, "number": number, "bank": "工商银行", "branch": ""}

    client.post(url(place, "bank-accounts"), form)
    account = BankAccount.objects.get()
    page = client.get(url(place, "bank-accounts")).content.decode()
    wrong = client.post(url(place, "bank-accounts"), {**form, "number": number[:-1] + "x"})
    client.post(url(place, "bank-account-remove", account.public_id))

    account.refresh_from_db()
    assert (number in page, number[-4:] in page, account.status) == (False, True, "removed")
    assert list(wrong.context_data["form"].errors) == ["number"]


# Bills


@pytest.fixture
def bill(place, finance):
    freeze_statements(now=clock.now())
    return Statement.objects.get(shop=place, kind="daily")


def test_a_bill_is_read_disputed_and_fetched(client, place, finance, bill):  # S5
    line = StatementLine.objects.get(statement=bill)
    empty = client.post(url(place, "line-dispute", bill.public_id, line.pk), {"reason": " "})
    client.post(url(place, "line-dispute", bill.public_id, line.pk), {"reason": "少了"})
    page = client.get(url(place, "statement", bill.public_id)).content.decode()
    files = {ending: client.get(url(place, "statement-file", bill.public_id, ending)) for ending in ("xlsx", "pdf")}

    assert (empty.status_code, empty.context_data["open_line"]) == (200, line.pk)
    assert Dispute.objects.get().reason == "少了"
    assert "少了" in page
    assert (files["xlsx"].content[:2], files["pdf"].content[:5]) == (b"PK", b"%PDF-")
    assert AuditRecord.objects.filter(action="settlement.fetch_statement", actor=finance).count() == 2
    assert client.get(url(place, "statement-file", bill.public_id, "exe")).status_code == 404


def test_a_bill_is_accepted_once(client, place, finance, bill):
    for _ in range(2):
        client.post(url(place, "statement-accept", bill.public_id))

    bill.refresh_from_db()
    assert (bill.status, bill.accepted_by) == ("accepted", finance)


def test_the_pages_cost_the_same_for_one_row_and_for_many(client, place, finance, bill, django_assert_max_num_queries):
    to = bank_account(place, now=clock.now())
    asked(place, 10_000, to=to, now=clock.now())
    counts = []
    for _ in range(2):
        for page in (url(place, "withdrawals"), url(place, "statements"), url(place, "statement", bill.public_id)):
            with django_assert_max_num_queries(30) as queries:
                client.get(page)
            counts.append(len(queries))
        for _more in range(3):
            asked(place, 10_000, to=to, now=clock.now())

    assert counts[:3] == counts[3:]
