"""Behaviour 2.4, M9: decisions about goods cost their shop points by a table from reasons to violations."""

from datetime import timedelta

import pytest
from django.urls import reverse

from catalog import products, reviewing
from catalog.models import ProductChange
from catalog.violations import WHEN_REFUSED, WHEN_TAKEN_DOWN
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.notifications.models import Notice
from merchants.models import Sanction
from merchants.petitions import NotTheSamePerson, appeal_sanction, grant_petition
from merchants.sanctions import POINTS, live_points
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
REASONS = [str(reason) for reason in ProductChange.Reason]


def refused(row, reason, by=None):
    by, change = by or staff(), row.changes.get(status="pending")
    reviewing.claim_change(change=change, by=by, now=NOON)
    reviewing.refuse_change(change=change, reason=reason, note="进口批文缺失", by=by, now=NOON)
    deliver_everything()
    return row


def taken_down(row, reason, by=None, now=NOON):
    products.take_down_product(product=row, reason=reason, note="进口批文缺失", by=by or staff(), now=now)
    deliver_everything()
    return row


def costs(row):
    """The violations of a product's shop, and their points."""
    found = [(str(one.code), one.points) for one in Sanction.objects.owned_by(row.shop).order_by("pk")]
    assert live_points(row.shop, NOON) == sum(points for _code, points in found)
    return found


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_costs_what_the_table_says_and_harmless_ones_nothing(reason):
    before = refused(product(status="in_review"), reason)
    after = taken_down(product(), reason)

    for row, table in ((before, WHEN_REFUSED), (after, WHEN_TAKEN_DOWN)):
        code = table.get(reason)
        assert costs(row) == ([(str(code), POINTS[code])] if code else [])
    if reason in {"picture", "category", "price", "other"}:
        assert not Sanction.objects.exists()


def test_the_shop_reads_what_it_was_and_is_told_that_its_goods_were_taken_down():
    place = shop(owner=(owner := shopper()))
    taken_down(product(shop=place, title="神奇面膜"), "claim", by=(judge := staff()))

    sanction = Sanction.objects.get()
    assert (sanction.note, sanction.imposed_by) == ("神奇面膜: 进口批文缺失", judge)
    said = {notice.kind: notice for notice in Notice.objects.filter(person=owner)}
    assert {"catalog.product_taken_down", "merchants.sanction_imposed"} <= set(said)


def test_the_same_again_costs_once_and_an_event_heard_twice_too():
    row = taken_down(sku().product, "claim")
    OutboxEvent.objects.update(delivered_at=None, attempts=0)
    deliver_everything()
    assert costs(row) == [("false_words", 3)]

    row.refresh_from_db()
    products.submit_product(product=row, by=shopper(), now=NOON)
    reviewing.claim_change(change=(change := row.changes.get(status="pending")), by=(judge := staff()), now=NOON)
    reviewing.approve_change(change=change, by=judge, now=NOON)
    taken_down(row, "claim", now=NOON + timedelta(days=2))
    assert costs(row) == [("false_words", 3)]
    taken_down(product(shop=row.shop), "claim")
    assert costs(row) == [("false_words", 3)] * 2


def test_another_person_answers_the_appeal_and_the_points_are_gone():
    row = taken_down(product(), "fake", by=(judge := staff()))
    assert costs(row) == [("counterfeit", 24)]
    sanction = Sanction.objects.get()
    petition = appeal_sanction(sanction=sanction, reason="有授权书", by=shopper(), now=NOON)

    with pytest.raises(NotTheSamePerson):
        grant_petition(petition=petition, answer="…", by=judge, now=NOON)
    grant_petition(petition=petition, answer="看过授权书", by=staff(), now=NOON)
    assert live_points(row.shop, NOON) == 0

    OutboxEvent.objects.update(delivered_at=None, attempts=0)  # heard again after it was lifted: still once
    deliver_everything()
    assert Sanction.objects.count() == 1


def test_who_decides_reads_the_points_beforehand(client):
    client.force_login(staff())
    row = product()
    asked = {"action": "take_down", "_selected_action": [row.pk]}
    page = client.post(reverse("admin:catalog_product_changelist"), asked, headers={"accept-language": "en"})
    assert "Counterfeit goods 24" in page.text and "Other reasons cost none" in page.text
