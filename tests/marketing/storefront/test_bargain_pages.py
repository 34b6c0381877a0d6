"""The pages of bargains (K1): opened on a product, sent to friends, cut, bought, proven; names are covered."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from mall import clock
from marketing.bargaining.bargains import expire_bargains, help_cut, open_bargain
from marketing.models import Bargain, BargainCut
from marketing.promotions import start_promotion
from marketing.showcase import for_cards
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.marketing import bargaining, draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


def person(**given):
    return shopper(language="en", **given)


def running(tea, *, cuts=3, early=False):
    """Bargaining at this very moment, as pages look at it."""
    now = clock.now()
    rule = {"prices": [[tea.pk, 6000, 10]], "cuts": cuts, "hours": 24, "most": 1, "early": early}
    days = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=30)}
    made = draft("bargain", shop=tea.shop, rule=rule, **days)
    return start_promotion(promotion=made, by=shopper(), now=now)


def plain(answer):
    """The words of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", "", answer.content.decode()).split())


def signed_in(who):
    client = Client()
    client.force_login(who)
    return client


def opened(tea, who=None, **rule):
    return open_bargain(promotion=running(tea, **rule), sku=tea, shopper=who or person(), now=clock.now())


def page_of(bargain):
    return reverse("storefront:marketing:bargain", args=[bargain.public_id])


def test_a_product_offers_to_bargain_and_one_press_opens_it(client):
    tea, me = sku(price="100.00", stock=5), person()
    promotion = running(tea)
    product = reverse("storefront:catalog:product", args=[tea.product.public_id])
    start = reverse("storefront:marketing:bargain-open", args=[promotion.public_id, tea.public_id])

    seen = plain(client.get(product))
    sent_to_sign_in = client.post(start)
    client.force_login(me)
    answer = client.post(start)

    assert "Bargain it down to ¥60.00" in seen
    assert start in client.get(product).content.decode()
    assert reverse("account_login") in sent_to_sign_in.url
    bargain = Bargain.objects.get()
    assert (bargain.shopper, answer.url) == (me, page_of(bargain))
    again = client.post(start)
    assert again.url == page_of(bargain)
    assert client.get(start).url.startswith(product)


def test_a_friend_sees_how_far_it_is_and_cuts_by_a_button(client):
    bargain, friend = opened(sku(price="100.00"), person(display_name="Chrysanthemum")), person()
    help_url = reverse("storefront:marketing:bargain-help", args=[bargain.public_id])

    as_guest = client.get(page_of(bargain)).content.decode()
    to_sign_in = client.post(help_url)
    client.force_login(friend)
    client.post(help_url, follow=True)
    after = client.get(page_of(bargain)).content.decode()
    twice = client.post(help_url, follow=True).content.decode()

    assert help_url in as_guest
    assert "Chrysanthemum" not in as_guest
    assert "C***m" in as_guest
    assert reverse("account_login") in to_sign_in.url
    assert BargainCut.objects.filter(helper=friend).count() == 1
    assert help_url not in after
    assert "You have helped here" in after
    assert "You have helped here already." in twice
    assert bargain.seed not in after
    assert bargain.seed_hash in after


def test_its_owner_shares_it_and_buys_it_at_the_lowest_price(client):
    tea, me = sku(price="100.00", stock=5), person()
    bargain = opened(tea, me, cuts=2)
    address(me)
    client.force_login(me)
    buy = reverse("storefront:orders:deal-checkout", args=[bargain.public_id, tea.public_id])

    before = client.get(page_of(bargain)).content.decode()
    help_cut(bargain=bargain, helper=person(), now=clock.now())
    after = client.get(page_of(bargain)).content.decode()
    mine = client.get(reverse("storefront:marketing:bargains")).content.decode()

    assert 'id="share-link"' in before
    assert buy not in before
    assert "not at its lowest price yet" in before
    assert buy in after
    assert buy in mine
    assert "To pay ¥60.00" in plain(client.get(buy))


def test_the_proof_stands_on_the_page_and_in_the_terminal_when_it_is_over(client):
    bargain = opened(sku(price="100.00"), cuts=5)

    with pytest.raises(CommandError, match="secret"):
        call_command("prove_bargain", bargain.public_id, stdout=StringIO())
    expire_bargains(now=clock.now() + timedelta(days=2))
    text = client.get(page_of(bargain)).content.decode()
    call_command("prove_bargain", bargain.public_id, stdout=(said := StringIO()))

    assert bargain.seed in text
    assert "It holds" in text
    assert "the proof holds" in said.getvalue()
    Bargain.objects.update(seed="0" * 64)
    assert "It does not hold" in client.get(page_of(bargain)).content.decode()
    with pytest.raises(CommandError, match="not hold"):
        call_command("prove_bargain", bargain.public_id, stdout=StringIO())


def test_what_cannot_be_opened_or_helped_says_why(client):
    tea = sku(price="100.00", stock=5)
    bargain = opened(tea, early=True, cuts=4)
    sold_out = sku(shop=tea.shop, price="100.00", stock=0)
    promotion = running(sold_out)
    client.force_login(bargain.shopper)

    own = client.post(reverse("storefront:marketing:bargain-help", args=[bargain.public_id]), follow=True)
    gone = client.post(
        reverse("storefront:marketing:bargain-open", args=[promotion.public_id, sold_out.public_id]), follow=True
    )

    assert "now ask your friends" in own.content.decode()
    assert "All of it is gone." in gone.content.decode()
    assert client.get(reverse("storefront:marketing:bargain", args=["brg_nothing"])).status_code == 404


def test_my_bargains_take_as_many_queries_for_three_as_for_one():
    counts = []
    for count in (1, 3):
        who = person()
        for _number in range(count):
            opened(sku(price="100.00"), who)
        client = signed_in(who)
        client.get("/account/")
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("storefront:marketing:bargains")).status_code == 200
        counts.append(len(found))

    assert counts[0] == counts[1]


def test_cards_carry_a_badge_for_what_can_be_bargained_for_and_for_nothing_else():
    tea = sku(price="100.00")
    other = sku(shop=tea.shop, price="50.00")
    bargaining({tea: "60.00"})

    with override("en"):
        badges = for_cards([tea.product.public_id, other.product.public_id], now=NOON)

    assert badges == {tea.product.public_id: ["Bargaining"]}
