"""Hostile and broken files: told of in words, never unfolded, never trusted."""

import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import translation

from catalog.models import Product, ProductImport
from catalog.transfer.bringing import check_import
from catalog.transfer.cells import UnreadableFile
from catalog.transfer.columns import known
from catalog.transfer.sheets import layout_of, rows_of
from tests.catalog.transfer.bringing import brought_in, checked, counts, handed_in, said, use_private_folder
from tests.catalog.transfer.files import BEFORE, csv_file, cup, tee, xlsx_file, xlsx_with, zip_file
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def place(settings, tmp_path):
    use_private_folder(settings, tmp_path)
    category(slug="teaware")
    return shop()


def test_an_empty_cell_and_a_blank_row_say_nothing(place):
    content = csv_file([cup("a"), cup("b")]).replace(b"\nb,", b"\n\n,,,,,\nb,")

    assert counts(brought_in(place, content)) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty."),
        (b"Name;Preis\nTasse;5\n", "These columns are missing: Handle, Title, Variant Price."),
        (b"Handle,Title\na,b\n", "These columns are missing: Variant Price."),
        (b"Handle,Title,Price,Variant Price\na,b,1,2\n", "The column “Variant Price” is there twice."),
        (b"Handle,Title,Price\n", "Below the names of the columns the file is empty."),
        (b"Handle,Title,Price" + b",x" * 400 + b"\na,b,1\n", "The file has more than 300 columns."),
        (b"%PDF-1.7 not a table", "This is neither a CSV nor an XLSX file."),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "This is neither a CSV nor an XLSX file."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "This is an old or a protected Excel file."),
        (b"PK\x03\x04 no zip at all", "The XLSX file is broken or protected."),
        (zip_file({"a.txt": b"no book"}), "The XLSX file is broken or protected."),
        (b"\xa0\xff" * 400, "The file's encoding is unknown."),
    ],
)
def test_a_file_that_is_none_says_why(place, content, why):
    job = checked(place, content)

    assert (job.status, job.failure[: len(why)]) == ("failed", why)
    assert Product.objects.count() == 0


def test_a_file_longer_than_anybody_needs_is_refused(place, monkeypatch):
    from catalog.transfer import sheets

    monkeypatch.setattr(sheets, "MOST_ROWS", 3)

    job = checked(place, csv_file([cup(f"cup-{number}") for number in range(5)]))

    assert job.failure == "The file has more than 3 rows. Divide it into several files."


def test_a_cell_of_ten_megabytes_spoils_its_own_product_only(place):
    rows = [cup("before"), cup("huge", **{"Body (HTML)": "x" * 10_000_000}), cup("after")]

    job = brought_in(place, csv_file(rows))

    assert sorted(Product.objects.values_list("handle", flat=True)) == ["after", "before"]
    assert said(job) == [(3, "", "The row is far too long. It was not read.")]


def test_a_cell_of_two_hundred_thousand_characters_is_told_by_its_column(place):
    job = brought_in(place, csv_file([cup("long", Title="x" * 200_000), cup("fine")]))

    assert counts(job) == (1, 0, 0, 1)
    assert said(job) == [(2, "Title", "The cell holds more than 100,000 characters.")]


def test_a_quotation_mark_that_is_never_closed_stops_there(place):
    content = csv_file([cup("a"), cup("b")]) + b'c,"never closed\n' + b"x\n" * 1_100_000

    job = brought_in(place, content)

    assert list(Product.objects.order_by("pk").values_list("handle", flat=True)) == ["a", "b"]
    assert said(job)[0][0] == 4 and "never closed" in said(job)[0][2]


def test_a_few_broken_bytes_are_told_by_row(place):
    rows = [cup("a", Title="青瓷杯子与茶壶"), cup("b", Title="好")]
    content = csv_file(rows).replace("好".encode(), "好".encode()[:2])

    job = brought_in(place, content)

    assert (job.layout["encoding"], counts(job)) == ("utf-8", (1, 0, 0, 1))
    assert said(job) == [
        (3, "Title", "The cell holds characters that cannot be read: the file's encoding is broken here.")
    ]


