"""A shop's pages of promotions (K1): made in one step, previewed, started, stopped, changed, joined."""

import pytest
from django.urls import reverse

from catalog.models import Sku
from marketing.bargaining.bargains import help_cut, open_bargain
from marketing.models import Promotion, PromotionShare
from merchants.models import Seat
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.marketing import bargaining, draft, promotion
from tests.factories.merchants import seat, shop
from tests.marketing.storefront.test_coupon_pages import running

pytestmark = pytest.mark.django_db
DAYS = {"starts_at": "2030-01-01T00:00", "ends_at": "2030-02-01T00:00", "name_zh_hans": "春茶满减", "name_en": "Spring"}
WHAT = {
    "coupon": {"at": "100", "off": "10", "person_limit": "1", "is_open": "on", "code": "", "scope": "all"},
    "full_reduction": {"at_1": "100", "off_1": "10", "at_2": "200", "off_2": "30", "scope": "all"},
    "percentage": {"bps": "15", "scope": "all"},
    "n_for_price": {"n": "3", "price": "99", "scope": "all"},
    "nth_piece": {"n": "2", "bps": "50", "scope": "all"},
    "bundle": {"sku_1": "A", "count_1": "1", "sku_2": "B", "price": "50"},
    "add_on": {"at": "100", "sku_1": "A", "price_1": "9.90", "most": "1", "scope": "all"},
    "gift": {"at": "100", "sku": "A", "quantity": "1", "scope": "all"},
    "bargain": {"sku_1": "A", "price_1": "39.90", "units_1": "20", "cuts": "10", "hours": "24", "most": "1"},
    "free_trial": {"sku_1": "A", "units_1": "3", "chosen": "lot", "take": "5", "report": "15"},
    "flash_sale": {"sku_1": "A", "price_1": "39.90", "units_1": "20", "most": "1"},
    "deposit_presale": {
        "sku_1": "A",
        "price_1": "50",
        "deposit_1": "5",
        "worth_1": "8",
        "units_1": "20",
        "most": "1",
        "since": "2030-02-01T00:00",
        "until": "2030-02-03T00:00",
        "ships": "2030-02-05",
    },
    "group_buying": {
        "sku_1": "A",
        "price_1": "39.90",
        "units_1": "20",
        "most": "1",
        "size": "3",
        "hours": "24",
        "helped_percent": "60",
        "newcomers": "on",
    },
    "crowdfunding": {
        "sku_1": "A",
        "price_1": "39.90",
        "units_1": "20",
        "most": "1",
        "goal": "500",
        "ships_in_days": "30",
    },
}


@pytest.fixture
def mine(client):
    here, owner = shop(), shopper()
    seat(here, owner, Seat.Role.OWNER)
    client.force_login(owner)
    for code in ("A", "B"):
        goods = sku(shop=here, price="60.00")
        goods.code = code
        goods.save()
    return here


@pytest.mark.parametrize("kind", WHAT)
def test_every_template_is_filled_in_previewed_saved_and_started_in_one_step(client, mine, kind):
    url = f"{reverse('backoffice:marketing:add', args=[mine.slug])}?kind={kind}"
    typed = {**DAYS, **WHAT[kind]}

    blank = client.get(url)
    looked = client.post(url, {**typed, "look": "1", "cost_percent": "50"})
    saved = client.post(url, {**typed, "start": "1"})

    assert blank.status_code == looked.status_code == 200
    assert 'id="preview"' in looked.content.decode(), looked.context["form"].errors
    assert looked.context["examples"], "the preview has examples"
    assert saved.status_code == 302, saved.context["form"].errors
    made = Promotion.objects.get()
    assert (made.kind, made.status, made.shop) == (kind, "live", mine)
    again = client.get(reverse("backoffice:marketing:edit", args=[mine.slug, made.public_id]))
    same = {field.html_name: field.value() for field in again.context["form"]}
    assert again.status_code == 200
    assert same["name"]["en"] == "Spring"
    assert client.get(saved.url).status_code == 200
    assert client.get(reverse("backoffice:marketing:list", args=[mine.slug])).status_code == 200


def test_what_contradicts_itself_is_said_at_its_field_and_nothing_is_lost(client, mine):
    url = f"{reverse('backoffice:marketing:add', args=[mine.slug])}?kind=full_reduction"

    answer = client.post(url, {**DAYS, "scope": "all", "at_1": "200", "off_1": "30", "at_2": "100", "off_2": "10"})

    assert answer.status_code == 200
    assert answer.context["form"].errors["at_1"]
    assert 'value="30"' in answer.content.decode()
    assert not Promotion.objects.exists()


def test_it_is_stopped_and_started_by_a_button_and_readers_may_not(client, mine):
    row = promotion("percentage", shop=mine)
    url = reverse("backoffice:marketing:do", args=[mine.slug, row.public_id])
    reader = shopper()
    seat(mine, reader, Seat.Role.READER)

    client.post(url, {"action": "stop"})
    row.refresh_from_db()
    client.force_login(reader)

    assert row.status == "stopped"
    assert client.post(url, {"action": "start"}).status_code == 403
    assert client.get(reverse("backoffice:marketing:list", args=[mine.slug])).status_code == 200


def test_a_shop_joins_what_the_mall_shares_with_shops(client, mine):
    shared = running("full_reduction", shop=None, shop_bps=3000)
    page = reverse("backoffice:marketing:mall", args=[mine.slug])
    do = reverse("backoffice:marketing:mall-do", args=[mine.slug, shared.public_id])

    seen = client.get(page).content.decode()
    client.post(do, {"action": "join"})
    joined = list(PromotionShare.objects.values_list("shop", "shop_bps"))
    client.post(do, {"action": "leave"})

    assert "30%" in seen
    assert joined == [(mine.pk, 3000)]
    assert not PromotionShare.objects.exists()


def test_another_shops_promotion_is_not_found(client, mine):
    theirs = draft("percentage", shop=shop())

    assert client.get(reverse("backoffice:marketing:detail", args=[mine.slug, theirs.public_id])).status_code == 404


def test_a_coupon_in_per_cent_without_a_minimum_is_previewed(client, mine):
    url = f"{reverse('backoffice:marketing:add', args=[mine.slug])}?kind=coupon"

    looked = client.post(url, {**DAYS, **WHAT["coupon"], "at": "", "off": "", "bps": "30", "look": "1"})

    assert looked.status_code == 200
    assert [row.discount.minor for row in looked.context["examples"]] == [1800, 1800]


def test_the_page_of_bargaining_tells_what_it_has_brought(client, mine):  # K1
    goods = Sku.objects.get(shop=mine, code="A")
    sale = bargaining({goods: "40.00"}, cuts=2)
    for _number in range(2):
        bargain = open_bargain(promotion=sale, sku=goods, shopper=shopper(), now=NOON)
    help_cut(bargain=bargain, helper=shopper(), now=NOON)

    page = client.get(reverse("backoffice:marketing:detail", args=[mine.slug, sale.public_id]))

    figures = page.context["bargaining"]
    assert (figures.opened, figures.reached, figures.bought, figures.cuts) == (2, 1, 0, 3)
    assert len(page.context["bargains"]) == 2
    assert bargain.seed not in page.content.decode()
