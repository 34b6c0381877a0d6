"""C2, C8: what is stated of goods from abroad travels with them; what Shopify says of goods at home does not."""

import pytest
from django.utils import translation

from catalog.models import Product
from mall.exports.asking import ask_for_export
from mall.exports.registry import kind_of
from mall.exports.writing import storage, write_export
from tests.catalog.transfer.bringing import brought_in, checked, counts, errors_of, said, use_private_folder
from tests.catalog.transfer.files import BEFORE, csv_file, cup, tee
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category
from tests.factories.kinds import cross_border_shop, stated
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


OURS = ["Kind", "HS Code", "COO", "Customs Record", "Tariff (%)", "Consumption Tax (%)", "VAT (%)"]
CREAM = dict(zip(OURS, ["cross_border", "3304.99.0039", "JP", "HZ2026-000117", "1", "0", "13%"], strict=True))


@pytest.fixture
def place(settings, tmp_path):
    use_private_folder(settings, tmp_path)
    category(slug="teaware")
    return cross_border_shop()


def file_of(*rows):
    return csv_file(list(rows), [*BEFORE, *OURS])


def test_a_statement_comes_in_and_the_same_file_again_changes_nothing(place):
    assert counts(brought_in(place, file_of(cup(**CREAM)))) == (1, 0, 0, 0)
    assert Product.objects.get().customs == stated()

    assert counts(brought_in(place, file_of(cup(**CREAM)))) == (0, 0, 1, 0)
    dearer = brought_in(place, csv_file([cup(**{"Variant Price": "9.00"})]))  # a file that says nothing of customs
    assert (counts(dearer), Product.objects.get().customs) == ((0, 1, 0, 0), stated())

    job = checked(place, file_of(cup(**CREAM | {"COO": "法国", "VAT (%)": "9.1", "Variant Price": "9.00"})))
    assert job.preview[0]["changes"] == [["COO", "JP", "FR"], ["VAT (%)", "13", "9.1"]]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_what_went_out_comes_in_elsewhere(place, format):
    brought_in(place, file_of(cup(**CREAM)))
    export = ask_for_export(
        shop=place, kind=kind_of("catalog.transfer"), format=format, is_personal=False, by=shopper(), now=NOON
    )
    write_export(export_id=export.public_id, now=NOON)
    export.refresh_from_db()
    with storage().open(export.file) as file:
        content = file.read()

    assert counts(brought_in(place, content, name=f"a.{format}")) == (0, 0, 1, 0)
    other = cross_border_shop()
    assert counts(brought_in(other, content, name=f"a.{format}")) == (1, 0, 0, 0)
    assert Product.objects.get(shop=other).customs == stated()


@pytest.mark.parametrize(
    ("told", "column", "reason"),
    [
        ({"HS Code": ""}, "HS Code", "An HS code has ten digits"),
        ({"HS Code": "330499"}, "HS Code", "An HS code has ten digits"),
        ({"COO": "Atlantis"}, "COO", "“Atlantis” is no country"),
        ({"COO": ""}, "COO", "Say which country"),
        ({"Customs Record": "7"}, "Customs Record", "The customs record number"),
        ({"VAT (%)": "0.1375"}, "VAT (%)", "Write a rate in per cent"),
        ({"VAT (%)": ""}, "VAT (%)", "Enter a rate between 0 and 17"),
        ({"VAT (%)": "18"}, "VAT (%)", "Enter a rate between 0 and 17"),
        ({"Kind": ""}, "Customs Record", "Only goods from abroad"),
    ],
)
def test_what_customs_would_not_take_is_told_by_row_and_column(place, told, column, reason):
    job = checked(place, file_of(cup("fine", **CREAM), cup("bad", **CREAM | told)))

    ((row, where, why),) = said(job)
    assert (row, where, why[: len(reason)]) == (3, column, reason)
    assert counts(job) == (1, 0, 0, 1)
    assert reason in errors_of(job)


def test_rows_that_contradict_each_other_and_a_merchant_at_home_are_refused(place):
    rows = tee()
    rows[0] |= CREAM
    rows[2] |= {"HS Code": "3304990040", "COO": "JP"}
    assert said(checked(place, file_of(*rows))) == [
        (4, "HS Code", "All rows of a product state the same for customs: row 2 says otherwise.")
    ]

    ((row, column, why),) = said(checked(shop(), file_of(cup(**CREAM))))
    assert (row, column) == (2, "Kind") and "admitted as cross-border" in why


def test_goods_at_home_may_carry_the_codes_that_shopify_writes(place):
    rows = tee()
    rows[0] |= {"HS Code": "6109.10", "COO": "CN"}
    rows[1] |= {"HS Code": "6109.90", "COO": "CN"}
    job = brought_in(shop(), file_of(*rows))

    assert (counts(job), Product.objects.get().customs) == ((1, 0, 0, 0), None)
