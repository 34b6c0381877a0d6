"""What the demonstration shows of commission: rules in force, one announced, one that waits for its second person."""

import pytest

from catalog.commission import Facts, count, first_that_fits, rules_at
from catalog.models import CommissionVersion
from settlement.demo.commission import make_rules
from tests.conftest import NOON
from tests.factories.accounts import staff

pytestmark = pytest.mark.django_db


def test_rules_of_every_kind_are_in_force_and_one_comes_and_one_waits():
    make_rules(staff=(staff(), staff()), now=NOON)

    rules = rules_at(NOON)
    assert [(terms.bps, bool(terms.ladder), terms.floor, terms.cap) for terms in rules] == [
        (300, False, None, None), (None, True, None, None), (500, False, 20, 300),
    ]  # fmt: skip
    assert CommissionVersion.objects.filter(status="confirmed", effective_at__gt=NOON).count() == 1
    assert CommissionVersion.objects.get(status="proposed").fixed.minor == 100
    old_shop = {"category": "0001", "shop": 1, "tier": "", "shop_days": 365, "kind": "physical"}
    teapot = first_that_fits(rules, Facts(price=120_000, **old_shop))
    assert count(teapot, base=120_000, pieces=1, paid=120_000).amount == 5_000 + 600
