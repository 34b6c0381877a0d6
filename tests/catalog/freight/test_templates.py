"""A shop's freight templates: written in versions, made the default, named by products, kept while in use (O2)."""

import threading
from functools import partial

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import translation

from catalog.copying import copy_product
from catalog.freight.templates import (
    FreightInUse,
    WrongFreight,
    charge_flat_fee,
    make_default,
    remove_template,
    save_template,
    templates_of,
    terms_of,
    unmeasured,
    use_template,
    without_template,
)
from catalog.freight.words import conditions, shown_of
from catalog.models import FreightTemplate, Product
from catalog.offers import buyable_skus
from mall.audit.models import AuditRecord
from mall.money import Money
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku
from tests.factories.freight import template, zone
from tests.factories.kinds import code_sku
from tests.factories.merchants import shop

WHO = {"by": None, "now": NOON}


def named(row, *products):
    return use_template(products=products, template=row, shop=products[0].shop, **WHO)


@pytest.mark.django_db
def test_a_template_is_written_as_it_is_charged_by():  # O2
    place = shop()

    row = template(shop=place, zones=[zone(), zone("Xinjiang", "浙江省杭州市", first_fee=2500)], nowhere=["Hong Kong"])

    assert (row.version, row.is_default, row.nowhere) == (1, False, ["香港"])
    assert [part["regions"] for part in row.zones] == [[], ["新疆", "浙江 杭州"]]
    assert terms_of(row).zones[1].first_fee == 2500
    assert AuditRecord.objects.get(action="catalog.save_freight_template").subject == row.public_id


@pytest.mark.django_db
def test_a_change_is_a_new_version_and_the_same_again_is_none():  # O2
    row = template(shop=shop())
    facts = {"shop": row.shop, "template": row, "name": row.name, "measure": "weight", "nowhere": (), **WHO}

    changed = save_template(zones=[zone(first=1000)], **facts)
    again = save_template(zones=[zone(first=1000)], **facts)

    assert (changed.version, again.version, FreightTemplate.objects.count()) == (2, 2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "field", "number"),
    [
        ({"name": {"zh-hans": " "}}, "name", None),
        ({"name": {"zh-hans": "长" * 41}}, "name", None),
        ({"name": {"zh-hans": "有了"}}, "name", None),
        ({"zones": []}, "zones", None),
        ({"zones": [zone("新疆")]}, "zones", None),
        ({"zones": [zone(), zone()]}, "regions", 1),
        ({"zones": [zone(), zone("亚特兰蒂斯")]}, "regions", 1),
        ({"zones": [zone(), zone("新疆"), zone("Xinjiang")]}, "regions", 2),
        ({"zones": [zone(), zone("新疆")], "nowhere": ["新疆"]}, "nowhere", None),
        ({"zones": [zone(first=0)]}, "first", 0),
        ({"zones": [zone(further=0)]}, "further", 0),
        ({"zones": [zone(first_fee=-1)]}, "first_fee", 0),
        ({"zones": [zone(free_pieces=0)]}, "free_pieces", 0),
        ({"zones": [zone(), *(zone(f"浙江 {number}") for number in range(30))]}, "zones", None),
    ],
)
def test_what_cannot_be_charged_by_is_refused_at_its_field(given, field, number):  # O2
    place = shop()
    template(shop=place, name="有了", english="There")
    facts = {"name": {"zh-hans": "新的"}, "measure": "piece", "zones": [zone()], "nowhere": (), **WHO} | given

    with pytest.raises(WrongFreight) as refused:
        save_template(shop=place, **facts)

    assert (refused.value.details["field"], refused.value.details.get("zone")) == (field, number)
    assert FreightTemplate.objects.count() == 1


@pytest.mark.django_db
def test_a_product_is_charged_by_its_template_else_by_the_default_else_by_the_flat_fee():  # O2
    place = shop(shipping_fee="6.00")
    cup, pot, flask = (sku(shop=place), sku(shop=place), sku(shop=place))
    heavy = template(shop=place, name="大件", english="Bulky", measure="weight")

    def charged():
        offers = buyable_skus([cup.pk, pot.pk, flask.pk])
        return [str(offer.freight.name["en"]) if offer.freight else offer.shipping_fee for offer in offers]

    assert charged() == [Money(600)] * 3
    assert named(heavy, cup.product) == 1
    assert charged() == ["Bulky", Money(600), Money(600)]
    default = template(shop=place, default=True)
    template(shop=shop(), default=True)  # another shop's changes nothing
    assert charged() == ["Bulky", "Standard", "Standard"]
    assert [(str(row.name["en"]), row.named_by) for row in templates_of(place)] == [("Standard", 0), ("Bulky", 1)]
    assert without_template(place) == 2
    charge_flat_fee(template=default, **WHO)
    assert charged() == ["Bulky", Money(600), Money(600)]
    assert named(None, cup.product) == 1
    assert charged() == [Money(600)] * 3


