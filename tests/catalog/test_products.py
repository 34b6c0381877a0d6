"""C2 and C3: products are written by shops, screened, reviewed, sold, and taken off."""

import pytest
from django.utils.translation import override

from catalog import products
from catalog.models import Product, Sku, Stock
from catalog.options import WrongOptions, keep_ids
from catalog.product_words import ForbiddenWords
from catalog.products import IncompleteProduct, save_product, submit_product
from catalog.skus import DuplicateCode, SkuDraft, WrongPrice
from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.money import Money
from risk.models import BannedWord
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

COLOUR = {
    "id": "o1",
    "name": {"zh-hans": "颜色", "en": "Colour"},
    "values": [
        {"id": "v1", "name": {"zh-hans": "红", "en": "Red"}},
        {"id": "v2", "name": {"zh-hans": "蓝", "en": "Blue"}},
    ],
}


def written(shelf=None, **fields):
    fields = {
        "category": fields.pop("category", None) or category(),
        "title": {"zh-hans": "青瓷盖碗", "en": "Celadon gaiwan"},
        "options": [COLOUR],
        **fields,
    }
    drafts = [SkuDraft(choice=(value["id"],), price=Money(1000)) for value in COLOUR["values"]]
    return save_product(shop=shelf or shop(), fields=fields, skus=drafts, by=shopper(), now=NOON)


def test_a_new_product_is_a_draft_with_skus_stock_and_words():
    row = written()

    assert (row.status, row.price_from, row.price_to) == ("draft", Money(1000), Money(1000))
    assert list(row.skus.order_by("pk").values_list("choice", "is_active")) == [(["v1"], True), (["v2"], True)]
    assert Stock.objects.filter(sku__product=row, on_hand=0).count() == 2
    assert row.search.words
    assert AuditRecord.objects.filter(action="catalog.save_product", subject=row.public_id).exists()
    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["ProductChanged"]


def test_the_prices_of_a_product_are_those_of_what_is_offered():
    row = written()
    drafts = [
        SkuDraft(choice=("v1",), price=Money(900)),
        SkuDraft(choice=("v2",), price=Money(1100), is_active=False),
    ]

    row = save_product(shop=row.shop, product=row, fields={}, skus=drafts, by=shopper(), now=NOON)

    assert (row.price_from, row.price_to) == (Money(900), Money(900))


def test_skus_keep_their_ids_and_what_left_the_matrix_is_kept_but_not_offered():
    row = written()
    red, blue = row.skus.order_by("pk")
    options = keep_ids(
        [{"name": {"zh-hans": "颜色"}, "values": [{"name": {"zh-hans": "红"}}, {"name": {"zh-hans": "绿"}}]}],
        row.options,
    )
    green = options[0]["values"][1]["id"]
    drafts = [SkuDraft(choice=(value,), price=Money(1000)) for value in ("v1", green)]

    save_product(shop=row.shop, product=row, fields={"options": options}, skus=drafts, by=shopper(), now=NOON)

    assert green not in {"v1", "v2"}
    assert [(sku.pk == red.pk, sku.pk == blue.pk, sku.is_active) for sku in row.skus.order_by("pk")] == [
        (True, False, True),
        (False, True, False),
        (False, False, True),
    ]


def test_two_skus_may_swap_their_codes():
    row = written()

    def save(first, second):
        drafts = [
            SkuDraft(choice=("v1",), price=Money(1000), code=first),
            SkuDraft(choice=("v2",), price=Money(1000), code=second),
        ]
        save_product(shop=row.shop, product=row, fields={}, skus=drafts, by=shopper(), now=NOON)
        return list(row.skus.order_by("pk").values_list("code", flat=True))

    assert (save("A", "B"), save("B", "A")) == (["A", "B"], ["B", "A"])


