"""Behaviour 2.4: of what went on sale by itself a share comes before reviewers afterwards."""

from datetime import timedelta

import pytest
from django.urls import reverse

from catalog.models import Product, ProductSample
from catalog.products import submit_product
from catalog.samples import draw_samples
from catalog.tunables import SAMPLE_BPS
from mall.events import deliver_everything
from mall.flow import WrongStatus
from merchants.models import Sanction
from tests.catalog.test_changes import approve, waiting
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku

pytestmark = pytest.mark.django_db


def passed(**fields):
    """A product that was submitted and went on sale at once."""
    row = sku(product=product(status="draft", on_sale_at=None, **fields)).product
    submit_product(product=row, by=shopper(), now=NOON)
    row.refresh_from_db()
    return row


def drawn(share, now=NOON):
    SAMPLE_BPS.turn(share, by=staff(), now=NOON)
    return draw_samples(now=now)


def test_a_share_of_what_no_person_saw_is_drawn_once():
    mine = [passed() for _number in range(40)]
    seen = passed(category=category(needs_review=True))
    approve(waiting(seen))
    old = product(on_sale_at=NOON - timedelta(days=3))

    assert drawn(0) == 0
    some = drawn(3_000)
    assert 0 < some < 40
    assert drawn(3_000) == 0
    assert some + drawn(10_000) == 40
    samples = set(ProductSample.objects.values_list("product_id", flat=True))
    assert samples == {row.pk for row in mine} and not samples & {seen.pk, old.pk}


def test_a_reviewer_passes_one_and_takes_the_other_down_for_a_reason(client):
    good, bad = passed(), passed()
    drawn(10_000)
    client.force_login(staff())
    url = reverse("admin:catalog_productsample_changelist")

    def press(action, row, **said):
        form = {"action": action, "_selected_action": [row.sample.pk], "confirmed": "yes", **said}
        return client.post(url, form, follow=True, headers={"accept-language": "en"})

    press("fine", good)
    press("take_down", bad, reason="claim", note="无功效证明")
    deliver_everything()
    told = {row.pk: (row.status, row.sample.status) for row in Product.objects.select_related("sample")}
    assert told == {good.pk: ("on_sale", "fine"), bad.pk: ("taken_down", "taken_down")}
    assert [(one.shop_id, one.code) for one in Sanction.objects.all()] == [(bad.shop_id, "false_words")]

    again = press("take_down", good, reason="claim", note="…")
    good.refresh_from_db()
    assert (good.status, good.sample.status, again.status_code) == ("on_sale", "fine", 200)
    with pytest.raises(WrongStatus):
        ProductSample.FLOW.move(good.sample, "taken_down")
