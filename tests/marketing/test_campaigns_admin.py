"""Staff write briefs of campaigns in the admin, look whom they invite, invite, audit, lock, call off (K5)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from mall import clock
from mall.audit.models import AuditRecord
from marketing.models import Campaign, CampaignEnrolment
from marketing.staff_queues import waiting
from tests.factories.accounts import staff
from tests.factories.campaigns import enrolled, open_campaign
from tests.factories.catalog import category, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
ADD, LIST = "admin:marketing_campaign_add", "admin:marketing_campaign_changelist"
TYPED = {
    "slug": "double-11", "kind": "double_eleven", "name_zh_hans": "双十一", "name_en": "Double 11", "words_zh_hans": "",
    "words_en": "", "tiers": ["head", "tail"], "least_score": "75", "most_shops": "", "off_percent": "15",
    "calm_days": "30", "least_units": "5", "person_units": "2", "enrol_from": "2030-10-01T00:00",
    "enrol_until": "2030-10-20T00:00", "audit_until": "2030-10-25T00:00", "live_from": "2030-11-01T00:00",
    "live_until": "2030-11-12T00:00",
}  # fmt: skip


@pytest.fixture
def desk(client):
    client.force_login(staff())
    return client


def press(desk, name: str, row, **said):
    url = reverse(f"admin:marketing_{row._meta.model_name}_changelist")
    typed = {"action": name, "_selected_action": row.pk, "confirmed": "1", **said}
    return desk.post(url, typed, follow=True)


def test_staff_write_a_brief_see_whom_it_invites_and_invite(desk):
    sku(shop=shop(name="青山茶铺"))
    tea = category(slug="tea")

    assert desk.get(reverse(ADD)).status_code == 200
    assert desk.post(reverse(ADD), TYPED).status_code == 302
    row = Campaign.objects.get()
    page = reverse("admin:marketing_campaign_change", args=[row.pk])
    seen = desk.get(page).content.decode()
    assert (row.status, row.off_bps, row.tiers, row.least_score) == ("brief", 1_500, ["head", "tail"], 75)
    assert "青山茶铺" in seen

    narrow = desk.post(page, {**TYPED, "categories": [tea.pk]})
    assert narrow.status_code == 302
    assert "青山茶铺" not in desk.get(page).content.decode()
    desk.post(page, TYPED)
    press(desk, "invite", row)

    row.refresh_from_db()
    assert (row.status, row.invitations.count()) == ("inviting", 1)
    assert 'name="slug"' not in desk.get(page).content.decode()  # the brief stands
    assert AuditRecord.objects.filter(action="marketing.invite_to_campaign", subject=row.public_id).exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"least_score": "59"}, "least_score"),
        ({"live_from": "2030-10-22T00:00"}, "live_from"),
        ({"enrol_until": "2020-10-22T00:00", "enrol_from": "2020-10-01T00:00"}, "enrol_until"),
        ({"off_percent": "0"}, "off_percent"),
        ({"slug": "taken"}, "slug"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field_and_nothing_typed_is_lost(desk, typed, field):
    desk.post(reverse(ADD), {**TYPED, "slug": "taken"})

    answer = desk.post(reverse(ADD), {**TYPED, **typed})

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors[field]
    assert 'value="双十一"' in answer.content.decode()
    assert Campaign.objects.count() == 1


def test_staff_accept_refuse_lock_and_call_off_by_buttons(desk):
    now = clock.now()
    days = {
        "enrol_from": now - timedelta(minutes=1), "enrol_until": now + timedelta(days=1),
        "audit_until": now + timedelta(days=2), "live_from": now + timedelta(days=3),
        "live_until": now + timedelta(days=4), "now": now - timedelta(hours=1),
    }  # fmt: skip
    tea, cup = sku(price="100.00"), sku(price="100.00")
    campaign = open_campaign(**days)
    first, second = (enrolled(campaign, ware, "80.00", now=now) for ware in (tea, cup))
    (queue,) = waiting(staff())
    assert queue.count == 2

    press(desk, "accept", first)
    press(desk, "refuse", second, reason="Blurred picture")
    Campaign.objects.update(status="audit", enrol_until=timezone.now())
    press(desk, "lock", campaign)

    assert list(CampaignEnrolment.objects.order_by("pk").values_list("status", "reason")) == [
        ("locked", ""), ("refused", "Blurred picture"),
    ]  # fmt: skip
    campaign.refresh_from_db()
    assert campaign.status == "locked"
    assert "admin/marketing/campaignenrolment/?campaign" in desk.get(
        reverse("admin:marketing_campaign_change", args=[campaign.pk])
    ).content.decode()  # fmt: skip
    press(desk, "call_off", campaign, reason="A storm")
    campaign.refresh_from_db()
    assert (campaign.status, campaign.cancel_reason) == ("canceled", "A storm")


def test_without_the_permission_nobody_runs_one(client):
    client.force_login(staff(superuser=False))

    assert client.get(reverse(ADD)).status_code == 403
    assert client.get(reverse(LIST)).status_code == 403