@pytest.mark.parametrize(
    ("drafts", "refusal"),
    [
        ([SkuDraft(choice=("v9",), price=Money(1000))], WrongOptions),
        ([SkuDraft(choice=("v1",), price=Money(1000))] * 2, WrongOptions),
        ([SkuDraft(choice=("v1",), price=Money(0))], WrongPrice),
        ([SkuDraft(choice=("v1",), price=Money(10), list_price=Money(10))], WrongPrice),
        ([SkuDraft(choice=("v1",), price=Money(10), code="TAKEN")], DuplicateCode),
        ([SkuDraft(choice=(v,), price=Money(10), code="SAME") for v in ("v1", "v2")], DuplicateCode),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(drafts, refusal):
    row = written()
    sku(product=product(shop=row.shop), code="TAKEN")

    with pytest.raises(refusal):
        save_product(shop=row.shop, product=row, fields={"title": {"zh-hans": "别"}}, skus=drafts, by=None, now=NOON)

    row.refresh_from_db()
    assert (row.title["zh-hans"], Sku.objects.filter(product=row, is_active=True).count()) == ("青瓷盖碗", 2)


def test_a_product_needs_a_chinese_title():
    with pytest.raises(IncompleteProduct):
        written(title={"en": "Gaiwan"})


def test_words_that_goods_must_not_carry_are_refused():
    with override("en"), pytest.raises(ForbiddenWords) as refused:
        written(subtitle={"zh-hans": "包 治 百 病"})

    assert refused.value.details["words"] == ["包治百病"]
    [found] = refused.value.details["findings"]
    assert (found["place"], found["how"]) == ("subtitle (Simplified Chinese)", "disguised")
    assert found["found"] == "包 治 百 病"
    assert not Product.objects.exists()


def test_descriptions_are_cleaned():
    text = (
        '<p onclick="x()">好<script>alert(1)</script><img src="https://elsewhere.example/a.png" alt="a">'
        '<img src="/media/products/a.webp"><a href="javascript:x()">b</a></p>'
    )

    row = written(description={"zh-hans": text})

    cleaned = row.description["zh-hans"]
    assert '<img src="/media/products/a.webp">' in cleaned
    assert not any(bad in cleaned for bad in ("script", "onclick", "elsewhere"))


# Status


def test_a_harmless_product_is_on_sale_at_once():
    row = submit_product(product=written(), by=shopper(), now=NOON)

    assert (row.status, row.on_sale_at) == ("on_sale", NOON)


def test_a_category_with_experts_sends_it_to_review():
    row = submit_product(product=written(category=category(needs_review=True)), by=shopper(), now=NOON)

    assert (row.status, row.on_sale_at) == ("in_review", None)


def test_a_suspicious_word_sends_it_to_review():
    BannedWord.objects.create(word="百年窖藏", severity="review", why="Who counted?")

    row = submit_product(product=written(title={"zh-hans": "百年窖藏茶"}), by=shopper(), now=NOON)

    assert row.status == "in_review"


def test_a_product_with_nothing_offered_cannot_be_submitted():
    row = save_product(
        shop=shop(), fields={"category": category(), "title": {"zh-hans": "空"}}, skus=[], by=None, now=NOON
    )

    with pytest.raises(IncompleteProduct):
        submit_product(product=row, by=shopper(), now=NOON)


def on_sale(**fields):
    row = submit_product(product=written(**fields), by=shopper(), now=NOON)
    if row.status == "in_review":
        row = products.approve_product(product=row, by=staff(), now=NOON)
    return row


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({"title": {"zh-hans": "白瓷盖碗", "en": "White gaiwan"}}, True),
        ({"description": {"zh-hans": "新"}}, True),
        ({}, False),
    ],
)
@pytest.mark.parametrize("status", ["on_sale", "off_sale"])
def test_changed_words_wait_for_a_person_and_changed_prices_do_not(change, waits, status):
    row = on_sale(category=category(needs_review=True))
    Product.objects.filter(pk=row.pk).update(status=status)
    drafts = [SkuDraft(choice=(value,), price=Money(2000)) for value in ("v1", "v2")]

    row = save_product(shop=row.shop, product=row, fields=change, skus=drafts, by=shopper(), now=NOON)

    assert (row.status, row.price_from, row.title["en"]) == (status, Money(2000), "Celadon gaiwan")
    assert row.changes.filter(status="pending").exists() == waits


def test_a_value_that_is_new_is_never_called_like_one_that_was_sold():
    row = written()

    options = keep_ids(
        [{"name": {"zh-hans": "颜色"}, "values": [{"name": {"zh-hans": "红"}}, {"name": {"zh-hans": "绿"}}]}],
        [{**COLOUR, "values": COLOUR["values"][:1]}],
        also=row.options,
        taken={"v1", "v2", "v3"},
    )

    assert [value["id"] for value in options[0]["values"]] == ["v1", "v4"]


def test_a_refused_product_comes_back_through_a_reviewer():
    row = submit_product(product=written(category=category(needs_review=True)), by=shopper(), now=NOON)
    row = products.refuse_product(product=row, note="照片模糊", by=staff(), now=NOON)
    Product.objects.filter(pk=row.pk).update(category=category())

    row = submit_product(product=row, by=shopper(), now=NOON)

    assert (row.status, row.review_note) == ("in_review", "")


VERBS = {
    "submit": lambda row: products.submit_product(product=row, by=None, now=NOON),
    "approve": lambda row: products.approve_product(product=row, by=None, now=NOON),
    "refuse": lambda row: products.refuse_product(product=row, note="why", by=None, now=NOON),
    "take_down": lambda row: products.take_down_product(product=row, note="why", by=None, now=NOON),
    "put_on_sale": lambda row: products.put_on_sale(product=row, by=None, now=NOON),
    "take_off_sale": lambda row: products.take_off_sale(product=row, by=None, now=NOON),
}
MOVES = {
    ("draft", "submit"): "on_sale",
    ("refused", "submit"): "in_review",
    ("taken_down", "submit"): "in_review",
    ("off_sale", "submit"): "on_sale",
    ("in_review", "approve"): "on_sale",
    ("in_review", "refuse"): "refused",
    ("on_sale", "take_down"): "taken_down",
    ("off_sale", "take_down"): "taken_down",
    ("off_sale", "put_on_sale"): "on_sale",
    ("on_sale", "take_off_sale"): "off_sale",
    ("withheld", "take_off_sale"): "off_sale",
    ("withheld", "take_down"): "taken_down",
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", Product.Status.values)
def test_every_status_against_every_verb(status, verb):
    row = sku(product=product(status=status)).product

    if (status, verb) in MOVES:
        assert VERBS[verb](row).status == MOVES[status, verb]
    else:
        with pytest.raises(WrongStatus):
            VERBS[verb](row)
        row.refresh_from_db()
        assert row.status == status
