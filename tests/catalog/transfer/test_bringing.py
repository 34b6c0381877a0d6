"""Files of goods on their way in: checked first, whole or not at all, and a second time without a trace."""

import csv
import io

import pytest
from django.db import connection
from django.utils import translation

from catalog import products, skus
from catalog.models import ImportedPicture, Product, ProductImport, Sku, StockMovement
from catalog.stock import reserve
from catalog.stock_check import verify_stock
from catalog.transfer.asking import TooManyImports, discard_import, start_import
from catalog.transfer.bringing import bring_in, check_import, continue_imports, forget_imports
from catalog.transfer.keeping import storage
from mall.audit.models import AuditRecord
from mall.flow import WrongStatus
from mall.money import Money
from tests.catalog.transfer.bringing import (
    brought_in,
    checked,
    counts,
    errors_of,
    handed_in,
    said,
    shelf_of,
    use_private_folder,
)
from tests.catalog.transfer.files import BEFORE, NOW, csv_file, cup, tee, xlsx_file
from tests.conftest import NOON
from tests.factories.catalog import brand, category, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    use_private_folder(settings, tmp_path)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def place():
    category(slug="teaware")
    brand(slug="jingdezhen")
    return shop()


def test_a_file_of_shopify_comes_in_whole(place):  # C8
    job = brought_in(place, csv_file([*tee(), cup()]))

    assert (job.status, counts(job), job.rows_done) == ("done", (2, 0, 0, 0), 10)
    shelf = shelf_of(place)
    shirt = shelf["slow-morning-tee"]
    assert shirt["title"] == {"zh-hans": "Slow Morning Tee", "en": "Slow Morning Tee"}
    assert (shirt["category"], shirt["brand"], shirt["status"]) == ("teaware", "jingdezhen", "draft")
    assert "<strong>" in shirt["description"]["en"] and "<meta" not in shirt["description"]["en"]
    assert [name["en"] for name, _values in shirt["options"]] == ["Color", "Size", "Fit"]
    assert [row["value"]["en"] for row in shirt["attributes"]] == ["T-Shirts", "cotton, slow, new"]
    assert len(shirt["skus"]) == 8
    assert shirt["skus"][0] == (
        ["Ink", "M", "Long"], "SLOW-MORNING-TEE-8", 12900, 15900, 180, "4006381333908", True, 8
    )  # fmt: skip
    assert shelf["celadon-cup"]["skus"] == [([], "C-celadon-cup", 6850, None, 210, "", True, 12)]
    assert not verify_stock()["faults"]


def test_the_newer_names_of_the_columns_mean_the_same(place):
    renamed = {
        "Handle": "URL handle", "Body (HTML)": "Description", "Product Category": "Product category",
        "Published": "Published on online store", "Variant SKU": "SKU", "Variant Barcode": "Barcode",
        "Variant Price": "Price", "Variant Compare At Price": "Compare-at price", "Image Src": "Product image URL",
        "Variant Inventory Qty": "Inventory quantity", "Variant Grams": "Weight value (grams)",
        "Image Position": "Image position", "Image Alt Text": "Image alt text", "Variant Image": "Variant image URL",
        "Gift Card": "Gift card",
        **{f"Option{n} {part.title()}": f"Option{n} {part}" for n in (1, 2, 3) for part in ("name", "value")},
    }  # fmt: skip
    old = tee()
    new = [{renamed.get(name, name): value for name, value in row.items()} for row in old]
    elsewhere = shop()

    brought_in(place, csv_file(old))
    brought_in(elsewhere, csv_file([{k: v for k, v in row.items() if k in NOW} for row in new], NOW))

    assert shelf_of(place) == shelf_of(elsewhere) != {}


def test_the_same_file_again_changes_nothing(place):
    content = csv_file([*tee(), cup()])
    brought_in(place, content)
    before = shelf_of(place), Product.objects.count(), StockMovement.objects.count(), ImportedPicture.objects.count()
    records = AuditRecord.objects.exclude(action__endswith="_import").count()

    job = brought_in(place, content)

    assert counts(job) == (0, 0, 2, 0)
    assert before == (
        shelf_of(place), Product.objects.count(), StockMovement.objects.count(), ImportedPicture.objects.count()
    )  # fmt: skip
    assert AuditRecord.objects.exclude(action__endswith="_import").count() == records


