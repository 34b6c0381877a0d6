"""Group buying as shoppers see it: on the product, the page of a group, how it is shared, in the account (K4)."""

import io

import pytest
from django.urls import reverse
from django.utils.html import strip_tags
from PIL import Image

from mall import clock
from mall.money import Money
from marketing.groups import poster, seats
from marketing.groups.showing import block
from marketing.models import BuyingGroup
from marketing.showcase import for_cards
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.marketing import crowdfunding, group_buying
from tests.journeys import paid_order
from tests.marketing.groups.test_seats import paid, placed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "at_noon")]


@pytest.fixture
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def client(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def tea():
    return sku(price="50.00", stock=20)


def page_of(group, name="group") -> str:
    return reverse(f"storefront:marketing:{name}", args=[group.public_id])


def group_of(order) -> BuyingGroup:
    return BuyingGroup.objects.get(public_id=order.deal)


def words(response) -> str:
    return response.content.decode()


def test_the_product_offers_to_open_a_group_and_names_those_that_wait(client, tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3, newcomers=True)
    leader = shopper(display_name="Margaret")
    group = group_of(paid(sale.public_id, tea, leader))
    unpaid = placed(sale.public_id, tea)
    page = words(client.get(reverse("storefront:catalog:product", args=[tea.product.public_id])))

    assert reverse("storefront:orders:deal-checkout", args=[sale.public_id, tea.public_id]) in page
    assert reverse("storefront:orders:deal-checkout", args=[group.public_id, tea.public_id]) in page
    assert unpaid.deal not in page  # nobody has paid for it
    assert "M***t" in page and "Margaret" not in page
    assert "For newcomers" in page


def test_a_product_without_deals_shows_none(client, tea):
    assert "deal-box" not in words(client.get(reverse("storefront:catalog:product", args=[tea.product.public_id])))


def test_a_group_tells_who_is_in_who_is_missing_and_the_rules(client, tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3, helped_percent=50)
    group = group_of(paid(sale.public_id, tea, shopper(display_name="Margaret")))
    page = words(client.get(page_of(group)))

    assert "2 more people and the group is complete" in page
    assert "M***t" in page and "Margaret" not in page
    assert "data-countdown" in page and "Join this group" in page
    assert "If at least 2 of 3 seats are paid" in page and "nobody is made up" in page


def test_who_is_in_it_finds_her_order_there_and_who_may_not_join_reads_why(client, tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3, newcomers=True)
    order = paid(sale.public_id, tea)
    client.force_login(order.shopper)
    page = words(client.get(page_of(group_of(order))))
    assert order.public_id in page and "Join this group" not in page

    client.force_login(paid_order().shopper)
    page = words(client.get(page_of(group_of(order))))
    assert "Only newcomers may join this group" in page and "Join this group" not in page
    assert order.public_id not in page


def test_a_group_that_came_to_nothing_says_so(client, tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3)
    group = group_of(paid(sale.public_id, tea))
    seats.end_groups(now=group.ends_at)
    page = words(client.get(page_of(group)))
    assert "Everybody gets her money back" in page and "Join this group" not in page
    assert "not open any more" in words(client.get(page_of(group, "group-share")))


def test_it_is_shared_by_its_address_and_a_poster(client, tea):
    group = group_of(paid(group_buying({tea: ("30.00", 10)}, size=3).public_id, tea))
    page = words(client.get(page_of(group, "group-share")))
    assert f'value="http://testserver{page_of(group)}"' in page

    answer = client.get(page_of(group, "group-poster"))
    assert answer["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as drawn:
        assert drawn.size == poster.SIZE


def test_the_poster_speaks_the_readers_language(client, tea):
    group = group_of(paid(group_buying({tea: ("30.00", 10)}, size=3).public_id, tea))
    english = client.get(page_of(group, "group-poster"), headers={"Accept-Language": "en"})
    chinese = client.get(page_of(group, "group-poster"), headers={"Accept-Language": "zh-hans"})
    assert (english["Content-Language"], chinese["Content-Language"]) == ("en", "zh-hans")
    assert english.content != chinese.content


def test_chinese_is_set_with_signs_that_the_font_has_and_no_line_begins_with_a_comma():
    title = "手工柴烧茶壶，一把好壶，慢慢养成自己的颜色，送给懂茶的朋友，也送给每天清晨的自己"
    lines = poster._lines(title, 34, 660)
    assert len(lines) == 2 and lines[1].endswith("…")
    assert not [line for line in lines if line[0] in poster.UNBREAKABLE]
    assert poster._lines("Small handmade thing", 34, 200) == ["Small", "handmad…"]
    missing = poster._font(34).getmask("\U0010fffe").getbbox()
    assert all(poster._font(34).getmask(sign).getbbox() != missing for sign in "手工柴烧茶壶龘")
    assert poster.draw(
        title=title, picture="", price=Money(3000), alone=Money(5000), size=3, missing=0, until=NOON, shop="云间茶舍",
        address="https://mall.example/group/bgr_x/",
    ).startswith(b"\x89PNG")  # fmt: skip


def test_her_groups_stand_in_her_account(client, tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3)
    order = paid(sale.public_id, tea)
    paid(sale.public_id, tea)  # another one's
    client.force_login(order.shopper)
    url = reverse("storefront:marketing:my-groups")
    page = words(client.get(url))
    assert page_of(group_of(order)) in page and page.count("deal-goods") == 1
    assert "No group here" in words(client.get(f"{url}?status=formed"))


def test_her_order_says_what_it_waits_for_and_leads_to_the_group(client, tea):
    order = paid(group_buying({tea: ("30.00", 10)}, size=3).public_id, tea)
    client.force_login(order.shopper)
    page = words(client.get(reverse("storefront:orders:detail", args=[order.public_id])))
    assert "2 more people must pay" in page and page_of(group_of(order)) in page


def test_cards_in_lists_say_it(tea):
    lamp, plain = sku(price="80.00", stock=5, shop=tea.shop), sku(price="80.00", shop=tea.shop)
    group_buying({tea: ("30.00", 10)}, size=3)
    crowdfunding({lamp: ("50.00", 10)})
    named = [row.product.public_id for row in (tea, lamp, plain)]
    said = for_cards(named, now=NOON)
    assert said == {named[0]: ["Together from ¥30"], named[1]: ["Crowdfunding"]}


def test_a_crowdfunding_shows_how_far_it_is_and_its_levels(client, tea):
    project = crowdfunding({tea: ("30.00", 10)}, goal="90.00")
    paid(project.public_id, tea)
    page = words(client.get(reverse("storefront:catalog:product", args=[tea.product.public_id])))
    assert "¥30.00 of ¥90.00" in page and "1 supporter" in page and "33%" in page
    assert reverse("storefront:orders:deal-checkout", args=[project.public_id, tea.public_id]) in page


def test_larger_groups_of_the_same_goods_may_have_a_lower_price(tea):  # 2.25
    three, five = group_buying({tea: ("40.00", 10)}, size=3), group_buying({tea: ("30.00", 10)}, size=5)

    page = strip_tags(block(tea.product.public_id))
    of_three, of_five = paid(three.public_id, tea), paid(five.public_id, tea)

    assert page.index("5 people") < page.index("30.00") < page.index("3 people") < page.index("40.00")
    assert [group_of(order).size for order in (of_three, of_five)] == [3, 5]
    assert [order.lines.get().total.minor for order in (of_three, of_five)] == [4000, 3000]
    joined = paid(of_five.deal, tea)
    assert (joined.lines.get().total.minor, group_of(of_three).seats_paid, group_of(of_five).seats_paid) == (3000, 1, 2)
