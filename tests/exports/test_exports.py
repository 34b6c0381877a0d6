"""Exports on a real PostgreSQL: written in the shop's own scope, by one worker, to the end or honestly not."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from catalog.reviews import write_review
from mall.exports import registry, writing
from mall.exports.asking import TooManyExports, WrongExport, ask_for_export
from mall.exports.models import Export
from mall.exports.registry import Asked, Column, Kind, all_kinds, kind_of
from mall.exports.writing import continue_exports, forget_exports, storage, write_export
from mall.tenancy import SHOP_ROLE, shop_scope
from orders.models import Order
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.marketing import presale
from tests.factories.merchants import shop
from tests.journeys import completed_order, paid_order, shipped_order
from tests.orders.presales import deposit_paid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {**settings.STORAGES["private"], "OPTIONS": {"location": str(tmp_path / "private")}},
    }
    storages._storages.clear()
    yield tmp_path / "private"
    storages._storages.clear()


def asked(place, *, kind="orders.orders", format="csv", **given) -> Export:
    given = {"is_personal": False, "by": shopper(), "now": NOON, **given}
    return ask_for_export(shop=place, kind=kind_of(kind), format=format, **given)


def lines(export: Export) -> list[list[str]]:
    export.refresh_from_db()
    with storage().open(export.file) as file:
        return list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"), newline="")))


def column(export: Export, number: int = 0) -> list[str]:
    return [line[number] for line in lines(export)[1:]]


def test_an_export_holds_the_shops_rows_newest_first_and_nobody_elses(settings):
    theirs, first = paid_order(), shipped_order()
    second = paid_order(skus={sku(shop=first.shop): 2})

    export = asked(first.shop)
    assert write_export(export_id=export.public_id, now=NOON)

    assert theirs.shop != first.shop
    assert column(export) == [second.public_id, first.public_id]
    assert (export.status, export.rows_done, export.rows_total, export.percent) == ("ready", 2, 2, 100)
    assert (export.attempts, export.expires_at, export.size) == (
        1,
        NOON + timedelta(days=7),
        storage().size(export.file),
    )
    assert not export.file.startswith("/") and settings.MEDIA_ROOT not in storage().path(export.file)


def test_it_holds_what_the_filter_shows_or_what_was_chosen():
    first = shipped_order()
    place = first.shop
    second, third = (paid_order(skus={sku(shop=place): 1}) for _number in range(2))
    stranger = paid_order()

    filtered, chosen = asked(place, query="status=paid"), asked(place, chosen=[first.public_id, stranger.public_id])
    for export in (filtered, chosen):
        write_export(export_id=export.public_id, now=NOON)

    assert column(filtered) == [third.public_id, second.public_id]
    assert column(chosen) == [first.public_id]


def test_personal_columns_are_there_only_when_they_were_granted():
    order = paid_order()
    bare, personal = asked(order.shop), asked(order.shop, is_personal=True)
    for export in (bare, personal):
        write_export(export_id=export.public_id, now=NOON)

    assert "张小云" not in str(lines(bare))
    assert "张小云" in str(lines(personal)) and "'+8619900000001" in str(lines(personal))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", sorted(all_kinds()))
def test_every_declared_export_is_written(kind, format, django_assert_max_num_queries):
    order = completed_order()
    orders = [order, completed_order(skus={sku(shop=order.shop): 1})]
    for one in orders:
        write_review(shopper=one.shopper, order_line_id=one.lines.get().pk, stars=5, now=NOON)
    for ahead in (sku(shop=order.shop, price="300.00", stock=9) for _number in range(2)):
        deposit_paid(ahead, presale({ahead: ("300.00", "30.00", "50.00", 5)}))

    export = asked(order.shop, kind=kind, format=format)
    with django_assert_max_num_queries(40):
        assert write_export(export_id=export.public_id, now=NOON)

    export.refresh_from_db()
    assert export.rows_done >= 2
    assert storage().size(export.file) == export.size > 100


def test_rows_are_read_in_the_scope_of_the_shop_in_batches(monkeypatch):
    roles, sizes = [], []

    def rows(place, what):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('mall.shop')")
            roles.append(cursor.fetchone())
        return Order.objects.all()  # a filter that was forgotten

    monkeypatch.setattr(writing, "BATCH", 2)
    monkeypatch.setitem(
        registry._kinds, "test.rows", Kind("test.rows", "x", "orders.see", [Column("n", lambda row: row.pk)], rows)
    )
    paid_order()
    order = paid_order()
    for _number in range(4):
        paid_order(skus={sku(shop=order.shop): 1})
    monkeypatch.setattr(writing, "_beat", _told(sizes, writing._beat))

    export = asked(order.shop, kind="test.rows")
    write_export(export_id=export.public_id, now=NOON)

    assert set(roles) == {(SHOP_ROLE, str(order.shop.pk))}
    assert sizes == [{"rows_total": 5}, {"rows_done": 2}, {"rows_done": 4}, {"rows_done": 5}]
    assert len(column(export)) == 5


def _told(sizes, beat):
    def told(asked, **progress):
        sizes.append(progress)
        return beat(asked, **progress)

    return told


def test_what_fails_is_marked_so_and_leaves_no_file(monkeypatch, private):
    def broken(place, what):
        raise RuntimeError("no rows today")

    monkeypatch.setitem(registry._kinds, "test.broken", Kind("test.broken", "x", "orders.see", [], broken))
    export = asked(shop(), kind="test.broken")

    assert not write_export(export_id=export.public_id, now=NOON)

    export.refresh_from_db()
    assert (export.status, export.file, export.ended_at) == ("failed", "", NOON)
    assert not list(private.rglob("*.csv"))


def test_it_is_written_once_however_often_it_is_asked_of_a_worker():
    order = paid_order()
    export = asked(order.shop)

    assert [write_export(export_id=export.public_id, now=NOON) for _time in range(3)] == [True, False, False]

    export.refresh_from_db()
    assert export.attempts == 1


def silent(export: Export, **fields) -> None:
    """As a worker left it that was killed two minutes ago."""
    Export.objects.filter(pk=export.pk).update(beat_at=timezone.now() - timedelta(minutes=2), **fields)


def test_what_a_killed_worker_left_is_started_again_and_finished():
    order = paid_order()
    export = asked(order.shop)
    silent(export, status="running", attempts=1, rows_done=7, rows_total=9)

    assert continue_exports(now=NOON) == {"again": 1, "queued": 1}
    assert write_export(export_id=export.public_id, now=NOON)

    assert column(export) == [order.public_id]
    assert (export.status, export.attempts, export.rows_done) == ("ready", 2, 1)


def test_after_three_attempts_it_is_honestly_failed():
    export = asked(shop())
    silent(export, status="running", attempts=3)

    assert continue_exports(now=NOON) == {"failed": 1}

    export.refresh_from_db()
    assert (export.status, export.ended_at) == ("failed", NOON)
    assert continue_exports(now=NOON) == {}


def test_a_worker_that_beats_is_left_alone_and_a_lost_message_is_sent_again():
    at_work, lost = asked(shop()), asked(shop())
    Export.objects.filter(pk=at_work.pk).update(status="running", attempts=1)
    silent(lost)

    assert continue_exports(now=NOON) == {"queued": 1}
    assert continue_exports(now=NOON) == {}


def test_a_worker_that_was_replaced_writes_nothing_more(monkeypatch, private):
    order = paid_order()
    export = asked(order.shop)
    fill = writing._fill

    def slept(file, asked):
        count = fill(file, asked)
        Export.objects.filter(pk=asked.pk).update(attempts=2)  # the sweeper gave it to somebody else meanwhile
        return count

    monkeypatch.setattr(writing, "_fill", slept)
    assert not write_export(export_id=export.public_id, now=NOON)

    export.refresh_from_db()
    assert (export.status, export.file) == ("running", "")
    assert not list(private.rglob("*.csv"))


def test_files_go_after_seven_days():
    order = paid_order()
    export, young = asked(order.shop), asked(order.shop)
    write_export(export_id=export.public_id, now=NOON)
    write_export(export_id=young.public_id, now=NOON + timedelta(days=1))
    export.refresh_from_db()
    path = export.file

    assert forget_exports(now=NOON + timedelta(days=6, hours=23)) == 0
    assert forget_exports(now=NOON + timedelta(days=7)) == 1

    export.refresh_from_db()
    young.refresh_from_db()
    assert (export.status, export.file, storage().exists(path)) == ("expired", "", False)
    assert storage().exists(young.file)


def test_a_shop_may_have_three_at_work():
    place = shop()
    for _number in range(3):
        asked(place)

    with pytest.raises(TooManyExports):
        asked(place)
    asked(shop())


@pytest.mark.parametrize("wrong", [{"format": "pdf"}, {"query": "q=" + "x" * 1000}, {"chosen": ["x"] * 1001}])
def test_what_cannot_be_exported_is_refused(wrong):
    with pytest.raises(WrongExport):
        asked(shop(), **wrong)
    assert not Export.objects.exists()


def test_another_shops_exports_are_hidden_by_the_database():
    export = asked(shop())

    with shop_scope(shop().pk):
        assert not Export.objects.filter(pk=export.pk).exists()
        assert not Export.objects.filter(pk=export.pk).update(status="failed")


def test_chosen_rows_narrow_and_an_empty_choice_does_not():
    assert Asked.from_json({}) == Asked(QueryDict(""), ())
    assert Asked.from_json({"query": "q=a", "chosen": ["x"]}).chosen == ("x",)