def test_gbk_and_utf8_are_told_apart(place):
    for encoding in ("gbk", "utf-8"):
        job = brought_in(
            shop(), csv_file([cup(Title="青瓷杯，手作；好物")], encoding=encoding), words_language="zh-hans"
        )
        assert counts(job) == (1, 0, 0, 0)

    assert {dict(product.title)["zh-hans"] for product in Product.objects.all()} == {"青瓷杯，手作；好物"}


def test_breaks_inside_quotes_keep_their_row(place):
    job = brought_in(place, csv_file([*tee(), cup(Title="")]))

    assert said(job) == [(11, "Title", "The first row of a product needs its title.")] or said(job)[-1][0] == 11


# XLSX


def test_a_formula_is_not_its_value(place):
    job = brought_in(place, xlsx_file([cup("a", **{"Variant Price": "==1+6"}), cup("b")]), name="a.xlsx")

    assert counts(job) == (1, 0, 0, 1)
    assert said(job) == [(2, "Variant Price", "The cell holds a formula. Write its value.")]


@pytest.mark.parametrize(
    ("number", "price"), [(68.5, 6850), (12.3, 1230), (0.1 + 0.2, 30), (19.99, 1999), (1e3, 100000), (7, 700)]
)
def test_numbers_of_a_spreadsheet_are_exact_amounts(place, number, price):
    brought_in(place, xlsx_file([cup(**{"Variant Price": number, "Variant SKU": 4006381333931})]), name="a.xlsx")

    row = Product.objects.get().skus.get()
    assert (row.price.minor, row.code) == (price, "4006381333931")


def test_a_number_with_three_decimals_is_no_price(place):
    job = brought_in(place, xlsx_file([cup(**{"Variant Price": 68.555})]), name="a.xlsx")

    assert said(job)[0][1] == "Variant Price"


def test_words_errors_and_truths_of_a_sheet_are_read(place):
    sheet = (
        "<worksheet><sheetData>"
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Handle</t></is></c><c r="B1" t="s"><v>0</v></c>'
        '<c r="C1" t="str"><v>Variant Price</v></c><c t="inlineStr"><is><t>Gift Card</t></is></c></row>'
        '<row r="3"><c r="A3" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r><rPh><t>x</t></rPh></is></c>'
        '<c r="B3" t="s"><v>1</v></c><c r="C3"><v>5</v></c><c r="D3" t="b"><v>0</v></c></row>'
        '<row r="4"><c r="A4" t="inlineStr"><is><t>b</t></is></c><c r="B4" t="s"><v>99</v></c><c r="C4" t="e">'
        "<v>#N/A</v></c></row></sheetData></worksheet>"
    )
    content = xlsx_with(sheet, shared="<si><t>Title</t></si><si><t>A &amp; B_x000D_</t></si>")

    found = list(rows_of(io.BytesIO(content), layout_of(io.BytesIO(content), knows=known)))

    assert [row.number for row in found] == [1, 3, 4]
    assert list(found[0].cells) == ["Handle", "Title", "Variant Price", "Gift Card"]
    assert list(found[1].cells) == ["rich", "A & B\r", "5", "FALSE"]
    assert [str(cell) for cell in found[2].cells[1:]] == ["The cell holds an error of the spreadsheet."] * 2


def bomb(size: int = 60 * 1024**2) -> bytes:
    """A sheet that unfolds into far more than it weighs."""
    written = io.BytesIO(xlsx_with("<worksheet/>"))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as book, book.open("xl/sharedStrings.xml", "w") as part:
        for _piece in range(size // 2**20):
            part.write(bytes(2**20))
    return written.getvalue()


def test_a_bomb_is_not_opened():
    with pytest.raises(UnreadableFile, match="unfolds into far more"):
        list(rows_of(io.BytesIO(bomb()), layout_of(io.BytesIO(b"PK\x03\x04"), knows=known)))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (xlsx_with('<!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet>&b;</worksheet>'), "declares entities"),
        (xlsx_with("<worksheet><sheetData><row"), "broken or protected"),
        (xlsx_with('<worksheet><sheetData><row><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'), "300 columns"),
        (xlsx_with("<worksheet/>", extra={f"x{n}.xml": b"" for n in range(2_100)}), "unfolds into far more"),
    ],
)  # fmt: skip
def test_a_hostile_book_is_refused(place, content, why):
    job = checked(place, content, name="a.xlsx")

    assert job.status == "failed"
    assert why in job.failure


