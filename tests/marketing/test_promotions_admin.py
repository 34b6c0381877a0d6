"""Staff make, start and stop the mall's promotions in the admin, and withdraw coupons (K1)."""

import pytest
from django.urls import reverse

from mall.audit.models import AuditRecord
from marketing.models import Coupon, Promotion
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.marketing import coupon, promotion
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
ADD = "admin:marketing_promotion_add"
TYPED = {
    "name_zh_hans": "满减", "name_en": "Spend and save", "kind": "coupon", "starts_at": "2030-01-01T00:00",
    "ends_at": "2030-02-01T00:00", "at": "200", "off": "30", "percent": "", "cap": "", "shop_percent": "40",
    "budget": "6000", "code": "mall30", "is_open": "on", "total_limit": "", "daily_limit": "", "person_limit": "1",
    "valid_days": "",
}  # fmt: skip


@pytest.fixture
def desk(client):
    client.force_login(staff())
    return client


def test_staff_make_a_coupon_of_the_mall_with_a_part_for_shops_and_change_it(desk):
    blank = desk.get(reverse(ADD))
    made = desk.post(reverse(ADD), TYPED)

    row = Promotion.objects.get()
    assert (blank.status_code, made.status_code) == (200, 302)
    assert (row.shop, row.kind, row.rule, row.shop_bps, row.code, row.budget.minor) == (
        None, "coupon", {"at": 20_000, "off": 3000}, 4000, "MALL30", 600_000,
    )  # fmt: skip
    assert AuditRecord.objects.filter(action="marketing.save_promotion", subject=row.public_id).exists()
    change = reverse("admin:marketing_promotion_change", args=[row.pk])
    assert desk.get(change).status_code == 200
    assert desk.post(change, {**TYPED, "off": "40"}).status_code == 302
    row.refresh_from_db()
    assert (row.rule["off"], row.version, Promotion.objects.count()) == (4000, 2, 1)


def test_what_makes_no_sense_is_told_and_nothing_is_written(desk):
    answer = desk.post(reverse(ADD), {**TYPED, "off": "300"})

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["off"]
    assert not Promotion.objects.exists()


def test_a_shops_promotion_can_be_looked_at_and_stopped_but_not_written(desk):
    row = promotion("percentage", shop=shop())
    page = reverse("admin:marketing_promotion_change", args=[row.pk])

    seen = desk.get(page).content.decode()
    desk.post(
        reverse("admin:marketing_promotion_changelist"),
        {"action": "stop", "_selected_action": [row.pk], "confirmed": "1", "reason": "misleading"},
    )

    row.refresh_from_db()
    assert 'name="name_en"' not in seen
    assert (row.status, row.stop_reason) == ("stopped", "misleading")


def test_a_coupon_is_withdrawn_with_a_reason(desk):
    held = coupon(shop=shop(), now=NOON)

    desk.post(
        reverse("admin:marketing_coupon_changelist"),
        {"action": "revoke", "_selected_action": [held.pk], "confirmed": "1", "reason": "taken by a robot"},
    )

    assert Coupon.objects.get().status == "revoked"
