"""The demonstration shows bargains and free trials in every state that people should see (K1)."""

import pytest

from catalog.models import Review
from marketing.models import Bargain, TrialApplication
from settlement.demo.bargains import show_bargains_and_trials
from settlement.demo.shops import OWNER, SHOPPER
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def test_bargains_and_trials_of_the_demonstration_stand_in_every_state():
    owner, her = shopper(email=OWNER), shopper(email=SHOPPER)
    here = shop(owner=owner)
    goods = [sku(shop=here, price="88.00").product for _number in range(8)]
    people = [her, *(shopper(email=f"shopper{number}@mall.example") for number in range(30))]
    for person in people:
        address(person)

    show_bargains_and_trials(shops={here.slug: here}, owners={here.slug: owner}, goods={here.slug: goods}, now=NOON)

    mine = Bargain.objects.filter(shopper=her)
    assert sorted(Bargain.objects.values_list("status", flat=True)) == ["bought", "open", "reached"]
    assert mine.get(status="bought").paid_at is not None
    assert mine.get(status="open").cut_count == 4
    states = list(TrialApplication.objects.order_by("status").values_list("status", flat=True))
    assert states.count("applied") == 8
    assert (states.count("reported"), states.count("taken"), states.count("reserve")) == (3, 1, 4)
    assert Review.objects.filter(is_trial=True, excluded_at__isnull=False).count() == 3
