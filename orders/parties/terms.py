"""
What a party's rule asks and takes, as it is matched and counted: the commission's own engine (``catalog.commission``),
with goods by brand, product or SKU, and with what it is taken of.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.commission import Facts, Terms, say_conditions, say_counted, say_how_much
from mall.money import DEFAULT_CURRENCY, Money
from mall.rows import select_rows
from mall.texts import Text
from orders.models import Party, PartyRuleVersion

Base, Bearer = PartyRuleVersion.Base, PartyRuleVersion.Bearer


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts(Facts):
    """What a party's rule asks about a line beside what the commission's rules ask."""

    brand: int | None = None
    product: int | None = None
    sku: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyTerms(Terms):
    """A version of a party's rule as one shop has agreed to it, or as the mall pays it."""

    party: int
    party_name: str
    party_kind: str
    taken_of: str = Base.PAID
    bearer: str = Bearer.SHOP
    brand: int | None = None
    brand_name: dict | None = None
    product: int | None = None
    product_name: dict | None = None
    sku: int | None = None
    sku_code: str = ""

    @classmethod
    def of(cls, version: PartyRuleVersion, *, shop: int | None = None) -> "PartyTerms":
        """As a row says it."""
        rule, party = version.rule, version.rule.party
        return cls(
            rule=rule.public_id,
            name=dict(rule.name),
            version=version.number,
            position=version.position,
            party=party.pk,
            party_name=party.name,
            party_kind=party.kind,
            taken_of=version.base,
            bearer=version.bearer,
            category=version.category.path if version.category else "",
            category_name=dict(version.category.name) if version.category else None,
            brand=version.brand_id,
            brand_name=dict(version.brand.name) if version.brand else None,
            product=version.product_id,
            product_name=dict(version.product.title) if version.product else None,
            sku=version.sku_id,
            sku_code=str(version.sku) if version.sku else "",
            shop=shop,
            tier=version.tier,
            campaign=version.campaign,
            campaign_name=dict(version.campaign_name) or None,
            currency=version.currency,
            bps=version.bps,
            ladder=version.ladder,
            **{
                name: amount.minor if (amount := getattr(version, name)) is not None else None
                for name in ("fixed", "floor", "cap")
            },
        )

    def fits(self, facts: PartyFacts) -> bool:
        """Whether everything that it names is so."""
        return (
            Terms.fits(self, facts)
            and self.brand in (None, facts.brand)
            and self.product in (None, facts.product)
            and self.sku in (None, facts.sku)
        )

    def may_meet(self, other: "PartyTerms") -> bool:
        """Whether both could fit one line; only what excludes for certain counts."""
        for name in ("brand", "product", "sku", "tier"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine and theirs and mine != theirs:
                return False
        return self.category.startswith(other.category) or other.category.startswith(self.category)

    @property
    def highest_bps(self) -> int:
        """The greatest rate that it takes of any part of an amount."""
        return max([self.bps or 0, *(bps for _start, bps in self.ladder or ())])

    def conditions(self) -> dict:
        """What it names, as an order keeps it; the shop it is of is no condition."""
        named = Terms.conditions(self)
        named.pop("shop", None)
        goods = {"brand": self.brand_name, "product": self.product_name, "sku": self.sku_code}
        return named | {name: value for name, value in goods.items() if value}


# What shops have agreed to and is in force: of each rule the latest version to which the shop has agreed; an end needs
# no agreement, for it takes nothing, and what the mall pays needs none, for it takes nothing of the shop.
IN_FORCE = """
    SELECT DISTINCT ON (v.rule_id, given.shop_id) v.*, given.shop_id AS of_shop
    FROM (
        SELECT DISTINCT w.rule_id, a.shop_id FROM orders_partyagreement a
        JOIN orders_partyruleversion w ON w.id = a.version_id
        WHERE a.shop_id = ANY (%(shops)s) AND a.ended_at IS NULL
        UNION
        SELECT w.rule_id, asked.shop_id FROM orders_partyruleversion w
        JOIN unnest(%(shops)s) AS asked (shop_id) ON coalesce(w.shop_id, asked.shop_id) = asked.shop_id
        WHERE w.bearer = 'mall' AND w.status = 'confirmed' AND w.effective_at <= %(now)s
    ) given
    JOIN orders_partyruleversion v ON v.rule_id = given.rule_id AND v.status = 'confirmed'
        AND v.effective_at <= %(now)s
        AND (v.is_end OR v.bearer = 'mall' AND coalesce(v.shop_id, given.shop_id) = given.shop_id OR EXISTS (
            SELECT FROM orders_partyagreement a
            WHERE a.version_id = v.id AND a.shop_id = given.shop_id AND a.ended_at IS NULL
        ))
    ORDER BY v.rule_id, given.shop_id, v.effective_at DESC, v.number DESC
"""
TERMS = f"""
    WITH in_force AS ({IN_FORCE})
    SELECT jsonb_build_object(
        'rule', r.public_id, 'name', r.name, 'version', v.number, 'position', v.position,
        'party', p.id, 'party_name', p.name, 'party_kind', p.kind, 'taken_of', v.base,
        'bearer', v.bearer,
        'category', coalesce(c.path, ''), 'category_name', c.name, 'brand', v.brand_id, 'brand_name', b.name,
        'product', v.product_id, 'product_name', d.title, 'sku', v.sku_id,
        'sku_code', coalesce(nullif(k.code, ''), k.public_id, ''),
        'shop', v.of_shop, 'tier', v.tier, 'campaign', v.campaign,
        'campaign_name', nullif(v.campaign_name, '{{}}'::jsonb), 'currency', v.currency, 'bps', v.bps,
        'ladder', v.ladder, 'fixed', v.fixed, 'floor', v.floor, 'cap', v.cap
    )
    FROM in_force v JOIN orders_partyrule r ON r.id = v.rule_id JOIN orders_party p ON p.id = r.party_id
    LEFT JOIN catalog_category c ON c.id = v.category_id LEFT JOIN catalog_brand b ON b.id = v.brand_id
    LEFT JOIN catalog_product d ON d.id = v.product_id LEFT JOIN catalog_sku k ON k.id = v.sku_id
    WHERE NOT v.is_end AND p.status = 'active'
    ORDER BY v.of_shop, v.position, r.public_id
"""  # noqa: S608 - our own words
ANY_PARTY = """(
    EXISTS (SELECT FROM orders_partyagreement a WHERE a.ended_at IS NULL)
    OR EXISTS (SELECT FROM orders_partyruleversion v WHERE v.bearer = 'mall' AND v.status = 'confirmed')
)"""


def terms_in_force(shops: Iterable[int], *, now: datetime) -> list[PartyTerms]:
    """What these shops (keys) give away by now, in the order in which it is taken. One query."""
    rows = select_rows(TERMS, {"shops": list(shops), "now": now})
    return [PartyTerms(**(told if isinstance(told, dict) else json.loads(told))) for (told,) in rows]


# In words


def say_which(because: dict, currency: str = DEFAULT_CURRENCY) -> str:
    """Of which lines a party gets its part."""
    said = []
    if "brand" in because:
        said.append(_("brand “%(name)s”") % {"name": Text(because["brand"])})
    if "product" in because:
        said.append(_("product “%(name)s”") % {"name": Text(because["product"])})
    if "sku" in because:
        said.append(_("SKU %(code)s") % {"code": because["sku"]})
    rest = {name: value for name, value in because.items() if name not in ("brand", "product", "sku")}
    if rest or not said:
        said.append(say_conditions(rest, currency))
    return " · ".join(said)


def say_taken(terms: PartyTerms) -> str:
    """How much, and of what."""
    said = say_how_much(terms.effect())
    if terms.bps is not None or terms.ladder is not None:
        said = _("%(how_much)s of %(base)s") % {"how_much": said, "base": Base(terms.taken_of).label}
    if terms.bearer == Bearer.MALL:
        said = _("%(how_much)s, paid by %(who)s") % {"how_much": said, "who": Bearer.MALL.label}
    return said


def explain_part(frozen: dict, amount: Money) -> list[str]:
    """Who gets it, by which rule, why it fits and how it was counted, of what an order has kept."""
    who = {"name": frozen["party_name"], "kind": Party.Kind(frozen["party_kind"]).label}
    which = {"name": Text(frozen["name"]), "version": frozen["version"]}
    said = say_which(frozen["because"], amount.currency)
    paid = [_("Paid by %(who)s: it costs the shop nothing") % {"who": Bearer.MALL.label}]
    return [
        _("%(name)s (%(kind)s)") % who,
        _("Rule “%(name)s”, version %(version)s") % which,
        _("Taken of: %(base)s. It fits: %(conditions)s") % {"base": Base(frozen["taken_of"]).label, "conditions": said},
        say_counted(frozen, amount),
        *(paid if frozen.get("bearer") == Bearer.MALL else []),
    ]
