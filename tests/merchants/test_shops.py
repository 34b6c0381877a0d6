import pytest

from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.money import Money
from mall.texts import Text
from merchants.models import Shop
from merchants.shops import AddressTaken, ReasonMissing, ShopTextRefused, freeze_shop, open_shop, thaw_shop, update_shop
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def announced() -> list[tuple[str, dict]]:
    return list(OutboxEvent.objects.order_by("pk").values_list("name", "payload"))


def test_merchant_may_run_a_second_shop():  # M3
    first, owner, clerk = shop(), shopper(), staff()

    second = open_shop(merchant=first.merchant, slug="cups", name={"zh-hans": "杯"}, owner=owner, by=clerk, now=NOON)

    assert (second.merchant, second.opened_at, second.activity.last_paid_at) == (first.merchant, NOON, None)
    assert [(seat.user, seat.role) for seat in second.seats.all()] == [(owner, "owner")]
    assert [name for name, _payload in announced()] == ["ShopOpened"]


@pytest.mark.parametrize("slug", ["taken", "admin", "a", "Tea"])
def test_shop_opens_only_at_a_free_address(slug):
    first = shop(slug="taken")

    with pytest.raises(AddressTaken):
        open_shop(merchant=first.merchant, slug=slug, name={}, owner=shopper(), by=staff(), now=NOON)

    assert (Shop.objects.count(), announced()) == (1, [])


def test_profile_and_terms_change_on_the_record():
    place, owner = shop(slug="tea", city="杭州市"), shopper()
    fields = {
        "tagline": Text({"zh-hans": "一杯好茶"}),
        "city": "杭州市",
        "shipping_fee": Money.parse("8.00"),
        "free_shipping_over": Money.parse("99.00"),
    }

    update_shop(shop=place, fields=fields, by=owner, now=NOON)

    place.refresh_from_db()
    assert {name: getattr(place, name) for name in fields} == fields
    trail = AuditRecord.objects.get()
    assert (trail.action, trail.subject, trail.actor, trail.shop_slug) == (
        "merchants.update_shop",
        place.public_id,
        owner,
        "tea",
    )
    assert (trail.before, trail.after) == (
        {"tagline": {}, "shipping_fee": 0, "free_shipping_over": None},
        {"tagline": {"zh-hans": "一杯好茶"}, "shipping_fee": 800, "free_shipping_over": 9900},
    )


def test_nothing_changed_leaves_no_trace():
    place = shop(city="杭州市")

    update_shop(shop=place, fields={"city": "杭州市"}, by=shopper(), now=NOON)

    assert AuditRecord.objects.count() == 0


def test_banned_word_is_refused_at_its_field_and_nothing_changes():
    place = shop(city="杭州市")

    with pytest.raises(ShopTextRefused) as refusal:
        update_shop(
            shop=place, fields={"city": "北京市", "about": Text({"zh-hans": "国 家 级 工艺"})}, by=shopper(), now=NOON
        )

    place.refresh_from_db()
    assert (list(refusal.value.errors), place.city) == (["about"], "杭州市")


def test_only_the_profile_can_be_updated():
    with pytest.raises(TypeError, match="status"):
        update_shop(shop=shop(), fields={"status": "open"}, by=shopper(), now=NOON)


def test_frozen_shop_says_why_and_since_when():  # M9
    place, clerk = shop(), staff()

    freeze_shop(shop=place, reason=" Complaints ", by=clerk, now=NOON)

    place.refresh_from_db()
    assert (place.status, place.frozen_at, place.frozen_because) == (Shop.Status.FROZEN, NOON, "Complaints")
    assert announced() == [
        ("ShopFrozen", {"shop_id": place.public_id, "reason": "Complaints", "frozen_at": NOON.isoformat()})
    ]
    assert AuditRecord.objects.get().action == "merchants.freeze_shop"


def test_freezing_without_a_reason_is_refused():
    place = shop()

    with pytest.raises(ReasonMissing):
        freeze_shop(shop=place, reason=" ", by=staff(), now=NOON)

    place.refresh_from_db()
    assert (place.status, announced()) == (Shop.Status.OPEN, [])


def test_thawed_shop_starts_anew():
    place = shop(status=Shop.Status.FROZEN, frozen_at=NOON, frozen_because="Idle", reminded_at=NOON)

    thaw_shop(shop=place, by=staff(), now=NOON)

    place.refresh_from_db()
    assert (place.status, place.frozen_at, place.frozen_because, place.reminded_at, place.thawed_at) == (
        Shop.Status.OPEN,
        None,
        "",
        None,
        NOON,
    )
    assert announced() == [("ShopThawed", {"shop_id": place.public_id, "thawed_at": NOON.isoformat()})]


VERBS = {
    "freeze": (lambda place: freeze_shop(shop=place, reason="x", by=staff(), now=NOON), Shop.Status.FROZEN),
    "thaw": (lambda place: thaw_shop(shop=place, by=staff(), now=NOON), Shop.Status.OPEN),
    "update": (lambda place: update_shop(shop=place, fields={"city": "x"}, by=staff(), now=NOON), None),
}
ALLOWED = {(status, "update") for status in Shop.Status.values} | {
    ("open", "freeze"),
    ("holiday", "freeze"),
    ("restricted", "freeze"),
    ("frozen", "thaw"),
}


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("status", Shop.Status)
def test_every_status_against_every_verb(status, name):
    place = shop(status=status, frozen_at=NOON, restriction=1 if status == "restricted" else 0)
    verb, leads_to = VERBS[name]

    if (status, name) in ALLOWED:
        verb(place)
    else:
        with pytest.raises(WrongStatus):
            verb(place)

    place.refresh_from_db()
    assert place.status == (leads_to if leads_to and (status, name) in ALLOWED else status)
    assert AuditRecord.objects.count() == ((status, name) in ALLOWED)
