"""Parties and their rules in force, made by the real verbs."""

from mall.money import Money
from mall.texts import Text
from orders.models import Party, PartyRuleVersion
from orders.parties.rules import agree, confirm_version, enter_party, propose_version
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper, staff

MONEY = ("fixed", "floor", "cap")


def party(kind: str = "supplier", *, shop=None, name: str = "", now=NOON) -> Party:
    """Of a shop, or of the mall's."""
    return enter_party(kind=kind, name=name or f"杭州云窑陶瓷厂 {number()}", shop=shop, by=shopper(), now=now)


def proposed_part(of: Party, *, by=None, now=NOON, rule=None, **said) -> PartyRuleVersion:
    """A version of a rule; amounts may be said as words: ``fixed="1.00"``."""
    said |= {name: Money.parse(said[name]) for name in MONEY if isinstance(said.get(name), str)}
    name = None if rule else Text(said.pop("name", None) or {"zh-hans": "供货价", "en": "Supply price"})
    return propose_version(
        party=of, name=name, rule=rule, by=by or staff(), now=now, reason=said.pop("reason", "…"), **said
    )  # fmt: skip


def part_in_force(shop, *, of: Party | None = None, kind: str = "supplier", now=NOON, **said) -> PartyRuleVersion:
    """What a shop gives to a party: its own one, unless one of the mall's is named."""
    of = of or party(kind, shop=shop, now=now)
    version = proposed_part(of, now=now, **said)
    if of.shop_id is None:
        version = confirm_version(version=version, by=staff(), now=now)
        agree(version=version, shop=shop, by=shopper(), now=now)
    return version
