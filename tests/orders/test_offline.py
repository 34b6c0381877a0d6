"""O6: codes of services and pick-ups are checked without network, and each is used exactly once."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation

from catalog.models import Stock
from mall import clock
from mall.clock import BUSINESS_ZONE
from mall.pace import TooOften
from mall.tenancy import shop_scope
from orders.cancellation import cancel_order
from orders.models import OfflineUse, Order, Voucher
from orders.offline import (
    BadList,
    UnreadableUses,
    Use,
    as_file,
    conflicts_of,
    digest_of,
    hand_in,
    read_uses,
    signature_of,
    take_list,
)
from orders.vouchers import UnknownVoucher, use_voucher
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.kinds import service_sku, slot_of
from tests.factories.merchants import seat, shop
from tests.journeys import picked_up_order, ready_order
from tests.orders.test_parcels_at_once import at_once
from tests.orders.test_pick_up import a_store, counts, scene
from tests.orders.test_vouchers import booked

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def code_of(order):
    return Voucher.objects.get(order=order).code.reveal()


def take(mine, *, device="counter", store=None, now=NOON):
    return take_list(shop=mine, device=device, store=store, by=shopper(), now=now)


def give(taken, *uses, now=NOON + 3 * HOUR):
    return hand_in(taken=taken, signature=signature_of(taken), uses=uses, by=taken.by, now=now)


@pytest.mark.django_db
def test_a_list_holds_what_can_be_used_and_no_code_that_could_be_read():
    mine, cup, store = scene()
    other = a_store(mine, cup)
    here, there = ready_order(store=store, skus={cup: 1}), ready_order(store=other, skus={cup: 1})
    picked_up_order(store=store, skus={cup: 1})  # not ready
    foreign_shop, foreign_cup, foreign_store = scene()
    ready_order(store=foreign_store, skus={foreign_cup: 1})
    visit = booked(service_sku(shop=mine, starts_in=2 * HOUR))
    booked(service_sku(shop=mine, starts_in=timedelta(days=9)))
    service_code = Voucher.objects.get(line__order=visit).code.reveal()

    whole, of_store = as_file(take(mine)), as_file(take(mine, store=store))

    key = whole["key"]
    expected = sorted(digest_of(code, key) for code in (code_of(here), code_of(there), service_code))
    assert (whole["digests"], of_store["digests"]) == (expected, [digest_of(code_of(here), key)])
    assert whole["expires_at"] == (NOON + 12 * HOUR).isoformat()
    text = json.dumps(whole)
    assert not any(voucher.code.reveal() in text for voucher in Voucher.objects.all())
    assert key != as_file(take(foreign_shop))["key"]
    assert set(map(len, expected)) == {5}  # twenty bits, the same ones in every list


@pytest.mark.django_db
def test_what_was_noted_is_used_when_it_is_handed_in_and_once_however_often_that_is():
    mine, cup, store = scene()
    order, taken = ready_order(store=store, skus={cup: 2}), take(scene_shop := mine)
    visit = booked(service_sku(shop=scene_shop, starts_in=HOUR))
    service_code = Voucher.objects.get(line__order=visit).code.reveal()

    uses = [Use(code_of(order), NOON + HOUR), Use(service_code, NOON + 2 * HOUR)]
    came = [[row.outcome for row in give(taken, *uses)] for _twice in range(2)]

    assert came == [["used", "used"], ["used", "used"]]
    assert OfflineUse.objects.count() == 2
    voucher = Voucher.objects.get(order=order)
    assert (voucher.used_at, voucher.used_by) == (NOON + HOUR, taken.by)
    assert set(Order.objects.filter(pk__in=[order.pk, visit.pk]).values_list("status", flat=True)) == {"delivered"}
    assert counts(store, cup) == (3, 0)


@pytest.mark.django_db
def test_a_code_that_two_devices_noted_counts_once_and_the_other_reads_who_was_first():
    mine, cup, store = scene()
    order = ready_order(store=store, skus={cup: 1})
    early, late = take(mine, device="van"), take(mine, device="counter")

    give(late, Use(code_of(order), NOON + 2 * HOUR))
    (row,) = give(early, Use(code_of(order), NOON + HOUR))

    assert (row.outcome, row.first_at, row.first_by, row.first_on) == (
        "conflict", NOON + 2 * HOUR, late.by, late,
    )  # fmt: skip
    assert row.was_noted_first  # by its own clock; what was handed in first counts
    assert [one.pk for one in conflicts_of(mine, 9)] == [row.pk]
    assert counts(store, cup) == (4, 0)


@pytest.mark.django_db
def test_a_code_used_at_the_desk_meanwhile_is_a_conflict_that_names_who_used_it():
    mine, cup, store = scene()
    order, clerk, taken = ready_order(store=store, skus={cup: 1}), shopper(), take(mine)
    use_voucher(shop=mine, code=code_of(order), by=clerk, now=NOON + HOUR)

    (row,) = give(taken, Use(code_of(order), NOON + 2 * HOUR))

    assert (row.outcome, row.first_by, row.first_on, row.was_noted_first) == ("conflict", clerk, None, False)


@pytest.mark.django_db
def test_what_cannot_count_is_listed_with_its_reason():
    mine, cup, store = scene()
    other = a_store(mine, cup)
    gone, late, elsewhere = (
        ready_order(store=where, skus={cup: 1}) for where in (store, store, other)
    )  # fmt: skip
    taken = take(mine, store=store)
    cancel_order(order=gone, reason="…", by=gone.shopper, now=NOON + HOUR)

    rows = give(
        taken,
        Use(code_of(gone), NOON + HOUR),
        Use(code_of(late), NOON + 13 * HOUR),
        Use(code_of(elsewhere), NOON + HOUR),
        Use("000000000000", NOON + HOUR),
        now=NOON + 14 * HOUR,
    )

    assert [row.outcome for row in rows] == ["invalid", "invalid", "invalid", "unknown"]
    for row, words in zip(rows, ("Canceled", "ended", "lie in", "No order"), strict=True):
        assert words in row.why
    assert Voucher.objects.filter(used_at__isnull=False).count() == 0


@pytest.mark.django_db
def test_codes_are_not_found_by_trying_neither_at_the_desk_nor_by_a_list():
    mine, cup, store = scene()
    order, taken, clerk = ready_order(store=store, skus={cup: 1}), take(mine), shopper()
    for number in range(20):
        with pytest.raises(UnknownVoucher):
            use_voucher(shop=mine, code=f"{number:012d}", by=clerk, now=NOON)
    uses = [Use(f"{number:012d}", NOON) for number in range(20, 30)]
    given = {"taken": taken, "signature": signature_of(taken), "by": clerk, "now": NOON}
    assert {row.outcome for row in hand_in(uses=uses, **given)} == {"unknown"}

    with pytest.raises(TooOften):
        use_voucher(shop=mine, code=code_of(order), by=clerk, now=NOON + 23 * HOUR)
    with pytest.raises(TooOften):
        hand_in(uses=uses, **given)
    use_voucher(shop=mine, code=code_of(order), by=shopper(), now=NOON)  # another person may


@pytest.mark.django_db
def test_a_list_whose_mark_is_not_ours_is_refused():
    mine, cup, store = scene()
    order, taken, other = ready_order(store=store, skus={cup: 1}), take(mine), take(shop())
    for signature in ("", "x", signature_of(other)):
        with pytest.raises(BadList):
            hand_in(taken=taken, signature=signature, uses=[Use(code_of(order), NOON)], by=taken.by, now=NOON)
    taken.expires_at += timedelta(days=1)
    with pytest.raises(BadList):
        hand_in(
            taken=taken, signature=signature_of(take(mine)), uses=[Use(code_of(order), NOON)], by=taken.by, now=NOON
        )


def test_lines_are_read_as_devices_and_people_write_them():
    text = "1234 5678 9012, 2026-05-01 10:30\n\n123456789013;2026-05-01T02:31:00.000Z\n123456789012\t2026-05-01 10:29"

    first, second = read_uses(text)

    assert first == Use("123456789012", datetime(2026, 5, 1, 10, 29, tzinfo=BUSINESS_ZONE))
    assert (second.code, second.at.astimezone(BUSINESS_ZONE).minute) == ("123456789013", 31)
    for bad in ("1234", "1234, yesterday", "x, 2026-05-01 10:30", "1, 2026-13-01 10:30", " "):
        with pytest.raises(UnreadableUses):
            read_uses(bad)


@pytest.mark.django_db
def test_staff_take_a_list_and_hand_in_what_was_noted_and_nothing_typed_is_lost():
    mine, cup, store = scene()
    order = ready_order(store=store, skus={cup: 1}, now=clock.now())
    desk = Client()
    desk.cookies["django_language"] = "en"
    desk.force_login(seat(mine).user)

    taken = desk.post(reverse("backoffice:orders:offline", args=[mine.slug]), {"device": "van"})
    page = desk.get(taken.url)
    words = page.content.decode()
    assert code_of(order) not in words and digest_of(code_of(order), page.context["file"]["key"]) in words
    fields = {"signature": page.context["form"]["signature"].value()}
    refused = desk.post(taken.url, {**fields, "uses": "1234"}).content.decode()
    assert "Line 1 is not a code" in refused and "1234</textarea>" in refused
    noted = f"{code_of(order)}, {clock.now().isoformat()}"
    done = desk.post(taken.url, {**fields, "uses": noted}, follow=True).content.decode()
    assert "every code counts" in done and order.public_id in done
    file = desk.get(reverse("backoffice:orders:offline-file", args=[mine.slug, page.context["taken"].public_id]))
    assert file.json()["signature"] == fields["signature"]


def test_two_devices_hand_in_the_same_codes_at_once_and_each_counts_once(committed_db):
    """On real connections, in the shop's scope, in opposite orders: no code twice, no deadlock, every conflict kept."""
    mine, cup, store = scene()
    orders = [ready_order(store=store, skus={cup: 1}) for _order in range(4)]
    lists = [take(mine, device=f"tablet {number}") for number in range(2)]
    uses = [Use(code_of(order), NOON + HOUR) for order in orders]

    def run(number):
        with shop_scope(mine.pk):
            return len(give(lists[number], *(uses if number else uses[::-1])))

    assert at_once(run, 2) == [4, 4]

    outcomes = list(OfflineUse.objects.values_list("outcome", flat=True))
    assert (outcomes.count("used"), outcomes.count("conflict")) == (4, 4)
    assert counts(store, cup) == (1, 0)
    for order in orders:
        assert order.steps.filter(kind="delivered").count() == 1


