"""S2: the shop reads which rule decided the commission of its order, and which rules come."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mall import clock
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.commission import rule_in_force
from tests.factories.merchants import shop
from tests.journeys import completed_order

pytestmark = pytest.mark.django_db
BEFORE = NOON - timedelta(days=30)


@pytest.fixture
def theirs():
    return shop(owner=shopper())


@pytest.fixture
def goods(theirs):
    wares = category(name="茶具", english="Teaware", commission_bps=700)
    return sku(product=product(shop=theirs, category=wares), price="100.00")


def read(client, theirs, page: str, *arguments) -> str:
    client.force_login(theirs.seats.get(role="owner").user)
    url = reverse(f"backoffice:settlement:{page}", args=[theirs.slug, *arguments])
    return client.get(url, headers={"accept-language": "en"}).content.decode()


def test_the_page_of_an_order_tells_the_rule_its_version_and_how_it_was_counted(client, theirs, goods):
    version = rule_in_force(since=BEFORE, bps=200, fixed="1.00", name={"zh-hans": "茶", "en": "For tea"})
    order = completed_order(skus={goods: 2})
    rule_in_force(rule=version.rule, since=NOON, bps=5_000)

    page = read(client, theirs, "order", order.public_id)

    for words in ("Rule “For tea”, version 1", "It fits: every line", "2 % of ¥200.00 + ¥1.00 × 2 = ¥6.00"):
        assert words in page


def test_without_a_rule_the_page_of_an_order_says_the_rate_alone(client, theirs, goods):
    page = read(client, theirs, "order", completed_order(skus={goods: 1}).public_id)

    assert "7 %" in page
    assert "How the commission came about" not in page


def test_the_shop_reads_the_rules_that_may_concern_it_what_comes_and_its_rates(client, theirs, goods):
    now = clock.now()
    rule_in_force(since=now - timedelta(days=9), position=2, bps=300, name={"zh-hans": "二", "en": "Second"})
    first = rule_in_force(since=now - timedelta(days=9), position=1, shop=theirs, bps=200,
                          name={"zh-hans": "一", "en": "First"})  # fmt: skip
    rule_in_force(since=now - timedelta(days=9), shop=shop(), bps=100, name={"zh-hans": "他", "en": "Of another"})
    rule_in_force(since=now - timedelta(days=9), category=category(), bps=1, name={"zh-hans": "别", "en": "Elsewhere"})
    rule_in_force(rule=first.rule, since=now + timedelta(days=9), is_end=True, reason="It was a trial.")

    page = read(client, theirs, "commission")

    assert page.index("1. First") < page.index("2. Second")
    assert "It was a trial." in page
    assert "the rule ends" in page
    assert "7 %" in page
    assert not any(words in page for words in ("Of another", "Elsewhere"))


def test_staff_read_the_same_on_the_order(client, goods):
    rule_in_force(since=BEFORE, bps=200, cap="1.00", name={"zh-hans": "茶", "en": "For tea"})
    order = completed_order(skus={goods: 1})
    client.force_login(staff())

    page = client.get(reverse("admin:orders_order_change", args=[order.pk]), headers={"accept-language": "en"})

    assert "2 % of ¥100.00, at most ¥1.00" in page.content.decode()
