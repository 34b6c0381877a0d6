"""S2, S6: rules of commission are proposed by one person, confirmed by another, and known days before they count."""

from datetime import timedelta

import pytest
from django.db import InternalError, ProgrammingError, transaction
from django.urls import reverse

from catalog.commission import rules_at
from catalog.commission_rules import (
    AnotherPersonConfirms,
    ProposedAlready,
    WrongRule,
    confirm_version,
    discard_version,
    propose_version,
)
from catalog.models import CommissionRule, CommissionVersion
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from mall.texts import Text
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.campaigns import brief
from tests.factories.catalog import category, product, sku
from tests.factories.commission import proposed_version, rule_in_force
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def said_at(moment) -> list[tuple]:
    return [(terms.version, terms.bps, terms.fixed) for terms in rules_at(moment)]


def test_each_version_counts_from_its_moment_until_the_next():
    first = rule_in_force(bps=300)
    rule_in_force(rule=first.rule, since=NOON + 30 * DAY, fixed="1.00")
    rule_in_force(rule=first.rule, since=NOON + 60 * DAY, is_end=True)

    moments = (NOON - timedelta(seconds=1), NOON, NOON + 29 * DAY, NOON + 30 * DAY, NOON + 59 * DAY, NOON + 60 * DAY)
    assert [said_at(moment) for moment in moments] == [
        [], [(1, 300, None)], [(1, 300, None)], [(2, None, 100)], [(2, None, 100)], [],
    ]  # fmt: skip


def test_rules_stand_in_the_order_of_their_places_and_the_older_first():
    for place, bps in ((20, 100), (10, 200), (20, 300)):
        rule_in_force(position=place, bps=bps)

    assert [terms.bps for terms in rules_at(NOON)] == [200, 100, 300]


def test_who_proposed_it_does_not_confirm_it_and_nothing_is_confirmed_twice():
    author = staff()
    version = proposed_version(bps=300, by=author)
    at = version.proposed_at

    with pytest.raises(AnotherPersonConfirms):
        confirm_version(version=version, by=author, now=at)
    with pytest.raises(ProposedAlready):
        proposed_version(rule=version.rule, bps=200)
    confirm_version(version=version, by=staff(), now=at)
    with pytest.raises(WrongStatus):
        confirm_version(version=version, by=staff(), now=at)
    with pytest.raises(WrongStatus):
        discard_version(version=version, by=staff(), now=at)

    actions = AuditRecord.objects.filter(subject=version.public_id).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["catalog.propose_commission", "catalog.confirm_commission"]
    assert said_at(NOON) == [(1, 300, None)]


def test_what_is_discarded_or_waits_counts_for_nothing():
    discard_version(version=proposed_version(bps=300), by=staff(), now=NOON)
    proposed_version(bps=400)

    assert said_at(NOON + 90 * DAY) == []


def test_shops_know_of_it_a_week_before():
    said = {"name": Text({"zh-hans": "…"}), "reason": "…", "by": staff(), "bps": 300}

    with pytest.raises(WrongRule) as early:
        propose_version(effective_at=NOON + 7 * DAY - timedelta(seconds=1), now=NOON, **said)
    version = propose_version(effective_at=NOON + 7 * DAY, now=NOON, **said)
    with pytest.raises(WrongRule) as late:
        confirm_version(version=version, by=staff(), now=NOON + timedelta(seconds=1))

    assert early.value.details["field"] == late.value.details["field"] == "effective_at"
    assert CommissionVersion.objects.get().status == "proposed"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "bps"),
        ({"bps": 5_001}, "bps"),
        ({"bps": 300, "ladder": [[0, 300]]}, "ladder"),
        ({"ladder": [[100, 300]]}, "ladder"),
        ({"ladder": [[0, 300], [200, 200], [100, 100]]}, "ladder"),
        ({"ladder": [[0, 300], [0, 200]]}, "ladder"),
        ({"ladder": [[0, 6_000]]}, "ladder"),
        ({"ladder": [[amount, 300] for amount in range(21)]}, "ladder"),
        ({"bps": 300, "floor": Money(-1)}, "floor"),
        ({"bps": 300, "floor": Money(200), "cap": Money(100)}, "cap"),
        ({"bps": 300, "price_from": Money(200), "price_below": Money(200)}, "price_below"),
        ({"bps": 300, "reason": " "}, "reason"),
        ({"bps": 300, "name": Text({"zh-hans": ""})}, "name"),
        ({"bps": 300, "is_end": True}, "is_end"),
    ],
)
def test_what_does_not_fit_together_is_refused_and_nothing_is_written(said, field):
    given = {"name": Text({"zh-hans": "…"}), "reason": "…", **said}

    with pytest.raises(WrongRule) as refused, transaction.atomic():
        propose_version(effective_at=NOON + 30 * DAY, by=staff(), now=NOON, **given)

    assert refused.value.details["field"] == field
    assert not CommissionRule.objects.exists()