@pytest.mark.django_db
def test_there_is_one_default():  # O2
    place = shop()
    first, second = template(shop=place, default=True), template(shop=place, name="二", english="Two")

    make_default(template=second, **WHO)

    assert list(FreightTemplate.objects.order_by("pk").values_list("is_default", flat=True)) == [False, True]
    with pytest.raises(IntegrityError), transaction.atomic():
        FreightTemplate.objects.filter(pk=first.pk).update(is_default=True)


@pytest.mark.django_db
def test_a_template_in_use_is_not_removed():  # O2
    place = shop()
    row, other = template(shop=place, default=True), template(shop=place, name="二", english="Two")
    goods = product(shop=place)
    named(other, goods)

    for one in (row, other):
        with pytest.raises(FreightInUse):
            remove_template(template=one, **WHO)
    named(None, goods)
    remove_template(template=other, **WHO)

    assert list(FreightTemplate.objects.all()) == [row]
    assert [str(left) for left in Product.objects.values_list("freight", flat=True)] == ["None"]


@pytest.mark.django_db
def test_a_shop_names_its_own_templates_only():  # R6
    goods, strange = product(), template(shop=shop())

    with pytest.raises(WrongFreight):
        use_template(products=[goods], template=strange, shop=goods.shop, **WHO)
    assert use_template(products=[goods], template=None, shop=strange.shop, **WHO) == 0


@pytest.mark.django_db
def test_a_copy_is_charged_as_its_original():
    goods = sku().product
    row = template(shop=goods.shop)
    named(row, goods)
    goods.refresh_from_db()

    assert copy_product(product=goods, by=shopper(), now=NOON).freight == row


@pytest.mark.django_db
def test_what_has_no_weight_is_counted_for_the_shop():  # O2
    place = shop()
    row = template(shop=place, measure="weight", default=True)
    sku(shop=place, weight_grams=500)
    sku(shop=place)
    code_sku(shop=place)

    assert (unmeasured(row), without_template(place)) == (1, 2)


def test_a_template_tells_its_zones_in_the_language_of_its_reader():  # O2
    terms = terms_of(
        FreightTemplate(
            public_id="frt_x",
            name={"en": "Bulky"},
            measure="volume",
            nowhere=["海南", "浙江 舟山"],
            zones=[
                vars_of(zone(first=100_000, further=50_000, free_over=200_000)),
                vars_of(zone("新疆", first=100_000, further=50_000, first_fee=9900, further_fee=4000)),
            ],
        )
    )

    with translation.override("en"):
        rows = conditions(terms, "CNY")
        shown = shown_of(terms, fee=Money(0), free_over=None, measures=[(0, 240_000)])
    with translation.override("zh-hans"):
        chinese = shown_of(terms, fee=Money(0), free_over=None)["nowhere"]

    assert [row["where"] for row in rows] == ["Xinjiang", "everywhere else"]
    assert rows[0]["rates"] == "¥99.00 for the first 0.1 m³, ¥40.00 for each further 0.05 m³"
    assert (rows[0]["free"], rows[1]["free"]) == ("", "free from ¥2,000.00")
    assert (shown["fee"], shown["is_from"], shown["nowhere"]) == (Money(1700), True, "Hainan, Zhejiang Zhoushan")
    assert chinese == "海南、浙江 舟山"


def vars_of(one) -> dict:
    names = ("regions", "first", "first_fee", "further", "further_fee", "free_over", "free_pieces")
    return {name: getattr(one, name) for name in names}


def at_once(*jobs) -> list:
    """What these answer, or the refusal, each in a thread with its own connection, begun together."""
    answers, gate = [None] * len(jobs), threading.Barrier(len(jobs))

    def work(place, job):
        gate.wait()
        try:
            answers[place] = job() or "done"
        except (FreightInUse, WrongFreight) as refusal:
            answers[place] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_who_names_a_template_and_who_removes_it_do_not_both_succeed(committed_db):  # O2
    for _round in range(5):
        goods = product()
        row = template(shop=goods.shop)

        named_it, removed = at_once(partial(named, row, goods), partial(remove_template, template=row, **WHO))

        goods.refresh_from_db()
        assert (named_it, removed) in {(1, "freight-in-use"), ("wrong-freight", "done")}
        assert (goods.freight_id is None) == (removed == "done")


def test_without_the_verbs_the_database_keeps_a_named_template(committed_db):
    goods = product()
    row = template(shop=goods.shop)
    named(row, goods)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_freighttemplate WHERE id = %s", [row.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