def test_a_huge_cell_of_a_book_spoils_its_row_only(place):
    sheet = "<worksheet><sheetData>{}</sheetData></worksheet>"
    words = '<c t="inlineStr"><is><t>{}</t></is></c>'
    row = f'<row r="{{}}">{words}{words}<c><v>5</v></c></row>'
    head = row.format(1, "Handle", "Title").replace("<c><v>5</v></c>", '<c t="inlineStr"><is><t>Price</t></is></c>')
    rows = head + row.format(2, "a", "fine") + row.format(3, "b", "x" * 4_000_000)
    cups = category(slug="cups")

    job = brought_in(place, xlsx_with(sheet.format(rows)), name="a.xlsx", category=cups)

    assert counts(job) == (1, 0, 0, 1)
    assert said(job) == [(3, "Title", "The cell holds more than 100,000 characters.")]


def of_version_24(zipped: bytes) -> bytes:
    """Its directory says that a later program is needed."""
    at = zipped.index(b"PK\x01\x02")
    return zipped[: at + 6] + b"\xf0" + zipped[at + 7 :]


def with_a_place_before_its_beginning(book: bytes) -> bytes:
    """Its directory says that a part lies where there is no file yet."""
    at = book.rindex(b"PK\x05\x06")
    return book[: at + 16] + (0xFFFFFF).to_bytes(4, "little") + book[at + 20 :]


@pytest.mark.parametrize("content", [b"not a zip", of_version_24(zip_file({"a.png": b"x"})), b"PK\x05\x06" + bytes(17)])
def test_a_zip_of_pictures_that_is_none_is_refused(place, content):
    with pytest.raises(UnreadableFile, match="no ZIP"):
        handed_in(place, csv_file([cup()]), pictures=content)


@pytest.mark.parametrize(
    ("file", "pictures", "why"),
    [
        (b"", None, "The submitted file is empty."),
        (b"%PDF-1.7 not a table", None, "neither a CSV nor an XLSX file"),
        ("Name,Preis\nTasse,5\n".encode("gbk"), None, "These columns are missing: Handle, Title, Variant Price."),
        (bomb, None, "unfolds into far more"),
        (of_version_24(xlsx_file([cup()])), None, "The XLSX file is broken or protected."),
        (with_a_place_before_its_beginning(xlsx_file([cup()])), None, "The XLSX file is broken or protected."),
        (xlsx_file([cup(**{"Variant Price": "==1+6"})]), None, "The cell holds a formula. Write its value."),
        (
            lambda: csv_file([cup(**{"Body (HTML)": "x" * 10_000_000})]),
            None,
            "The row is far too long. It was not read.",
        ),
        (csv_file([cup()]), of_version_24(zip_file({"a.png": b"x"})), "The file of pictures is no ZIP."),
        (csv_file([cup()]), b"", "The submitted file is empty."),
    ],
    ids=["empty", "pdf", "columns", "bomb", "version", "place", "formula", "cell", "pictures", "no-pictures"],
)
def test_whatever_is_uploaded_the_page_says_why_not(place, client, file, pictures, why):
    seat(place, owner := shopper())
    client.force_login(owner)
    url = reverse("backoffice:catalog:import-add", args=[place.slug])
    sent = {
        "file": ContentFile(file() if callable(file) else file, name="../..\\goods\u202e.xlsx"),
        "words_language": "en",
        "stock_rule": "new",
    }
    if pictures is not None:
        sent["pictures"] = ContentFile(pictures, name="pictures.zip")

    page = client.post(url, sent, headers=ENGLISH, follow=True)
    for job in ProductImport.objects.all():
        check_import(import_id=job.public_id, now=NOON)
        page = client.get(reverse("backoffice:catalog:import", args=[place.slug, job.public_id]), headers=ENGLISH)
    assert (page.status_code, why in page.text, Product.objects.count()) == (200, True, 0)


def test_the_head_may_be_spelled_as_people_do(place):
    content = (
        csv_file([cup()]).replace(b"Variant Price", b" variant  PRICE* ").replace(b"Handle", "\ufeffhandle".encode())
    )

    assert counts(brought_in(place, content)) == (1, 0, 0, 0)
    assert known(BEFORE) > 20