def test_without_the_lock_the_row_lets_one_use_count(committed_db):
    """The negative control: who writes a use past the verb, as it would be without its lock, is refused by the row."""
    mine, cup, store = scene()
    order = ready_order(store=store, skus={cup: 1})
    lists = [take(mine) for _list in range(4)]
    voucher = Voucher.objects.get(order=order)

    def write_blindly(number):
        with transaction.atomic():
            OfflineUse.objects.create(
                shop=mine, taken=lists[number], voucher=voucher, code_index=voucher.code_index, outcome="used",
                noted_at=NOON, handed_in_at=NOON, handed_in_by=lists[number].by,
            )  # fmt: skip
        return "written"

    came = at_once(write_blindly, 4)

    assert came.count("written") == OfflineUse.objects.count() == 1
    assert connection.vendor == "postgresql" and Stock.objects.get(warehouse=store).reserved == 1


@pytest.mark.django_db
def test_an_appointment_of_another_day_is_too_early_offline_as_well():
    mine = shop()
    visit = booked(service_sku(shop=mine, starts_in=timedelta(days=1)))
    code = Voucher.objects.get(line__order=visit).code.reveal()
    taken = take(mine)

    (row,) = give(taken, Use(code, NOON + HOUR))

    assert row.outcome == "invalid" and "appointment" in row.why
    assert slot_of(visit.lines.get().sku).starts_at > NOON
