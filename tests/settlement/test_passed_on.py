"""Parts that the mall pays out of its commission (S2): frozen, booked beside the order, given back with refunds."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.forms import model_to_dict
from django.urls import reverse
from django.utils import translation

from mall.backoffice.todo import todos
from mall.events import deliver_everything
from mall.money import Money
from mall.notifications.models import Notice
from merchants.models import Seat
from orders.cancellation import cancel_order
from orders.models import PartyPart, PartyRuleVersion
from orders.parties.rules import (
    WrongPartyRule,
    agree,
    confirm_version,
    discard_version,
    end_agreement,
    offered_to,
    propose_version,
)
from orders.parties.terms import PartyTerms, say_taken
from orders.refunds import finish_refunds
from settlement.explaining import explain_order
from settlement.ledger import balances as of_shop
from settlement.ledger import trial_balance
from settlement.models import Entry, Posting, Share, Statement
from settlement.release import release_due_shares
from settlement.reports import report
from settlement.statements import freeze_statements
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat, shop
from tests.factories.parties import offered_part, part_in_force, party, proposed_part
from tests.journeys import paid_order, placed_order
from tests.settlement.test_parties import completed, goods, held, is_sound, returned

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def passed_on(kind: str = "promoter", *, now=NOON, **said) -> PartyRuleVersion:
    """What the mall pays, in force; no shop has agreed to anything."""
    return confirm_version(version=proposed_part(party(kind), bearer="mall", now=now, **said), by=staff(), now=now)


def sums() -> dict[str, int]:
    return {row.kind: row.balance.minor for row in trial_balance() if row.balance}


def test_the_mall_pays_it_and_the_shop_is_told_charged_and_paid_as_if_there_were_no_such_part(client):  # S2, S5
    version = passed_on(base="commission", bps=4_000)
    promoter, pot = version.rule.party, goods(price="100.00", fee="0.00")

    order = completed(paid_order(skus={pot: 2}))

    part = PartyPart.objects.get()
    assert (part.amount, part.whole, part.bearer, part.rule["bearer"]) == (Money(400), Money(20_000), "mall", "mall")
    share = Share.objects.get()
    assert (share.commission, share.parties, share.net) == (Money(1_000), Money(0), Money(19_000))
    assert sums() == {
        "custodian": 20_000, "shop_pending": -19_000, "commission": -1_000, "passed_on": 400, "party_pending": -400,
    }  # fmt: skip
    assert is_sound()
    release_due_shares(now=NOON + 8 * DAY)
    assert held(promoter) == {"pending": 0, "available": 400, "paying": 0}
    freeze_statements(now=NOON + DAY)
    statement = Statement.objects.get(kind="daily")
    assert (statement.commission, statement.parties) == (Money(1_000), Money(0))
    (row,) = report(unit="day", first=NOON.date(), last=NOON.date())
    assert (row.earned["commission"], row.earned["passed_on"]) == (Money(1_000), Money(-400))
    told = explain_order(order, now=NOON)
    assert (told.parties, told.of_shop, told.lines[0].of_shop) == (Money(0), Money(19_000), Money(19_000))
    with translation.override("en"):
        (given,) = explain_order(order, now=NOON).lines[0].given
        assert given.how[-1] == "Paid by the mall, out of its commission: it costs the shop nothing"
        assert say_taken(PartyTerms.of(version)) == "40 % of the commission, paid by the mall, out of its commission"
    client.force_login(seat(pot.shop, shopper(), "owner").user)
    page = client.get(
        reverse("backoffice:settlement:order", args=[pot.shop.slug, order.public_id]), headers={"accept-language": "en"}
    )
    assert f"{promoter.name}, paid by the mall" in page.content.decode()


def test_beside_what_the_shop_gives_it_is_at_most_the_commission_in_the_order_of_the_rules():  # S2
    pot = goods(price="100.00", fee="0.00")
    part_in_force(pot.shop, bps=2_000)
    passed_on(base="paid", bps=400, position=1)
    second = passed_on(base="paid", bps=300, position=2)
    passed_on(base="paid", bps=300, position=3)

    placed_order(skus={pot: 1})

    parts = PartyPart.objects.order_by("pk").values_list("bearer", "amount")
    assert sorted(parts) == [("mall", 100), ("mall", 400), ("shop", 2_000)]
    assert PartyPart.objects.get(party=second.rule.party).rule["held"] == "left"


@pytest.mark.parametrize("is_released", [False, True])
def test_refunds_give_back_the_frozen_part_to_the_mall_piece_by_piece(is_released):  # S2, D6
    version = passed_on(base="commission", bps=3_333)
    promoter, pot = version.rule.party, goods(price="33.33", fee="0.00")
    supplier = part_in_force(pot.shop, bps=1_000).rule.party
    order = completed(paid_order(skus={pot: 3}))
    propose_version(party=promoter, rule=version.rule, is_end=True, reason="…", by=staff(), now=NOON)
    if is_released:
        release_due_shares(now=NOON + 8 * DAY)

    left = []
    for _piece in range(3):
        returned(order, now=NOON + 8 * DAY if is_released else NOON)
        left.append((sums().get("passed_on", 0), sum(held(promoter).values()), sum(held(supplier).values())))
        assert is_sound()

    assert left == [(111, 111, 666), (55, 55, 333), (0, 0, 0)]  # of 1.67, a third of 5.00, and of 10.00
    assert sums() == {}
    assert of_shop(pot.shop) == {"pending": Money(0), "available": Money(0)}


def test_of_a_canceled_order_the_mall_has_it_back():
    passed_on(base="commission", bps=5_000)
    order = paid_order(skus={goods(): 1})
    before = sums()["passed_on"]

    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    deliver_everything()
    finish_refunds(now=NOON)
    deliver_everything()

    assert (before, sums()) == (84, {})  # half of 1.67
    assert list(Entry.objects.filter(kind__startswith="parts").order_by("pk").values_list("kind", flat=True)) == [
        "parts", "parts_back",
    ]  # fmt: skip
    assert is_sound()


def test_it_counts_in_the_shop_that_it_names_and_asks_nobody_and_ends_as_it_came():  # S2
    mine, other = goods(), goods()
    version = passed_on(base="commission", bps=1_000, shop=mine.shop)

    placed_order(skus={mine: 1}), placed_order(skus={other: 1})
    asked = [list(offered_to(place)) for place in (mine.shop, other.shop)]
    end = propose_version(party=version.rule.party, rule=version.rule, is_end=True, reason="…", by=staff(), now=NOON)
    confirm_version(version=end, by=staff(), now=NOON)
    placed_order(skus={mine: 1})

    assert (PartyPart.objects.get().shop, asked) == (mine.shop, [[], []])


@pytest.mark.parametrize(
    ("said", "field"),
    [({"base": "freight", "bearer": "mall"}, "base"), ({"base": "commission", "bearer": "shop"}, "bearer")],
)
def test_nobody_pays_out_of_what_is_not_there(said, field):
    with pytest.raises(WrongPartyRule) as refused:
        proposed_part(party("promoter"), bps=100, **said)
    with pytest.raises(WrongPartyRule) as of_its_own:
        proposed_part(party("promoter", shop=shop()), bps=100, bearer="mall")
    row = model_to_dict(discard_version(version=proposed_part(party("promoter"), bps=100), by=staff(), now=NOON))
    keys = {f"{name}_id": row.pop(name) for name in ("rule", "proposed_by", "decided_by")}
    with pytest.raises(IntegrityError, match="paid_out_of_what_there_is"), transaction.atomic():
        PartyRuleVersion.objects.create(**row | keys | {"id": None, "number": 2} | said)

    assert (refused.value.details, of_its_own.value.details) == ({"field": field}, {"field": "bearer"})


# The shop is asked, and who asked hears


def test_a_shop_is_told_of_an_offer_until_it_has_agreed_and_who_proposed_hears_of_both_answers(client):  # S2, A7
    owner, author = shopper(), staff()
    place = shop(owner=owner)
    chair = place.seats.get()
    version = offered_part(place, by=author, bps=300)
    offered_part(shop(), bps=300)  # somebody else is asked
    deliver_everything()

    def told(person):
        return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", "url"))

    def to_do(seat):
        with translation.override("en"):
            return [todo.title for todo in todos(place, seat, NOON) if "split part" in todo.title]

    parties_page = reverse("backoffice:settlement:parties", args=[place.slug])
    waiting = to_do(chair), to_do(Seat(shop=place, role=Seat.Role.READER))
    agree(version=version, shop=place, by=owner, now=NOON)
    agree(version=version, shop=place, by=owner, now=NOON)
    end_agreement(rule=version.rule, shop=place, by=owner, now=NOON)
    end_agreement(rule=version.rule, shop=place, by=owner, now=NOON)
    deliver_everything()

    page = reverse("admin:orders_partyruleversion_change", args=[version.pk])
    assert told(owner) == [("settlement.party_offered", parties_page)]
    assert told(author) == [("settlement.party_agreed", page), ("settlement.party_ended", page)]
    assert waiting == (["1 split party asks for a part"], [])
    client.force_login(owner)
    assert version.rule.party.name in client.get(parties_page).content.decode()


def test_orders_without_such_parts_book_nothing_of_the_kind():
    completed(paid_order(skus={goods(): 1}))

    assert not Posting.objects.filter(account__kind="passed_on").exists()
