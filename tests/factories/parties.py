"""Parties and their rules in force, made by the real verbs."""

from datetime import timedelta

from mall.money import Money
from mall.texts import Text
from orders.models import Party, PartyRuleVersion
from orders.parties.rules import agree, confirm_version, enter_party, propose_version
from settlement.models import PartyBankAccount
from settlement.party_payouts import add_account, verify_accounts
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


def part_in_force(shop, /, *, of: Party | None = None, kind: str = "supplier", now=NOON, **said) -> PartyRuleVersion:
    """What a shop gives to a party: its own one, unless one of the mall's is named, which the mall may pay."""
    of = of or party(kind, shop=shop, now=now)
    version = proposed_part(of, now=now, **said)
    if of.shop_id is None:
        version = confirm_version(version=version, by=staff(), now=now)
        if version.bearer == PartyRuleVersion.Bearer.SHOP:
            agree(version=version, shop=shop, by=shopper(), now=now)
    return version


def offered_part(shop, **said) -> PartyRuleVersion:
    """What a shop is asked to give to a party of the mall's, and has not answered."""
    version = proposed_part(party("brand"), shop=shop, **said)
    return confirm_version(version=version, by=staff(), now=version.proposed_at)


def party_account(of: Party, *, told: str = "000", by=None, now=NOON) -> PartyBankAccount:
    """Its account, verified and past its waiting time; ``told`` are the digits by which the sandbox bank answers."""
    long_ago = now - timedelta(days=5)
    account = add_account(
        party=of, kind="company", holder=of.name, number=f"6222021001{number():06d}{told}1", bank="中国工商银行",
        branch="杭州西湖支行", by=by or shopper(), now=long_ago,
    )  # fmt: skip
    verify_accounts(now=long_ago)
    account.refresh_from_db()
    return account
