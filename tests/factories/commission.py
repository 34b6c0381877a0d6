"""Rules of commission in force: proposed and confirmed by the real verbs, the days of notice before."""

from datetime import timedelta

from catalog.commission_rules import confirm_version, propose_version
from catalog.models import CommissionRule, CommissionVersion
from catalog.tunables import COMMISSION_NOTICE_DAYS
from mall.money import Money
from mall.texts import Text
from tests.conftest import NOON
from tests.factories.accounts import staff

MONEY = ("price_from", "price_below", "fixed", "floor", "cap")


def proposed_version(*, rule: CommissionRule | None = None, by=None, since=NOON, **said) -> CommissionVersion:
    """Proposed long enough before ``since``; amounts may be said as words: ``fixed="1.00"``."""
    notice = timedelta(days=COMMISSION_NOTICE_DAYS.value)
    said |= {name: Money.parse(said[name]) for name in MONEY if isinstance(said.get(name), str)}
    name = None if rule else Text(said.pop("name", None) or {"zh-hans": "茶具优惠", "en": "Less for teaware"})
    return propose_version(
        name=name, rule=rule, effective_at=since, reason=said.pop("reason", "…"), by=by or staff(), now=since - notice,
        **said,
    )  # fmt: skip


def rule_in_force(*, since=NOON, **said) -> CommissionVersion:
    """In force from ``since`` on."""
    version = proposed_version(since=since, **said)
    return confirm_version(version=version, by=staff(), now=version.proposed_at)
