"""The pages of a shop's parties: who may, what they say and refuse, what an order's page explains."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from mall import clock
from orders.models import Party, PartyAgreement, PartyRuleVersion
from orders.parties.rules import confirm_version
from settlement.models import PartyBankAccount
from settlement.party_payouts import verify_accounts
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import seat, shop
from tests.factories.parties import part_in_force, party, proposed_part
from tests.journeys import completed_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return shop(shipping_fee="10.00")


@pytest.fixture
def finance(client, place):
    person = seat(place, shopper(), "finance").user
    client.force_login(person)
    return person


def url(place, name: str, *arguments) -> str:
    return reverse(f"backoffice:settlement:{name}", args=[place.slug, *arguments])


def rule_form(client, page: str, **said) -> dict:
    """What the page would send: every field of its form as it stands, and what is typed."""
    form = client.get(page).context["form"]
    typed = {}
    for bound in form:
        for number, widget in enumerate(getattr(bound.field.widget, "widgets", [None])):
            name = bound.html_name if widget is None else f"{bound.html_name}{bound.field.widget.widgets_names[number]}"
            value = bound.value()
            typed[name] = value if isinstance(value, (str, int)) else ""
    return typed | {"base": "paid"} | said


def test_a_shop_enters_a_supplier_says_what_it_gets_and_names_its_account(client, place, finance):  # S2
    answer = client.post(url(place, "parties"), {"kind": "supplier", "name": "云窑陶瓷厂"})
    made = Party.objects.get()
    page = url(place, "party", made.public_id)
    assert (answer["Location"], made.shop, made.made_by) == (page, place, finance)
    pot = sku(product=product(shop=place, category=category(commission_bps=500)), price="100.00", stock=9)

    said = rule_form(client, page, fixed="45.00", product=pot.product.public_id, reason="代发合同")
    said |= {name: "供货价" for name in said if name.startswith("name")}
    answer = client.post(page, said)

    assert answer.status_code == 302, answer.context["form"].errors
    version = PartyRuleVersion.objects.get()
    assert (version.status, version.fixed.minor, version.product, version.decided_by) == (
        "confirmed", 4_500, pot.product, finance,
    )  # fmt: skip
    assert PartyAgreement.objects.get().shop == place
    account = {"kind": "company", "holder": "云窑陶瓷厂", "number": "6222021001000011", "bank": "工商银行"}
    assert client.post(url(place, "party-account", made.public_id), account)["Location"] == page
    verify_accounts(now=clock.now())
    assert PartyBankAccount.objects.get().status == "verified"
    assert client.get(page).status_code == client.get(page + "?month=2026-03").status_code == 200


@override("en")
def test_a_rule_that_takes_too_much_stands_there_with_its_reason_and_what_was_typed(client, place, finance):
    of = party(shop=place)
    page = url(place, "party", of.public_id)
    sku(product=product(shop=place, category=category(commission_bps=500)), price="100.00", stock=9)

    said = rule_form(client, page, rate="96", reason="合同", fixed="")
    said |= {name: "供货价" for name in said if name.startswith("name")}
    answer = client.post(page, said)

    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"rate"}
    assert 'value="96"' in answer.content.decode()
    assert not PartyRuleVersion.objects.exists()


def test_wrong_accounts_and_names_are_refused_beside_their_fields(client, place, finance):
    of = party(shop=place)
    page = url(place, "party-account", of.public_id)

    for typed, field in (({"number": "1"}, "number"), ({"holder": "别人"}, "holder")):
        account = {"kind": "company", "holder": of.name, "number": "6222021001000011", "bank": "x"} | typed
        assert client.post(page, account).context["form"].errors.keys() == {field}
    again = client.post(url(place, "parties"), {"kind": of.kind, "name": of.name})
    assert again.context["form"].errors.keys() == {"name"}


def test_the_malls_rule_waits_for_the_shop_which_agrees_and_ends_it(client, place, finance):  # S2
    version = proposed_part(party("brand"), bps=300, now=clock.now())
    confirm_version(version=version, by=staff(), now=clock.now())
    listed = client.get(url(place, "parties"))
    assert [rule["version"] for rule in listed.context["offered"]] == [version]

    client.post(url(place, "party-rule-agree", version.public_id))
    agreed = client.get(url(place, "parties"))
    client.post(url(place, "party-rule-end", version.public_id))
    ended = client.get(url(place, "parties"))

    assert ([rule["version"] for rule in agreed.context["agreed"]], agreed.context["offered"]) == ([version], [])
    assert (ended.context["agreed"], len(ended.context["offered"])) == ([], 1)


def test_an_own_rule_and_its_party_end(client, place, finance):
    version = part_in_force(place, bps=300, now=clock.now() - timedelta(days=1))
    of = version.rule.party

    client.post(url(place, "party-rule-end", version.public_id))
    client.post(url(place, "party-end", of.public_id))

    of.refresh_from_db()
    assert (of.status, PartyRuleVersion.objects.latest("pk").is_end) == ("ended", True)


def test_of_an_offer_to_one_shop_another_knows_nothing(client, place, finance):  # R6
    other = shop()
    version = proposed_part(party("brand"), bps=300, shop=other, now=clock.now())
    confirm_version(version=version, by=staff(), now=clock.now())

    assert client.get(url(place, "parties")).context["offered"] == []
    assert client.post(url(place, "party-rule-agree", version.public_id)).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("finance", 200), ("manager", 403), ("reader", 403)])
def test_who_may_look(client, place, role, status):
    client.force_login(seat(place, shopper(), role).user)

    assert client.get(url(place, "parties")).status_code == status


def test_an_orders_page_explains_who_gets_what_of_it_and_why(client, place, finance):  # S2
    pot = sku(product=product(shop=place, category=category(commission_bps=500)), price="100.00", stock=9)
    before = {"now": NOON - timedelta(days=30)}
    supplier = part_in_force(place, fixed="45.00", product=pot.product, **before).rule.party
    carrier = part_in_force(place, kind="carrier", base="freight", bps=7_000, **before).rule.party
    part_in_force(place, of=party("brand"), bps=300, **before)
    order = completed_order(skus={pot: 1}, now=NOON)

    answer = client.get(url(place, "order", order.public_id))
    money = answer.context["money"]

    assert (money.commission.minor, money.parties.minor, money.of_shop.minor) == (500, 4_500 + 700 + 300, 5_000)
    assert {supplier.name, carrier.name} <= {given.name for part in money.lines for given in part.given} | {
        given.name for given in money.shipping_given
    }
    assert "¥45.00 × 1 = ¥45.00" in answer.content.decode()
