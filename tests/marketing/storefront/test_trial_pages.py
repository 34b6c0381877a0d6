"""The pages of free trials (K1): what runs, one with its form, her own; the shop's applications."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mall import clock
from mall.tenancy import shop_scope
from marketing.models import Trial, TrialApplication
from marketing.trials.applying import apply
from marketing.trials.deciding import draw_due
from merchants.models import Seat
from tests.clients import Client
from tests.factories.accounts import address
from tests.factories.catalog import sku
from tests.factories.marketing import draft, trial
from tests.factories.merchants import seat
from tests.marketing.storefront.test_bargain_pages import person, plain, signed_in

pytestmark = pytest.mark.django_db
WHY = "I drink tea every day and write a lot."


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


def running(units, **given):
    now = clock.now()
    days = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=3)}
    return trial(units, **days | given)


def page_of(promotion):
    return reverse("storefront:marketing:trial", args=[promotion.public_id])


def applied(promotion, who=None, words=WHY):
    return apply(units=promotion.trial_units.first(), shopper=who or person(), words=words, now=clock.now())


def drawn(promotion):
    promotion.ends_at = clock.now()
    promotion.save()
    draw_due(now=clock.now())


def test_what_can_be_tried_stands_on_its_page_on_the_list_and_on_the_product(client):
    tea = sku(price="80.00")
    promotion = running({tea: 2})
    applied(promotion)
    hidden = draft("free_trial", shop=tea.shop, rule=promotion.rule)

    listed = plain(client.get(reverse("storefront:marketing:trials")))
    product = client.get(reverse("storefront:catalog:product", args=[tea.product.public_id])).content.decode()

    assert "2 pieces · 1 has applied" in listed
    assert page_of(promotion) in product
    assert client.get(page_of(promotion)).status_code == 200
    assert client.get(page_of(hidden)).status_code == 404


def test_one_applies_with_the_form_and_nothing_typed_is_lost(client):
    promotion, me = running({sku(): 2}), person(display_name="Chrysanthemum")
    url = page_of(promotion)
    thing = promotion.trial_units.get().sku.public_id

    to_sign_in = client.post(url, {"thing": thing, "words": WHY})
    client.force_login(me)
    short = client.post(url, {"thing": thing, "words": "please"})
    banned = client.post(url, {"thing": thing, "words": "I know it 包治百病, so let me try it"})
    client.post(url, {"thing": thing, "words": WHY})
    seen = client.get(url)
    client.post(url, {"thing": thing, "words": WHY})

    assert reverse("account_login") in to_sign_in.url
    assert short.context["form"].errors["words"]
    assert banned.context["form"].errors["words"]
    assert "包治百病, so let me try it" in banned.content.decode()
    assert "Chrysanthemum" not in plain(seen)
    assert "C***m" in plain(seen)
    assert WHY in plain(seen)
    assert TrialApplication.objects.get().shopper == me


def test_when_it_is_drawn_everybody_sees_the_winners_and_the_secret_number(client):
    promotion, me = running({sku(): 1}), person()
    mine = applied(promotion, me)
    fate = Trial.objects.get()
    before = client.get(page_of(promotion)).content.decode()

    drawn(promotion)
    after = client.get(page_of(promotion)).content.decode()
    client.force_login(me)
    address(me)
    account = client.get(reverse("storefront:marketing:my-trials")).content.decode()
    take = reverse("storefront:orders:deal-checkout", args=[mine.public_id, mine.sku.public_id])

    assert fate.seed_hash in before
    assert fate.seed not in before
    assert fate.seed in after
    assert mine.public_id in after
    assert take in account
    assert "You owe the shop a report" in plain(client.get(take))


def test_lists_take_as_many_queries_for_three_as_for_one():
    counts = []
    for count in (1, 3):
        me, client = person(), Client()
        client.force_login(me)
        for _number in range(count):
            applied(running({sku(): 1}), me)
        client.get("/account/")
        for name in ("my-trials", "trials"):
            with CaptureQueriesContext(connection) as found:
                assert client.get(reverse(f"storefront:marketing:{name}")).status_code == 200
            counts.append(len(found))

    assert counts[:2] == counts[2:]


def test_a_shop_reads_its_applications_and_chooses(client):
    promotion = running({sku(): 1}, chosen_by="shop")
    first, second = applied(promotion), applied(promotion)
    owner, reader = person(), person()
    seat(promotion.shop, owner, Seat.Role.OWNER)
    seat(promotion.shop, reader, Seat.Role.READER)
    url = reverse("backoffice:marketing:applications", args=[promotion.shop.slug, promotion.public_id])
    choose = reverse("backoffice:marketing:application-choose", args=[promotion.shop.slug, first.public_id])
    late = reverse("backoffice:marketing:application-choose", args=[promotion.shop.slug, second.public_id])

    looked = signed_in(reader).get(url).content.decode()
    refused = signed_in(reader).post(choose)
    client.force_login(owner)
    offered = client.get(url).content.decode()
    client.post(choose)
    said = client.post(late, follow=True)
    figures = client.get(reverse("backoffice:marketing:detail", args=[promotion.shop.slug, promotion.public_id]))

    first.refresh_from_db(), second.refresh_from_db()
    assert choose not in looked
    assert refused.status_code == 403
    assert choose in offered
    assert (first.status, second.status) == ("won", "applied")
    assert "All pieces are given." in plain(said)
    assert (figures.context["trial"].applied, figures.context["trial"].won) == (2, 1)


def test_a_shops_own_role_reads_no_seed():
    promotion = running({sku(): 1})

    with pytest.raises(ProgrammingError), transaction.atomic(), shop_scope(promotion.shop_id):
        list(Trial.objects.values_list("seed"))
    with transaction.atomic(), shop_scope(promotion.shop_id):
        assert Trial.objects.values_list("seed_hash").count() == 1
