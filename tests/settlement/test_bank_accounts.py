"""S4: a bank account is the shop's business's own, verified, and not used before its time."""

from datetime import timedelta

import pytest
from django.db import connection

from mall.audit.models import AuditRecord
from mall.crypto import blind_index
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.notifications.models import Notice
from merchants.states import NotInThisState
from settlement.bank_accounts import (
    BankAccountRefused,
    add_bank_account,
    passes_luhn,
    remove_bank_account,
    usable_accounts,
    verify_bank_accounts,
)
from settlement.models import BankAccount
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.merchants import merchant, seat, shop
from tests.factories.settlement import bank_account, card

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=1)


def add(place, *, by=None, **given):
    facts = {"kind": "card", "holder": place.merchant.name, "number": card(), "bank": "工商银行"} | given
    return add_bank_account(shop=place, by=by or shopper(), now=NOON, **facts)


def test_an_account_is_verified_and_used_after_its_waiting_time():
    place = shop()
    account = add(place, number=f" {card()} ")

    told = verify_bank_accounts(now=NOON)

    account.refresh_from_db()
    assert told == {"verified": 1}
    assert (account.status, account.verified_at, account.usable_from) == ("verified", NOON, NOON + 72 * HOURS)
    assert list(usable_accounts(place, NOON + 72 * HOURS - timedelta(microseconds=1))) == []
    assert list(usable_accounts(place, NOON + 72 * HOURS)) == [account]


def test_the_number_and_the_holder_are_encrypted_and_found_by_a_blind_index():
    number = card()
    account = add(shop(), number=number)

    with connection.cursor() as cursor:
        cursor.execute("SELECT holder, number, number_index FROM settlement_bankaccount WHERE id = %s", [account.pk])
        holder, stored, index = cursor.fetchone()

    assert (number in stored, account.shop.merchant.name in holder, index) == (False, False, blind_index(number))
    assert str(account) == f"工商银行 **** {number[-4:]}"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"number": "6222020000000000"}, "number"),  # a wrong check digit
        ({"number": "62220200"}, "number"),
        ({"number": "six two two two"}, "number"),
        ({"kind": "company", "number": "1234567"}, "number"),
        ({"holder": "别人的公司"}, "holder"),
    ],
)
def test_what_cannot_be_the_shops_account_is_refused_at_its_field(given, field):
    with pytest.raises(BankAccountRefused) as refused:
        add(shop(), **given)

    assert refused.value.details == {"field": field}
    assert BankAccount.objects.count() == 0


def test_luhn_is_for_cards_and_width_and_spaces_do_not_make_another_name():
    place = shop(merchant=merchant(name="杭州(西湖)商贸有限公司"))

    account = add(place, kind="company", number="33001 2345 6789 0000", holder=" 杭州（西湖）商贸 有限公司")

    assert (passes_luhn("33001234567890000"), account.number.reveal()) == (False, "33001234567890000")


def test_the_same_account_is_named_once_and_five_are_the_most():
    place = shop()
    first = add(place)
    with pytest.raises(BankAccountRefused):
        add(place, number=first.number.reveal())
    for _ in range(4):
        add(place)

    with pytest.raises(BankAccountRefused, match="5"):
        add(place)
    remove_bank_account(account=first, by=shopper(), now=NOON)
    again = add(place, number=first.number.reveal())

    assert again.usable_from == NOON + 72 * HOURS  # it waits anew
    with pytest.raises(WrongStatus):
        remove_bank_account(account=first, by=shopper(), now=NOON)


@pytest.mark.parametrize(
    ("told", "status", "why"),
    [("404", "refused", "no_account"), ("409", "refused", "other_holder"), ("504", "checking", "")],
)
def test_the_bank_may_say_no_or_nothing(told, status, why):
    account = add(shop(), number=card(told))

    verify_bank_accounts(now=NOON)
    again = verify_bank_accounts(now=NOON + timedelta(minutes=4))
    later = verify_bank_accounts(now=NOON + timedelta(minutes=5))

    account.refresh_from_db()
    assert (account.status, account.refusal, again) == (status, why, {})
    assert later == ({"unanswered": 1} if told == "504" else {})


def test_everybody_who_may_withdraw_hears_of_a_new_account_and_it_is_on_the_record():
    place, owner, finance, clerk = shop(), shopper(), shopper(), shopper()
    for person, role in ((owner, "owner"), (finance, "finance"), (clerk, "clerk")):
        seat(place, person, role)

    account = add(place, by=owner)
    verify_bank_accounts(now=NOON)
    deliver_everything()

    told = set(Notice.objects.values_list("person", "kind"))
    kinds = ("settlement.bank_account_added", "settlement.bank_account_verified")
    assert told == {(person.pk, kind) for person in (owner, finance) for kind in kinds}
    actions = AuditRecord.objects.filter(subject=account.public_id).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["settlement.add_bank_account", "settlement.verify_bank_account"]


def test_a_closed_shop_names_no_account_and_another_shops_account_is_its_own():
    mine, closed = shop(), shop(status="closed")
    account = bank_account(mine)

    with pytest.raises(NotInThisState):
        add(closed)

    assert (list(usable_accounts(mine, NOON)), list(usable_accounts(closed, NOON))) == ([account], [])