def test_a_check_writes_nothing_and_shows_what_would_be(place):
    brought_in(place, csv_file([cup()]))
    before, actions = shelf_of(place), AuditRecord.objects.count()

    job = checked(place, csv_file([cup(**{"Variant Price": "70", "Title": "Cup"}), *tee(), cup("other", Title="")]))

    assert shelf_of(place) == before
    assert AuditRecord.objects.count() == actions + 1  # it was asked for
    assert (job.status, counts(job)) == ("checked", (1, 1, 0, 1))
    assert [(row["outcome"], row["handle"]) for row in job.preview] == [
        ("updated", "celadon-cup"), ("created", "slow-morning-tee"), ("failed", "other"),
    ]  # fmt: skip
    assert job.preview[0]["changes"] == [["Title", "Celadon Cup", "Cup"], ["Variant Price", "¥68.50", "¥70.00"]]
    assert "SEO Title" in job.layout["passed_over"] and "Variant Taxable" in job.layout["passed_over"]


def test_a_product_with_one_bad_row_stays_out_whole_and_the_others_come(place):
    bad = tee()
    bad[3]["Variant Price"] = "12.345"
    bad[5]["Option2 Value"] = ""

    job = brought_in(place, csv_file([*bad, cup()]))

    assert counts(job) == (1, 0, 0, 1)
    assert list(shelf_of(place)) == ["celadon-cup"]
    assert said(job) == [
        (5, "Variant Price", "“12.345” has more than two decimals: there is nothing smaller than a fen."),
        (7, "Option2 Value", "The combination needs this value."),
    ]
    table = list(csv.reader(io.StringIO(errors_of(job), newline="")))
    assert table[0][:5] == ["Row", "Column", "Error", "Handle", "Title"]
    assert [row[0] for row in table[1:]] == [str(number) for number in range(2, 11)]
    assert table[4][1:4] == ["Variant Price", said(job)[0][2], "slow-morning-tee"]
    assert table[1][1:3] == ["", ""]


def test_a_corrected_file_of_errors_comes_in(place):
    job = brought_in(place, csv_file([cup(**{"Variant Price": "free"})]))
    corrected = errors_of(job).replace("free", "12.30").encode()

    again = brought_in(place, corrected)

    assert counts(again) == (1, 0, 0, 0)
    assert Sku.objects.get().price == Money(1230)


@pytest.mark.parametrize(
    ("told", "column", "reason"),
    [
        ({"Variant Price": ""}, "Variant Price", "The price is missing."),
        ({"Variant Price": "0"}, "Variant Price", "Enter a price above zero."),
        ({"Variant Price": "12,30"}, "Variant Price", "“12,30” is no amount in yuan such as 12.30."),
        ({"Variant Price": "$5"}, "Variant Price", "“$5” is no amount in yuan such as 12.30."),
        ({"Variant Price": "-5"}, "Variant Price", "“-5” is no amount in yuan such as 12.30."),
        ({"Variant Price": "99999999999"}, "Variant Price", "The amount is too large."),
        ({"Variant Compare At Price": "5"}, "Variant Compare At Price", "The crossed-out price must"),
        ({"Variant Grams": "heavy"}, "Variant Grams", "“heavy” is no number."),
        ({"Variant Grams": "-1"}, "Variant Grams", "The weight is between 0 and 1000000 grams."),
        ({"Variant Inventory Qty": "1.5"}, "Variant Inventory Qty", "The stock is a whole number up to 1000000."),
        ({"Variant SKU": "x" * 61}, "Variant SKU", "At most 60 characters."),
        ({"Variant Barcode": "4.00638E+12"}, "Variant Barcode", "“4.00638E+12” is a number that a spreadsheet"),
        ({"Title": ""}, "Title", "The first row of a product needs its title."),
        ({"Title": "x" * 121}, "Title", "At most 120 characters."),
        ({"Status": "live"}, "Status", "The status is active, draft or archived."),
        ({"Published": "maybe"}, "Published", "Write TRUE or FALSE."),
        ({"Gift Card": "TRUE", "Variant Price": "1000.01"}, "Variant Price", "A gift card is worth between ¥1.00 and"),
        ({"Type": "Spaceships"}, "Type", "The mall has no category “Spaceships”, and none was"),
        ({"Type": ""}, "Product Category", "It names no category, and none was chosen for such goods."),
        ({"Image Src": "cup.jpg"}, "Image Src", "“cup.jpg” is neither an address on the web nor"),
        ({"Image Src": "file:///etc/passwd"}, "Image Src", "“file:///etc/passwd” is neither an address on the web nor"),
        ({"Image Src": "https://a.example/1.jpg", "Image Position": "first"}, "Image Position", "The position is"),
        ({"Handle": "x" * 256}, "Handle", "At most 255 characters."),
        ({"Body (HTML)": "x" * 20_001}, "Body (HTML)", "The description is longer than 20000 characters."),
    ],
)  # fmt: skip
def test_a_bad_cell_is_told_by_row_and_column(place, told, column, reason):
    job = checked(place, csv_file([cup("fine"), cup("bad", **told)]))

    ((row, where, why),) = said(job)
    assert (row, where, why[: len(reason)]) == (3, column, reason)
    assert counts(job) == (1, 0, 0, 1)


