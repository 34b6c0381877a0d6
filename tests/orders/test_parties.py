"""Rules of parties: who makes them, who agrees, what they take of an order when it is placed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from mall.audit.models import AuditRecord
from mall.flow import WrongStatus
from mall.money import Money
from mall.tenancy import shop_scope
from merchants.models import TierRecord
from orders.models import Party, PartyAgreement, PartyPart
from orders.parties.rules import (
    AnotherPersonConfirms,
    PartyKnown,
    PartyRuleWaits,
    TakesTooMuch,
    WrongPartyRule,
    agree,
    agreed_versions,
    confirm_version,
    discard_version,
    end_agreement,
    end_party,
    enter_party,
    offered_to,
    propose_version,
    resume_party,
)
from orders.parties.terms import explain_part
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import brand, category, product, sku
from tests.factories.commission import rule_in_force
from tests.factories.merchants import shop
from tests.factories.parties import part_in_force, party, proposed_part
from tests.journeys import placed_group, placed_order

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def goods(*, price="100.00", bps=500, fee="0.00", of=None, **product_facts):
    place = of or shop(shipping_fee=fee)
    return sku(
        product=product(shop=place, category=category(commission_bps=bps), **product_facts), price=price, stock=99
    )


def parts(order) -> list[tuple[str, int | None, int]]:
    rows = PartyPart.objects.filter(order=order).order_by("pk").select_related("party")
    return [(row.party.kind, row.line_id, row.amount.minor) for row in rows]


def amounts(order) -> list[int]:
    return [amount for _kind, _line, amount in parts(order)]


# What is frozen


def test_a_part_is_frozen_with_its_reason_and_later_changes_do_not_touch_it():  # S2
    pot = goods()
    version = part_in_force(pot.shop, kind="brand", bps=300, name={"zh-hans": "商标许可费", "en": "Royalty"})
    order = placed_order(skus={pot: 2})

    part_in_force(pot.shop, of=version.rule.party, rule=version.rule, bps=900)

    part = PartyPart.objects.get(order=order)
    assert (part.amount, part.whole, part.line) == (Money(600), Money(20_000), order.lines.get())
    with override("en"):
        said = explain_part(part.rule, part.amount)
    assert said == [
        f"{version.rule.party.name} (Brand)",
        "Rule “Royalty”, version 1",
        "Taken of: what was paid for the goods. It fits: every line",
        "3 % of ¥200.00 = ¥6.00",
    ]
    assert amounts(placed_order(skus={pot: 1})) == [900]


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ({"bps": 1_000}, 3_000),
        ({"bps": 1_000, "base": "rest"}, 2_850),
        ({"fixed": "12.00"}, 3_600),
        ({"bps": 100, "fixed": "2.00"}, 900),
        ({"ladder": [[0, 1_000], [20_000, 500]]}, 2_500),
        ({"bps": 100, "floor": "7.00"}, 700),
        ({"bps": 5_000, "cap": "9.00"}, 900),
    ],
)
def test_how_much_is_a_rate_a_ladder_or_an_amount_for_each_piece_within_bounds(said, taken):  # S2
    pot = goods()
    part_in_force(pot.shop, **said)

    assert amounts(placed_order(skus={pot: 3})) == [taken]


def test_a_carrier_gets_its_part_of_what_was_paid_for_delivery():  # S2
    pot = goods(fee="12.00")
    part_in_force(pot.shop, kind="carrier", base="freight", bps=7_500)
    order = placed_order(skus={pot: 1})

    assert parts(order) == [("carrier", None, 900)]


def test_rules_fit_by_category_brand_product_sku_tier_and_in_their_order():  # S2
    place, make = shop(shipping_fee="0.00"), brand()
    pots, cups = category(commission_bps=500), category(commission_bps=500)
    pot = sku(product=product(shop=place, category=pots, brand=make), price="100.00", stock=99)
    cup = sku(product=product(shop=place, category=cups), price="100.00", stock=99)
    of = party(shop=place)
    for position, bps, named in (
        (1, 100, {"sku": pot}), (2, 200, {"product": pot.product}), (3, 300, {"brand": make}),
        (4, 400, {"category": cups}), (5, 500, {"tier": "gold"}), (6, 600, {}),
    ):  # fmt: skip
        part_in_force(place, of=of, position=position, bps=bps, **named)

    found = []
    for version in list(agreed_versions(place))[::-1]:
        found.append(amounts(placed_order(skus={pot: 1, cup: 1})))
        end_agreement(rule=version.rule, shop=place, by=shopper(), now=NOON)

    assert found == [[100, 400], [200, 400], [300, 400], [600, 400], [600, 600], [600, 600]]


def test_a_rule_for_a_tier_counts_while_the_shop_has_it():
    pot = goods()
    part_in_force(pot.shop, bps=500, tier="gold")
    before = amounts(placed_order(skus={pot: 1}))
    TierRecord.objects.create(
        shop=pot.shop, month=NOON.date().replace(day=1), tier="gold", place=1, shops=1, ranked_at=NOON
    )

    assert (before, amounts(placed_order(skus={pot: 1}))) == ([], [500])


def test_a_rule_counts_from_its_moment_on():
    pot = goods()
    version = part_in_force(pot.shop, bps=500, effective_at=NOON + DAY)
    propose_version(party=version.rule.party, rule=version.rule, is_end=True, effective_at=NOON + 3 * DAY, reason="…",
                    by=shopper(), now=NOON)  # fmt: skip

    taken = [amounts(placed_order(skus={pot: 1}, now=NOON + days * DAY)) for days in (0, 1, 3)]
    assert taken == [[], [500], []]


def test_parties_together_get_at_most_what_the_commission_leaves_and_the_first_is_served_first():  # S2
    pot = goods(price="10.00", bps=5_000)
    part_in_force(pot.shop, kind="brand", fixed="4.00", position=1)
    part_in_force(pot.shop, kind="supplier", fixed="3.00", position=2)
    part_in_force(pot.shop, kind="promoter", fixed="2.00", position=3)

    order = placed_order(skus={pot: 2})

    assert parts(order) == [("brand", order.lines.get().pk, 800), ("supplier", order.lines.get().pk, 200)]
    assert PartyPart.objects.get(amount=200).rule["held"] == "left"
    with override("en"):
        said = explain_part(PartyPart.objects.get(amount=200).rule, Money(200))[-1]
    assert said == "¥3.00 × 2, at most what is left to the shop, ¥2.00"


def test_the_commission_of_a_rule_is_taken_before_any_part():
    pot = goods(price="10.00", bps=0)
    rule_in_force(fixed="9.50", shop=pot.shop)
    part_in_force(pot.shop, fixed="4.00")

    assert amounts(placed_order(skus={pot: 1})) == [50]


def test_parts_are_of_the_shop_that_agreed_and_of_no_other():
    of = party("promoter")
    pot, cup = goods(), goods()
    part_in_force(pot.shop, of=of, bps=500)

    group = placed_group(skus={pot: 1, cup: 1})

    assert {part.shop for part in PartyPart.objects.filter(order__group=group)} == {pot.shop}


def test_a_mall_with_rules_in_other_shops_only_places_with_one_statement_more(django_assert_num_queries):
    part_in_force(goods().shop, bps=500)
    cup = goods()

    order = placed_order(skus={cup: 1})

    assert parts(order) == []


# Who says so


def test_of_a_party_of_the_malls_one_proposes_another_confirms_and_the_shop_agrees():  # S2
    of, place = party("brand"), goods().shop
    pot = goods(of=place)
    author = staff()
    version = proposed_part(of, by=author, bps=300)

    with pytest.raises(AnotherPersonConfirms):
        confirm_version(version=version, by=author, now=NOON)
    with pytest.raises(WrongPartyRule):
        agree(version=version, shop=place, by=shopper(), now=NOON)
    confirm_version(version=version, by=staff(), now=NOON)
    assert list(offered_to(place)) == [version]
    assert amounts(placed_order(skus={pot: 1})) == []
    first = agree(version=version, shop=place, by=shopper(), now=NOON)
    assert agree(version=version, shop=place, by=shopper(), now=NOON) == first
    assert amounts(placed_order(skus={pot: 1})) == [300]
    assert list(AuditRecord.objects.filter(action__startswith="orders.").exclude(subject__startswith="ord_")
                .order_by("pk").values_list("action", flat=True)) == [
        "orders.enter_party", "orders.propose_party_rule", "orders.confirm_party_rule", "orders.agree_party_rule",
    ]  # fmt: skip


def test_the_database_refuses_that_one_person_confirms_what_she_proposed():
    author = staff()
    version = proposed_part(party("brand"), by=author, bps=300)

    with pytest.raises(IntegrityError, match="party_version_confirmed_by_another"), transaction.atomic():
        type(version).objects.filter(pk=version.pk).update(status="confirmed", decided_by=author, decided_at=NOON)


def test_a_dearer_version_counts_only_where_the_shop_agrees_to_it_and_an_end_needs_no_agreement():  # S2
    of, pot = party("brand"), goods()
    version = part_in_force(pot.shop, of=of, bps=300)
    dearer = proposed_part(of, rule=version.rule, bps=900)
    with pytest.raises(PartyRuleWaits):
        proposed_part(of, rule=version.rule, bps=800)
    confirm_version(version=dearer, by=staff(), now=NOON)

    before = amounts(placed_order(skus={pot: 1}))
    agree(version=dearer, shop=pot.shop, by=shopper(), now=NOON)
    after = amounts(placed_order(skus={pot: 1}))
    end = propose_version(party=of, rule=version.rule, is_end=True, reason="…", by=staff(), now=NOON)
    confirm_version(version=end, by=staff(), now=NOON)

    assert (before, after, amounts(placed_order(skus={pot: 1}))) == ([300], [900], [])


def test_a_discarded_version_never_counts():
    of = party("brand")
    version = proposed_part(of, bps=300)
    discard_version(version=version, by=staff(), now=NOON)

    with pytest.raises(WrongStatus):
        confirm_version(version=version, by=staff(), now=NOON)
    assert list(offered_to(shop())) == []


def test_a_shop_ends_its_agreement_for_orders_to_come():
    pot = goods()
    version = part_in_force(pot.shop, of=party("promoter"), bps=300)
    kept = placed_order(skus={pot: 1})

    end_agreement(rule=version.rule, shop=pot.shop, by=shopper(), now=NOON)

    assert (amounts(kept), amounts(placed_order(skus={pot: 1}))) == ([300], [])
    agree(version=version, shop=pot.shop, by=shopper(), now=NOON)
    assert amounts(placed_order(skus={pot: 1})) == [300]
    assert PartyAgreement.objects.filter(version=version).count() == 2


def test_an_ended_party_gets_nothing_of_new_orders_until_it_is_resumed():
    pot = goods()
    of = part_in_force(pot.shop, bps=300).rule.party

    end_party(party=of, by=shopper(), now=NOON)
    ended = amounts(placed_order(skus={pot: 1}))
    resume_party(party=of, by=shopper(), now=NOON)

    assert (ended, amounts(placed_order(skus={pot: 1}))) == ([], [300])


def test_a_party_is_entered_once():
    place = shop()
    enter_party(kind="supplier", name="云窑", shop=place, by=shopper(), now=NOON)

    with pytest.raises(PartyKnown):
        enter_party(kind="supplier", name=" 云窑 ", shop=place, by=shopper(), now=NOON)
    enter_party(kind="brand", name="云窑", shop=place, by=shopper(), now=NOON)
    enter_party(kind="supplier", name="云窑", by=staff(), now=NOON)
    assert Party.objects.count() == 3


# Clear refusals


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "bps"),
        ({"bps": 100, "ladder": [[0, 100]]}, "ladder"),
        ({"bps": 10_001}, "bps"),
        ({"fixed": Money(-1)}, "fixed"),
        ({"bps": 1, "floor": Money(2), "cap": Money(1)}, "cap"),
        ({"bps": 1, "effective_at": NOON - DAY}, "effective_at"),
        ({"bps": 1, "reason": " "}, "reason"),
    ],
)
def test_a_rule_that_does_not_fit_together_is_refused_beside_its_field(said, field):
    of = party(shop=shop())

    with pytest.raises(WrongPartyRule) as refused:
        proposed_part(of, **said)

    assert refused.value.details["field"] == field
    assert not of.rules.exists() or not of.rules.get().versions.exists()


@override("en")
def test_goods_of_others_and_goods_of_freight_are_refused():
    of, pot = party(shop=shop()), goods()

    with pytest.raises(WrongPartyRule, match="another shop"):
        proposed_part(of, bps=1, product=pot.product)
    with pytest.raises(WrongPartyRule, match="delivery"):
        proposed_part(of, bps=1, base="freight", category=pot.product.category)


@override("en")
def test_a_rule_that_could_take_more_than_the_shops_share_is_refused():  # S2
    pot = goods(price="10.00", bps=1_000)
    part_in_force(pot.shop, kind="brand", bps=5_000)

    with pytest.raises(TakesTooMuch) as refused:
        part_in_force(pot.shop, kind="supplier", bps=4_001)
    assert refused.value.details["field"] == "bps"
    assert str(refused.value) == "At most 40 % is left to give away: up to 10 % is commission, 50 % is for others."
    with pytest.raises(TakesTooMuch, match=r"at most ¥4\.00"):
        part_in_force(pot.shop, kind="supplier", fixed="4.01", product=pot.product)
    part_in_force(pot.shop, kind="supplier", fixed="4.00", product=pot.product)
    part_in_force(pot.shop, kind="carrier", base="freight", bps=10_000)
    with pytest.raises(TakesTooMuch):
        part_in_force(pot.shop, kind="carrier", base="freight", bps=1)


def test_a_shop_cannot_agree_to_more_than_its_share_either():
    pot = goods(bps=1_000)
    part_in_force(pot.shop, kind="brand", bps=5_000)
    version = proposed_part(party("promoter"), bps=4_001)
    confirm_version(version=version, by=staff(), now=NOON)

    with pytest.raises(TakesTooMuch):
        agree(version=version, shop=pot.shop, by=shopper(), now=NOON)


# Kept by the database


def test_a_shop_sees_its_own_parties_and_parts_and_writes_none():  # R6
    pots = [goods(), goods()]
    for pot in pots:
        part_in_force(pot.shop, bps=300)
        placed_order(skus={pot: 1})

    with shop_scope(pots[0].shop.pk):
        seen = [set(model.objects.values_list("shop", flat=True)) for model in (Party, PartyAgreement, PartyPart)]
    assert seen == [{pots[0].shop.pk}] * 3
    with (
        pytest.raises(Exception, match="permission denied"),
        shop_scope(pots[0].shop.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE orders_party SET status = 'ended'")
    for table in ("orders_partyrule", "orders_partyruleversion"):
        with (
            pytest.raises(Exception, match="permission denied"),
            shop_scope(pots[0].shop.pk),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT 1 FROM {table}")


def test_what_a_rule_says_and_what_was_frozen_is_never_rewritten():
    pot = goods()
    part_in_force(pot.shop, bps=300)
    placed_order(skus={pot: 1})

    for statement in ("UPDATE orders_partypart SET amount = 1", "DELETE FROM orders_partypart",
                      "UPDATE orders_partyruleversion SET bps = 1", "DELETE FROM orders_partyagreement"):  # fmt: skip
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
