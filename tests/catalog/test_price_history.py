"""2.24 and K5: what goods cost is kept when it ends, and says what a reduction may be held against."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.translation import override

from catalog import reviewing
from catalog.bulk_edit import change_skus
from catalog.copying import copy_product
from catalog.models import FormerPrice, Product, ProductChange
from catalog.prices import PriceLocked, lock_prices, lowest_price, raised, unlock_prices
from catalog.products import save_product
from catalog.skus import draft_of
from mall.money import Money
from mall.texts import Text
from marketing.backoffice.forms import PromotionForm
from marketing.models import Promotion
from marketing.promotions import CannotStart, start_promotion
from marketing.rules import RuleMakesNoSense
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import draft, flash_sale
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NAME = Text({"zh-hans": "六一八", "en": "618"})


def costs(ware, price: str, *, at=NOON):
    """The shop saves it with this price."""
    product = Product.objects.get(pk=ware.product_id)
    drafts = [draft_of(row, **({"price": Money.parse(price)} if row.pk == ware.pk else {})) for row in
              product.skus.order_by("pk")]  # fmt: skip
    save_product(shop=product.shop, product=product, fields={}, skus=drafts, by=shopper(), now=at)
    ware.refresh_from_db()
    return ware


def history(ware) -> list[tuple[Money, object]]:
    return [(row.price, row.until_at) for row in FormerPrice.objects.filter(sku=ware).order_by("until_at", "pk")]


def lowest(ware, **how) -> Money:
    return lowest_price([ware.pk], **{"before": NOON, **how})[ware.pk]


def test_a_price_is_kept_when_it_ends_and_once():
    tea = sku(price="10.00")

    costs(tea, "12.00", at=NOON - 3 * DAY)
    costs(tea, "12.00", at=NOON - 2 * DAY)
    costs(tea, "11.00", at=NOON - DAY)

    assert history(tea) == [(Money.parse("10.00"), NOON - 3 * DAY), (Money.parse("12.00"), NOON - DAY)]


def test_the_table_and_an_approved_change_keep_it_too_and_a_copy_begins_anew():
    tea = sku(price="10.00")
    product = tea.product
    edit = {tea.public_id: {"price": Money.parse("11.00")}}
    change_skus(product=product, seen_at=product.changed_at, edits=edit, by=shopper(), now=NOON - 2 * DAY)
    costs(tea, "60.00", at=NOON - DAY)  # so far that a person looks
    change = ProductChange.objects.get(product=product)
    expert = staff()
    reviewing.claim_change(change=change, by=expert, now=NOON)
    reviewing.approve_change(change=change, by=expert, now=NOON)

    copy = copy_product(product=product, by=shopper(), now=NOON)

    assert history(tea) == [(Money.parse("10.00"), NOON - 2 * DAY), (Money.parse("11.00"), NOON)]
    assert [history(row) for row in copy.skus.all()] == [[]]


def test_what_was_never_approved_has_no_former_price():
    tea = sku(price="10.00")
    Product.objects.update(status="draft")

    costs(tea, "1.00")

    assert history(tea) == []


def test_the_lowest_price_is_of_the_days_that_were_asked_for_and_one_statement(django_assert_num_queries):
    tea, calm = sku(price="10.00"), sku(price="7.00")
    for price, days in [("8.00", 45), ("9.00", 40), ("12.00", 20), ("11.00", 5)]:
        costs(tea, price, at=NOON - days * DAY)

    with django_assert_num_queries(1):
        found = lowest_price([tea.pk, calm.pk], before=NOON)

    assert found == {tea.pk: Money.parse("9.00"), calm.pk: Money.parse("7.00")}
    assert lowest(tea, days=7) == Money.parse("11.00")
    assert lowest(tea, days=50) == Money.parse("8.00")
    assert lowest(tea, before=NOON - 39 * DAY, days=2) == Money.parse("8.00")
    assert lowest(tea, before=NOON - 44 * DAY, days=2) == Money.parse("8.00")


def test_a_raise_is_seen_as_long_as_it_lies_within_the_days():
    tea, cheaper = sku(price="10.00"), sku(price="10.00")
    costs(tea, "12.00", at=NOON - 10 * DAY)
    costs(cheaper, "9.00", at=NOON - 5 * DAY)

    skus = [tea.pk, cheaper.pk]
    assert raised(skus, days=14, before=NOON) == {tea.pk}
    assert raised(skus, days=7, before=NOON) == set()


@pytest.mark.parametrize("change", ["UPDATE catalog_formerprice SET price = 1", "DELETE FROM catalog_formerprice"])
def test_history_is_not_rewritten(change):
    costs(sku(price="10.00"), "12.00")

    with pytest.raises(DatabaseError, match=r"written once|permission denied"), transaction.atomic():
        connection.cursor().execute(change)


def test_a_flash_price_is_at_most_the_lowest_of_thirty_days(in_english):  # 2.24: no raise before a cut
    tea = sku(price="50.00", stock=10)
    costs(tea, "80.00", at=NOON - 29 * DAY)

    with pytest.raises(RuleMakesNoSense, match=r"cost ¥50.00 within the last 30 days") as refused:
        flash_sale({tea: ("60.00", 3)}, is_started=False)

    assert (refused.value.details["field"], refused.value.details["sku"]) == ("prices", tea.pk)
    assert flash_sale({tea: ("50.00", 3)}, is_started=False).pk
    later = {"starts_at": NOON + 2 * DAY, "ends_at": NOON + 2 * DAY + HOUR}
    assert flash_sale({tea: ("60.00", 3)}, is_started=False, **later).pk  # by then it has cost 80 for thirty days


def test_a_price_that_falls_before_the_start_is_seen_at_the_start(in_english):
    tea = sku(price="50.00", stock=10)
    sale = flash_sale({tea: ("45.00", 3)}, is_started=False)
    costs(tea, "40.00", at=NOON - HOUR)
    costs(tea, "50.00", at=NOON - HOUR / 2)

    with pytest.raises(CannotStart, match=r"cost ¥40.00"):
        start_promotion(promotion=sale, by=staff(), now=NOON)

    assert Promotion.objects.get(pk=sale.pk).status == "draft"


def test_a_locked_price_stays_whoever_changes_it_until_its_moment(in_english):  # K5
    tea = sku(price="10.00")
    product = tea.product
    lock_prices(shop=product.shop, sku_ids=[tea.pk], document="cmp_1", name=NAME, until_at=NOON + DAY)
    edit = {tea.public_id: {"price": Money.parse("11.00")}}

    with pytest.raises(PriceLocked, match="is in “618”: its price stays"):
        costs(tea, "11.00")
    with pytest.raises(PriceLocked):
        costs(tea, "90.00")  # nor does it wait for a reviewer
    with pytest.raises(PriceLocked):
        change_skus(product=product, seen_at=product.changed_at, edits=edit, by=shopper(), now=NOON)
    costs(tea, "10.00")  # all else may be changed

    assert (history(tea), ProductChange.objects.count()) == ([], 0)
    assert costs(tea, "11.00", at=NOON + DAY).price == Money.parse("11.00")


def test_a_lock_is_given_up_by_its_document_and_another_one_holds_on():
    tea = sku(price="10.00")
    for document in ("cmp_1", "cmp_1", "cmp_2"):
        lock_prices(shop=tea.shop, sku_ids=[tea.pk], document=document, name=NAME, until_at=NOON + DAY)

    assert unlock_prices(document="cmp_1") == 1
    with pytest.raises(PriceLocked):
        costs(tea, "11.00")
    assert unlock_prices(document="cmp_2", sku_ids=[tea.pk]) == 1
    assert costs(tea, "11.00").price == Money.parse("11.00")


def test_a_change_that_waited_is_not_approved_over_a_locked_price(in_english):
    tea = sku(price="10.00")
    costs(tea, "90.00")
    change, expert = ProductChange.objects.get(product=tea.product), staff()
    reviewing.claim_change(change=change, by=expert, now=NOON)
    lock_prices(shop=tea.shop, sku_ids=[tea.pk], document="cmp_1", name=NAME, until_at=NOON + DAY)

    with pytest.raises(PriceLocked):
        reviewing.approve_change(change=change, by=expert, now=NOON)

    tea.refresh_from_db()
    assert tea.price == Money.parse("10.00")


def test_the_template_and_the_form_tell_the_lowest_price():
    mine = shop()
    tea = sku(price="50.00", stock=10, shop=mine)
    costs(tea, "80.00", at=NOON - 3 * DAY)

    with override("en"):
        form = PromotionForm(shop=mine, kind="flash_sale", now=NOON)

        assert form["sku_1"].value() == tea.public_id
        assert form.fields["price_1"].help_text == "Lowest price of the last 30 days: ¥50.00"
        assert form["price_1"].value() == "40.00"
        assert draft("flash_sale", shop=mine, rule={"prices": [[tea.pk, 4_000, 1]], "most": 1}).pk