def test_reasons_are_in_the_language_of_who_asked(place):
    with translation.override("zh-hans"):
        job = handed_in(place, csv_file([cup(Title="")]))
    check_import(import_id=job.public_id, now=NOON)

    assert said(job)[0][2] == "商品的第一行需要标题。"


def test_goods_of_no_known_category_go_where_the_person_said(place):
    other = category(slug="other", name="其他", english="Other")

    brought_in(place, csv_file([cup(Type="Spaceships")]), category=other)

    shelf = shelf_of(place)["celadon-cup"]
    assert shelf["category"] == "other"
    assert shelf["attributes"] == [
        {"name": {"zh-hans": "类型", "en": "Type"}, "value": {"zh-hans": "Spaceships", "en": "Spaceships"}}
    ]


def test_rows_of_a_product_that_stand_apart_keep_it_out(place):
    rows = tee()

    job = brought_in(place, csv_file([*rows[:4], cup(), *rows[4:]]))

    assert list(shelf_of(place)) == ["celadon-cup"]
    assert counts(job) == (1, 0, 0, 2)
    reason = "Rows of this handle stand in several places. Keep all rows of a product together."
    assert (2, "Handle", reason) in said(job) and (7, "Handle", reason) in said(job)


def test_a_code_is_one_skus_alone_in_the_file_and_in_the_shop(place):
    sku(shop=place, code="TAKEN")
    rows = [cup("a", **{"Variant SKU": "SAME"}), cup("b", **{"Variant SKU": "SAME"}), *tee("c")]
    rows[3]["Variant SKU"] = "TAKEN"
    Product.objects.update(handle="mine")

    job = brought_in(place, csv_file(rows))

    assert [row[:2] for row in said(job)] == [(3, "Variant SKU"), (4, "Variant SKU")]
    assert counts(job) == (1, 0, 0, 2)


def test_a_product_made_by_hand_is_found_by_its_codes(place):
    mine = sku(shop=place, code="C-celadon-cup", price="60.00")

    job = brought_in(place, csv_file([cup()]))

    assert counts(job) == (0, 1, 0, 0)
    mine.refresh_from_db()
    mine.product.refresh_from_db()
    assert (mine.price, mine.product.handle) == (Money(6850), "celadon-cup")


def test_a_file_without_some_columns_leaves_what_they_tell_of(place):
    brought_in(place, csv_file(tee()))
    before = shelf_of(place)["slow-morning-tee"]
    rows = [
        {"Handle": "slow-morning-tee", "Title": "Slow Morning Tee", "Variant SKU": "SLOW-MORNING-TEE-2", "Price": "99"}
    ]

    job = brought_in(place, csv_file(rows, ["Handle", "Title", "Variant SKU", "Price"]))

    assert counts(job) == (0, 1, 0, 0)
    after = shelf_of(place)["slow-morning-tee"]
    changed = [row for row in after["skus"] if row not in before["skus"]]
    assert [(row[1], row[2]) for row in changed] == [("SLOW-MORNING-TEE-2", 9900)]
    assert {**after, "skus": 0} == {**before, "skus": 0}


def test_combinations_that_the_file_no_longer_names_are_not_offered(place):
    brought_in(place, csv_file(tee()))

    job = brought_in(place, csv_file([row for row in tee() if row.get("Option3 Value") != "Long"]))

    assert counts(job) == (0, 1, 0, 0)
    skus = Sku.objects.filter(product__handle="slow-morning-tee")
    assert (skus.filter(is_active=True).count(), skus.count()) == (4, 8)


def test_translations_that_the_shop_wrote_stay(place):
    brought_in(place, csv_file(tee()))
    mine = Product.objects.get()
    colour, *others = mine.options
    colour["name"]["zh-hans"], colour["values"][0]["name"]["zh-hans"] = "颜色", "沙色"
    mine.title["zh-hans"] = "慢晨短袖"
    mine.options = [colour, *others]
    mine.save()

    brought_in(place, csv_file(tee(Title="Slower Morning Tee")))

    mine.refresh_from_db()
    assert dict(mine.title) == {"zh-hans": "慢晨短袖", "en": "Slower Morning Tee"}
    assert mine.options[0]["values"][0]["name"] == {"zh-hans": "沙色", "en": "Sand"}
    assert Sku.objects.count() == 8


