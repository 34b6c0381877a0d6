"""A newer agreement: asked for, reminded of, accepted by an owner, and what waits for it (M2)."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from catalog.products import is_sellable, put_on_sale, submit_product, take_off_sale
from mall import clock
from mall.audit.models import AuditRecord
from mall.clock import business_date
from mall.events import deliver_everything
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from merchants.agreements import AgreementNotAccepted, NotThisVersion, accept_renewal, to_accept, watch_agreements
from merchants.applications import take_deposit
from merchants.backoffice.todo import waiting
from merchants.models import Agreement, AgreementRenewal
from merchants.requirements import BindsTooSoon, publish_agreement
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.merchants.applying import agreed, in_status, opened

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = business_date(NOON)
BINDS = TODAY + 40 * DAY


def publish(code="merchant", *, now=NOON, binds_on=BINDS, words="Newer") -> Agreement:
    return publish_agreement(
        code=code, title={"en": code}, text={"en": words}, binds_on=binds_on, by=staff(), now=now
    )  # fmt: skip


def asked(now=NOON) -> dict:
    return watch_agreements(now=now)


def accept(place, version=2, *, code="merchant", now=NOON):
    return accept_renewal(shop=place, code=code, version=version, by=place.seats.first().user, now=now)


def test_every_merchant_that_is_in_is_asked_once():
    place = opened().shop
    shop(merchant=place.merchant), shop(status="closed"), shop(status="exiting")
    other = shop(owner=shopper())
    publish()

    assert [asked(), asked(NOON + DAY)] == [{"asked": 2}, {}]

    assert set(AgreementRenewal.objects.values_list("merchant", "due_on")) == {
        (place.merchant_id, BINDS), (other.merchant_id, BINDS),
    }  # fmt: skip
    deliver_everything()
    notice = Notice.objects.get(kind="merchants.agreement_asked", person=other.seats.get().user)
    assert notice.url == reverse("backoffice:merchants:agreements", args=[other.slug])
    assert notice.facts["due_on"] == BINDS.isoformat()


def test_only_those_whom_it_concerns_are_asked():
    opened(), (electronics := opened(trades=["3c"]).shop)
    publish("after-sales")

    assert asked() == {"asked": 1}
    assert AgreementRenewal.objects.get().merchant == electronics.merchant


def test_without_a_day_nobody_is_asked_and_newcomers_accept_the_newest():
    opened()
    publish(binds_on=None)
    opened()

    assert asked() == {}
    publish(words="Newest")
    opened()
    assert asked() == {"asked": 2}


def test_who_came_in_with_the_older_version_gets_the_same_time():
    row = in_status("agreed")
    publish()
    late = NOON + 60 * DAY
    take_deposit(application_id=row.public_id, amount=row.deposit, now=late)

    assert asked(late) == {"asked": 1}
    assert AgreementRenewal.objects.get().due_on == TODAY + 90 * DAY


def test_it_binds_no_sooner_than_shops_can_read_it():
    with pytest.raises(BindsTooSoon):
        publish(binds_on=TODAY + 29 * DAY)
    publish(binds_on=TODAY + 30 * DAY)


def test_reminded_seven_days_and_one_day_before_once_each_however_often_it_runs():
    place = shop(owner=shopper())
    publish()
    asked()

    days = [32, 33, 33, 36, 39, 39, 40, 50]
    assert [asked(NOON + day * DAY) for day in days] == [{}, {"reminded": 1}, {}, {}, {"reminded": 1}, {}, {}, {}]
    deliver_everything()
    assert Notice.objects.filter(kind="merchants.agreement_due", person=place.seats.get().user).count() == 2


def test_an_outage_does_not_make_two_reminders_of_one():
    shop(owner=shopper())
    publish()
    asked()

    assert [asked(NOON + day * DAY) for day in (39, 39)] == [{"reminded": 1}, {}]


def test_accepted_with_version_moment_and_person():
    place = shop(owner=(owner := shopper()))
    version = publish()
    asked()

    row = accept(place, now=NOON + DAY)

    assert (row.status, row.accepted_at, row.accepted_by, row.text_hash) == (
        "accepted", NOON + DAY, owner, version.text_hash,
    )  # fmt: skip
    record = AuditRecord.objects.get(action="merchants.accept_renewal")
    assert (record.actor, record.after["agreement"]) == (owner, "merchant v2")
    assert accept(place, now=NOON + 2 * DAY).accepted_at == NOON + DAY  # twice is once
    assert asked(NOON + 3 * DAY) == {}


def test_what_was_read_is_what_is_accepted():
    place = shop(owner=shopper())
    publish()
    asked()
    publish(words="Newest", binds_on=BINDS + DAY)
    asked()

    with pytest.raises(NotThisVersion):
        accept(place, 2)
    (row,) = to_accept(place)
    assert (row.agreement.version, row.due_on) == (3, BINDS)
    accept(place, 3)
    assert set(AgreementRenewal.objects.values_list("agreement__version", "status")) == {
        (2, "superseded"), (3, "accepted"),
    }  # fmt: skip
    with pytest.raises(AgreementRenewal.DoesNotExist):
        accept(shop(owner=shopper()), 3)


def test_from_the_day_on_nothing_new_comes_on_sale_until_it_is_accepted():
    place = shop(owner=(owner := shopper()))
    new, paused = sku(shop=place).product, sku(shop=place).product
    new.status = "draft"
    new.save()
    take_off_sale(product=paused, by=owner, now=NOON)
    publish()
    asked()
    day_before, the_day = NOON + 39 * DAY, NOON + 40 * DAY
    put_on_sale(product=paused, by=owner, now=day_before)
    take_off_sale(product=paused, by=owner, now=the_day)  # never held back

    for verb, goods in ((submit_product, new), (put_on_sale, paused)):
        with pytest.raises(AgreementNotAccepted):
            verb(product=goods, by=owner, now=the_day)
    assert [is_sellable(place, new.category, now=moment) for moment in (day_before, the_day)] == [True, False]
    accept(place, now=the_day)

    assert submit_product(product=new, by=owner, now=the_day).is_on_sale
    assert put_on_sale(product=paused, by=owner, now=the_day).is_on_sale


def test_an_owner_reads_and_accepts_it_in_the_back_office(client):
    place = shop(owner=(owner := shopper()))
    seat(place, manager := shopper(), "manager")
    publish()
    asked()
    page = reverse("backoffice:merchants:agreements", args=[place.slug])
    door = reverse("backoffice:merchants:agreement-accept", args=[place.slug, "merchant"])
    client.force_login(manager)
    assert b'<form class="stack"' not in client.get(page).content
    assert client.post(door, {"version": "2", "agree": "1"}).status_code == 403
    client.force_login(owner)

    client.post(door, {"version": "2"})
    assert AgreementRenewal.objects.get().status == "asked"
    shown = client.get(page)
    client.post(door, {"version": "2", "agree": "1"})

    assert [row.agreement.version for row in shown.context["waiting"]] == [2]
    assert AgreementRenewal.objects.get().accepted_by == owner
    assert client.get(page).context["waiting"] == []


def test_it_stands_among_what_waits_for_an_owner():
    place = shop(owner=shopper())
    manager = seat(place, shopper(), "manager")
    publish()
    asked()

    def titles(whose, now):
        return [(todo.title, todo.tone) for todo in waiting(place, whose, now) if "agreements" in todo.url]

    soon, pressing = (titles(place.seats.get(role="owner"), NOON + day * DAY) for day in (0, 33))
    (title,) = (title for title, _tone in soon)
    assert "merchant" in title
    assert soon[0][1] != pressing[0][1]
    assert titles(manager, NOON) == []


def test_a_refused_product_leads_to_the_page_where_it_is_put_right(client):
    place = shop(owner=(owner := shopper()))
    goods = sku(shop=place).product
    take_off_sale(product=goods, by=owner, now=NOON)
    publish(now=NOON, binds_on=TODAY + 30 * DAY)
    asked()
    AgreementRenewal.objects.update(due_on=TODAY)
    client.force_login(owner)

    door = reverse("backoffice:catalog:status", args=[place.slug, goods.public_id])
    answer = client.post(door, {"action": "on_sale"}, follow=True)

    assert reverse("backoffice:merchants:agreements", args=[place.slug]).encode() in answer.content


def test_a_shop_sees_and_signs_only_for_its_own_merchant():  # R6
    mine, other = shop(owner=shopper()), shop(owner=shopper())
    publish()
    asked()

    with shop_scope(mine.pk):
        assert list(AgreementRenewal.objects.values_list("merchant", flat=True)) == [mine.merchant_id]
        assert AgreementRenewal.objects.filter(merchant=other.merchant).update(reminded=1) == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            AgreementRenewal.objects.all().delete()


def test_staff_publish_it_with_its_day_and_see_who_is_missing(client):
    client.force_login(staff())
    shop(owner=shopper()), shop(owner=shopper())
    form = {"code": "merchant", "title_en": "Agreement", "title_zh_hans": "协议", "text_en": "x", "text_zh_hans": "x"}
    add = reverse("admin:merchants_agreement_add")

    today = business_date(clock.now())
    refused = client.post(add, {**form, "binds_on": (today + 3 * DAY).isoformat()})
    client.post(add, {**form, "binds_on": (today + 50 * DAY).isoformat()})
    asked(clock.now())
    client.get(reverse("admin:merchants_agreement_changelist"))
    listed = client.get(reverse("admin:merchants_agreementrenewal_changelist"), {"status__exact": "asked"})

    assert "binds_on" in refused.context["adminform"].form.errors
    assert Agreement.objects.get(version=2).binds_on == today + 50 * DAY
    assert listed.context["cl"].result_count == 2


def test_an_application_accepts_the_version_of_its_day():
    publish()
    row = agreed(in_status("approved"))

    assert set(row.acceptances.values_list("agreement__version", flat=True)) == {2}