def test_only_what_is_in_force_or_comes_can_end():
    version = proposed_version(bps=300)
    discard_version(version=version, by=staff(), now=NOON)

    with pytest.raises(WrongRule):
        proposed_version(rule=version.rule, is_end=True)


def test_the_database_lets_nobody_rewrite_what_a_version_says():
    version = rule_in_force(bps=300)

    for change in ({"bps": 100}, {"status": "proposed"}):
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
            CommissionVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        version.delete()


def test_the_shops_that_it_concerns_are_told_what_from_when_and_why():
    above = category()
    mine, other = shop(), shop()
    for place, wares in ((mine, category(parent=above)), (other, category())):
        seat(place)
        sku(product=product(shop=place, category=wares))

    version = rule_in_force(category=above, bps=300, reason="服务商降价", name={"zh-hans": "茶具", "en": "Teaware"})
    deliver_everything()

    notices = list(Notice.objects.filter(kind="catalog.commission_changes"))
    assert {notice.url for notice in notices} == {reverse("backoffice:settlement:commission", args=[mine.slug])}
    facts = notices[0].facts
    assert (facts["effect"]["en"], facts["reason"], facts["day"]) == ("3 %", "服务商降价", "2026-03-02")
    assert facts["conditions"]["en"] == "category “Teaware”"
    assert version.status == "confirmed"


# The desk of staff


FORM = {
    "rule": "", "name_0": "茶具优惠", "name_1": "Less for teaware", "position": "10", "category": "", "shop": "",
    "tier": "", "shop_days": "", "campaign": "", "kind": "", "price_from": "", "price_below": "", "rate": "",
    "ladder": "", "fixed": "", "floor": "", "cap": "", "effective_at": "2027-03-20T00:00", "reason": "季节调整",
}  # fmt: skip


def filled(**typed) -> dict:
    name = {key.replace("name_0", "name_zh_hans").replace("name_1", "name_en"): value for key, value in FORM.items()}
    return name | typed


def test_staff_propose_on_a_form_that_keeps_what_was_typed(client):
    client.force_login(staff())
    url = reverse("admin:catalog_commissionversion_add")
    wares, place, campaign = category(), shop(), brief()

    empty = client.post(url, filled())
    wrong = client.post(url, filled(ladder="0 5\n1000 x", fixed="1"))
    full = filled(
        category=wares.pk, shop=place.slug, tier="head", shop_days="90", campaign=campaign.pk, kind="physical",
        price_from="10", price_below="99.90", ladder="0 5\n1,000 3 %", fixed="1", floor="0.50", cap="30",
    )  # fmt: skip
    done = client.post(url, full)

    assert list(empty.context["adminform"].form.errors) == ["rate"]
    assert list(wrong.context["adminform"].form.errors) == ["ladder"]
    assert "1000 x" in wrong.content.decode()
    assert done.status_code == 302
    version = CommissionVersion.objects.get()
    assert (version.category, version.shop, version.tier, version.shop_days) == (wares, place, "head", 90)
    assert (version.campaign, version.campaign_name, version.kind) == (campaign.public_id, campaign.name, "physical")
    assert (version.price_from, version.price_below) == (Money(1_000), Money(9_990))
    assert (version.ladder, version.bps) == ([[0, 500], [100_000, 300]], None)
    assert (version.fixed, version.floor, version.cap) == (Money(100), Money(50), Money(3_000))


def test_the_next_version_begins_as_the_last_one_stands(client):
    version = rule_in_force(bps=250, fixed="1.00", shop=shop(), position=7)
    client.force_login(staff())

    page = client.get(reverse("admin:catalog_commissionversion_add"), {"version": version.pk})

    form = page.context["adminform"].form
    assert [form[name].value() for name in ("rule", "shop", "position", "rate", "fixed")] == [
        version.rule_id, version.shop.slug, 7, 2.5, "1.00",
    ]  # fmt: skip


def test_another_person_confirms_at_the_desk(client):
    version = proposed_version(bps=300, since=NOON + 4_000 * DAY, by=(author := staff()))
    url = reverse("admin:catalog_commissionversion_changelist")
    form = {"action": "confirm", "_selected_action": [version.pk], "confirmed": "yes"}

    for person in (author, staff()):
        client.force_login(person)
        client.show_factor(person)
        client.post(url, form)

    version.refresh_from_db()
    assert (version.status, version.decided_by) == ("confirmed", person)