def test_stock_is_counted_for_new_skus_only_unless_the_file_is_a_count(place):
    brought_in(place, csv_file([cup()]))
    mine = Sku.objects.get()
    reserve(document="ord_x", quantities={mine.pk: 5}, now=NOON)

    unchanged = brought_in(place, csv_file([cup(**{"Variant Inventory Qty": "9"})]))
    counted = brought_in(place, csv_file([cup(**{"Variant Inventory Qty": "9"})]), stock_rule="all")
    short = brought_in(place, csv_file([cup(**{"Variant Inventory Qty": "3"})]), stock_rule="all")

    assert (counts(unchanged), counts(counted), counts(short)) == ((0, 0, 1, 0), (0, 1, 0, 0), (0, 0, 0, 1))
    assert said(short)[0][2] == "5 pieces are reserved by orders: the count cannot be lower."
    assert [movement.quantity for movement in StockMovement.objects.order_by("pk")] == [12, -3]
    assert not verify_stock()["faults"]


def test_active_goods_are_submitted_if_the_person_says_so(place):
    category(slug="watched", name="受检", english="Watched", needs_review=True)
    rows = [cup("a", Status="active"), cup("b"), cup("c", Status="active", Type="Watched")]

    brought_in(place, csv_file(rows), follows_status=True)
    taken_off = brought_in(place, csv_file([cup("a", Status="archived")]), follows_status=True)
    on_again = brought_in(place, csv_file([cup("a", Status="active"), cup("b", Status="active")]), follows_status=True)

    assert (counts(taken_off), counts(on_again)) == ((0, 1, 0, 0), (0, 2, 0, 0))
    assert {handle: row["status"] for handle, row in shelf_of(place).items()} == {
        "a": "on_sale", "b": "on_sale", "c": "in_review",
    }  # fmt: skip
    told = AuditRecord.objects.filter(subject=Product.objects.get(handle="c").public_id).order_by("pk")
    assert [row.action for row in told] == ["catalog.save_product", "catalog.submit_product"]


def test_goods_written_in_bulk_are_what_the_verb_for_one_writes(place):
    brought_in(place, csv_file([*tee(), cup()]))
    elsewhere = shop()
    for one in Product.objects.owned_by(place):
        drafts = [
            skus.SkuDraft(
                choice=tuple(sku.choice),
                price=sku.price,
                list_price=sku.list_price,
                code=sku.code,
                weight_grams=sku.weight_grams,
                barcode=sku.barcode,
            )
            for sku in one.skus.order_by("pk")
        ]
        fields = {name: getattr(one, name) for name in products.WRITABLE}
        products.save_product(shop=elsewhere, fields=fields, skus=drafts, by=None, now=NOON)

    def rows(sql, owner):
        with connection.cursor() as cursor:
            cursor.execute(sql, [owner.pk])
            return sorted(map(str, cursor.fetchall()))

    for sql in (
        "SELECT to_jsonb(p) - '{id,public_id,shop_id}'::text[] FROM catalog_product p WHERE shop_id = %s",
        "SELECT to_jsonb(k) - '{id,public_id,shop_id,product_id}'::text[] FROM catalog_sku k WHERE shop_id = %s",
        "SELECT array(SELECT lexeme FROM unnest(words) WHERE lexeme !~ '^(@s|#)' ORDER BY lexeme)"
        " FROM catalog_productsearch WHERE shop_id = %s",
        "SELECT s.sold_count FROM catalog_productstats s JOIN catalog_product p ON p.id = s.product_id"
        " WHERE shop_id = %s",
        "SELECT count(*) FROM catalog_stock WHERE shop_id = %s",
    ):
        assert rows(sql, place) == rows(sql, elsewhere) != []


def test_words_that_goods_must_not_carry_keep_a_product_out(place):
    from risk.models import BannedWord

    BannedWord.objects.update_or_create(
        word="miracle", defaults={"severity": "block", "why": "Goods must not claim to treat or prevent illness."}
    )

    job = brought_in(place, csv_file([cup(Title="A miracle cup"), cup("fine")]))

    assert (list(shelf_of(place)), said(job)) == (["fine"], [(2, "", "These words are not allowed: miracle.")])


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","), ("utf-8-sig", ","), ("utf-8-sig", ";"), ("utf-8", "\t"), ("gbk", ","), ("gb18030", ";"),
        ("utf-16", "\t"), ("utf-16-le", ","), ("utf-16-be", ","),
    ],
)  # fmt: skip
def test_chinese_is_read_in_every_encoding_that_people_have(place, encoding, delimiter):
    rows = [cup(Title="青瓷杯，\r\n手作", **{"Body (HTML)": "<p>一器一味</p>"})]

    job = brought_in(place, csv_file(rows, delimiter=delimiter, encoding=encoding), words_language="zh-hans")

    assert counts(job) == (1, 0, 0, 0)
    assert dict(Product.objects.get().description) == {"zh-hans": "<p>一器一味</p>"}


def test_xlsx_says_the_same_as_csv(place):
    elsewhere = shop()
    rows = [*tee(), cup(**{"Variant Price": "68.5"})]
    numbers = [
        {**row, **({"Variant Price": float(row["Variant Price"])} if "Variant Price" in row else {})} for row in rows
    ]

    brought_in(place, csv_file(rows))
    job = brought_in(elsewhere, xlsx_file(numbers), name="products.xlsx")

    assert job.layout["kind"] == "xlsx"
    assert shelf_of(place) == shelf_of(elsewhere) != {}


def test_words_that_begin_like_formulas_stay_words(place):
    rows = [cup(Title='=HYPERLINK("http://a.example")', **{"Variant SKU": "-5", "Tags": "@home"})]

    job = brought_in(place, csv_file(rows))
    broken = brought_in(place, csv_file([cup("b", Title="=1+1", **{"Variant Price": ""})]))

    assert counts(job) == (1, 0, 0, 0)
    assert Product.objects.get().title["en"] == '=HYPERLINK("http://a.example")'
    assert Sku.objects.get().code == "-5"
    assert "'=1+1" in errors_of(broken)


def test_a_shop_has_some_imports_at_work_and_no_more(place):
    for _number in range(3):
        handed_in(place, csv_file([cup()]))

    with pytest.raises(TooManyImports):
        handed_in(place, csv_file([cup()]))


def test_an_import_is_started_once_and_only_when_checked(place):
    waiting, job = handed_in(place, csv_file([cup()])), checked(place, csv_file([cup()]))

    start_import(job=job, by=job.by, now=NOON)
    for one in (waiting, job):
        with pytest.raises(WrongStatus):
            start_import(job=one, by=job.by, now=NOON)
        with pytest.raises(WrongStatus) if one is job else pytest.MonkeyPatch.context():
            discard_import(job=one, by=job.by, now=NOON)

    assert bring_in(import_id=job.public_id, now=NOON)
    assert not bring_in(import_id=job.public_id, now=NOON)


def test_a_closed_shop_imports_nothing(place):
    job = checked(place, csv_file([cup()]))
    start_import(job=job, by=job.by, now=NOON)
    type(place).objects.filter(pk=place.pk).update(status="closed")

    bring_in(import_id=job.public_id, now=NOON)

    job.refresh_from_db()
    assert (job.status, Product.objects.count()) == ("failed", 0)
    assert job.failure


def test_files_go_when_their_days_are_over(place):
    from datetime import timedelta

    done, never_started = brought_in(place, csv_file([cup(), cup("x", Title="")])), checked(place, csv_file([cup()]))
    kept = [done.file, done.errors_file, never_started.file]
    assert all(map(storage().exists, kept))

    assert forget_imports(now=NOON + timedelta(days=6)) == 0
    assert forget_imports(now=NOON + timedelta(days=7)) == 2

    assert not any(map(storage().exists, kept))
    assert set(ProductImport.objects.values_list("status", "file")) == {("done", ""), ("discarded", "")}


def test_what_nobody_was_told_of_is_found_by_the_clock(place):
    from datetime import timedelta

    from django.utils import timezone

    job = handed_in(place, csv_file([cup()]))
    ProductImport.objects.update(beat_at=timezone.now() - timedelta(minutes=2))

    assert continue_imports(now=NOON) == {"queued": 1}
    ProductImport.objects.update(status="checking", attempts=3, beat_at=timezone.now() - timedelta(minutes=2))
    assert continue_imports(now=NOON) == {"failed": 1}
    job.refresh_from_db()
    assert job.status == "failed"


def test_heads_are_known_by_both_generations():
    from catalog.transfer.columns import Columns

    for head in (BEFORE, NOW):
        columns = Columns.of(head)
        assert {"handle", "title", "price", "sku", "image", "option3_value", "barcode", "quantity"} <= set(
            columns.places
        )


def test_a_products_page_of_stock_rules_stays_within_the_shop(place):
    """A handle of another shop is another product."""
    brought_in(shop(), csv_file([cup(**{"Variant SKU": "A"})]))

    job = brought_in(place, csv_file([cup(**{"Variant SKU": "A"})]))

    assert counts(job) == (1, 0, 0, 0)
