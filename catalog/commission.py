"""
What a line costs its shop by rule (S2): of the rules in force the first one that fits decides; if none does, the rate
of the category. Nothing is written here: the order keeps the answer with its reasons.

All amounts are whole fen. It is rounded once, half up, at the end of the rate or the ladder; a ladder takes of each
part of the amount the rate of its step, so that a fen more never costs more than a fen. A commission is never more than
what was paid for the line.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from catalog import kinds
from catalog.models import CommissionVersion, Product
from mall.money import BPS, DEFAULT_CURRENCY, Money
from mall.rows import select_rows
from mall.texts import Text
from merchants.models import TierRecord

EFFECT = ("bps", "ladder", "fixed", "floor", "cap")
FLOOR, CAP, PAID, LEFT = "floor", "cap", "paid", "left"  # what held a commission, or the part of a party


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A version of a rule, as it is asked; what is ``None`` or empty is not asked for or not taken."""

    rule: str
    name: dict
    version: int
    position: int = 100
    category: str = ""  # path
    category_name: dict | None = None
    shop: int | None = None
    shop_slug: str = ""
    tier: str = ""
    shop_days: int | None = None
    campaign: str = ""
    campaign_name: dict | None = None
    kind: str = ""
    currency: str = DEFAULT_CURRENCY
    price_from: int | None = None
    price_below: int | None = None
    bps: int | None = None
    ladder: Sequence[Sequence[int]] | None = None
    fixed: int | None = None
    floor: int | None = None
    cap: int | None = None

    @classmethod
    def of(cls, version: CommissionVersion) -> "Terms":
        """As a row says it."""
        money = ("price_from", "price_below", "fixed", "floor", "cap")
        return cls(
            rule=version.rule.public_id,
            name=dict(version.rule.name),
            version=version.number,
            position=version.position,
            category=version.category.path if version.category else "",
            category_name=dict(version.category.name) if version.category else None,
            shop=version.shop_id,
            shop_slug=version.shop.slug if version.shop else "",
            tier=version.tier,
            shop_days=version.shop_days,
            campaign=version.campaign,
            campaign_name=dict(version.campaign_name) or None,
            kind=version.kind,
            currency=version.currency,
            bps=version.bps,
            ladder=version.ladder,
            **{name: amount.minor if (amount := getattr(version, name)) is not None else None for name in money},
        )

    def fits(self, facts: "Facts") -> bool:
        """Whether everything that it names is so."""
        return (
            facts.currency == self.currency
            and facts.category.startswith(self.category)
            and (self.shop is None or self.shop == facts.shop)
            and self.tier in ("", facts.tier)
            and (self.shop_days is None or facts.shop_days < self.shop_days)
            and self.kind in ("", facts.kind)
            and (self.price_from is None or facts.price >= self.price_from)
            and (self.price_below is None or facts.price < self.price_below)
            and (not self.campaign or self.campaign in facts.campaigns)
        )

    def conditions(self) -> dict:
        """What it names, as an order line keeps it."""
        named = {
            "category": self.category_name,
            "shop": self.shop_slug,
            "tier": self.tier,
            "shop_days": self.shop_days,
            "campaign": (self.campaign_name or {"": self.campaign}) if self.campaign else None,
            "kind": self.kind,
            "price_from": self.price_from,
            "price_below": self.price_below,
        }
        return {name: value for name, value in named.items() if value not in (None, "")}

    def effect(self) -> dict:
        """What it takes, without what it does not name."""
        return {name: value for name in EFFECT if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules ask about a line: where its product is filed, whose it is, what a piece costs."""

    category: str
    shop: int
    tier: str
    shop_days: int
    kind: str
    price: int
    currency: str = DEFAULT_CURRENCY
    campaigns: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Commission:
    """Of one line, by which rule, and which of its bounds held it (nothing: none)."""

    terms: Terms
    base: int
    pieces: int
    amount: int
    held: str

    def as_data(self) -> dict:
        """What the order line keeps of it."""
        terms = self.terms
        return {
            "rule": terms.rule,
            "name": terms.name,
            "version": terms.version,
            "because": terms.conditions(),
            **terms.effect(),
            "base": self.base,
            "pieces": self.pieces,
            "held": self.held,
        }


def first_that_fits(rules: Iterable[Terms], facts: Facts) -> Terms | None:
    """Of rules in their order."""
    return next((terms for terms in rules if terms.fits(facts)), None)


def count(terms: Terms, *, base: int, pieces: int, paid: int) -> Commission:
    """
    What it takes of a line.

    :param base: what a rate is taken of
    :param pieces: how many of them were paid for
    :param paid: what the shopper paid for the line: the commission is never more
    """
    exact = base * terms.bps if terms.bps is not None else _by_ladder(terms.ladder, base) if terms.ladder else 0
    amount = (exact * 2 + BPS) // (2 * BPS) + (terms.fixed or 0) * pieces
    held = ""
    if terms.floor is not None and amount < terms.floor:
        amount, held = terms.floor, FLOOR
    if terms.cap is not None and amount > terms.cap:
        amount, held = terms.cap, CAP
    if amount > paid:
        amount, held = paid, PAID
    return Commission(terms, base, pieces, amount, held)


def _by_ladder(ladder: Sequence[Sequence[int]], base: int) -> int:
    """Of each part of the amount the rate of its step, in fen times ten thousand."""
    ends = [start for start, _bps in ladder[1:]] + [base]
    return sum((min(base, end) - start) * bps for (start, bps), end in zip(ladder, ends, strict=True) if base > start)


def share_kept(commission: int, *, kept: int, paid: int) -> int:
    """
    What is kept of a line's commission of which so much of what was paid is kept: its share, rounded half up. Whatever
    the steps in which a line is returned, the parts add up to the whole, and the last one takes the rest.
    """
    return (commission * kept * 2 + paid) // (2 * paid) if paid else 0


# What is in force. Facts of the SKUs come along in the same statement; the rules stand on its first row only.

IN_FORCE = """
    SELECT DISTINCT ON (v.rule_id) v.* FROM catalog_commissionversion v
    WHERE v.status = 'confirmed' AND v.effective_at <= %(now)s
    ORDER BY v.rule_id, v.effective_at DESC, v.number DESC
"""
ANY_RULE = """
    EXISTS (SELECT FROM catalog_commissionversion v WHERE v.status = 'confirmed' AND NOT v.is_end)
"""
TERMS = """
    jsonb_build_object(
        'rule', r.public_id, 'name', r.name, 'version', v.number, 'position', v.position,
        'category', coalesce(c.path, ''), 'category_name', c.name, 'shop', v.shop_id, 'shop_slug', coalesce(s.slug, ''),
        'tier', v.tier, 'shop_days', v.shop_days, 'campaign', v.campaign,
        'campaign_name', nullif(v.campaign_name, '{}'::jsonb), 'kind', v.kind, 'currency', v.currency,
        'price_from', v.price_from, 'price_below', v.price_below, 'bps', v.bps, 'ladder', v.ladder, 'fixed', v.fixed,
        'floor', v.floor, 'cap', v.cap
    )
"""
OF_RULES = """
    FROM in_force v JOIN catalog_commissionrule r ON r.id = v.rule_id
    LEFT JOIN catalog_category c ON c.id = v.category_id LEFT JOIN merchants_shop s ON s.id = v.shop_id
    WHERE NOT v.is_end
"""
RULES = f"""
    WITH in_force AS ({IN_FORCE}) SELECT {TERMS} {OF_RULES} ORDER BY v.position, r.public_id
"""
FACTS = f"""
    WITH in_force AS ({IN_FORCE}), rules AS (
        SELECT jsonb_agg({TERMS} ORDER BY v.position, r.public_id) AS told {OF_RULES}
    )
    SELECT k.id, g.path, p.kind, s.id, s.opened_at, k.currency,
        coalesce((
            SELECT t.tier FROM merchants_tierrecord t WHERE t.shop_id = s.id AND t.ranked_at <= %(now)s
            ORDER BY t.month DESC LIMIT 1
        ), ''),
        CASE WHEN row_number() OVER () = 1 THEN rules.told END
    FROM catalog_sku k JOIN catalog_product p ON p.id = k.product_id JOIN catalog_category g ON g.id = p.category_id
    JOIN merchants_shop s ON s.id = k.shop_id CROSS JOIN rules
    WHERE k.id = ANY (%(skus)s) AND rules.told IS NOT NULL
"""  # noqa: S608 - our own words


class Rules:
    """The rules in force at a moment, and what they ask about some SKUs."""

    def __init__(self, terms: list[Terms], facts: dict[int, Facts]):
        self.terms, self.facts = terms, facts
        self.name_campaigns = any(rule.campaign for rule in terms)

    def commission(
        self, sku_id: int, *, price: int, base: int, pieces: int, paid: int, campaigns: Collection[str] = ()
    ) -> Commission | None:
        """Of a line; ``None`` when no rule fits, so that the rate of its category counts."""
        facts = self.facts.get(sku_id)
        if facts is None or not kinds.takes_offers(facts.kind):
            return None  # of a gift card when it is spent
        terms = first_that_fits(self.terms, replace(facts, price=price, campaigns=campaigns))
        return count(terms, base=base, pieces=pieces, paid=paid) if terms else None


def rules_for(sku_ids: Iterable[int], *, now: datetime) -> Rules:
    """What is in force at this moment, for these SKUs (keys); one query, however many."""
    rows = select_rows(FACTS, {"skus": list(sku_ids), "now": now})
    told = next((row[-1] for row in rows if row[-1] is not None), "[]")
    return Rules(
        [Terms(**terms) for terms in json.loads(told)],
        {
            sku_id: Facts(
                category=path,
                shop=shop,
                tier=tier,
                shop_days=(now - opened_at).days,
                kind=kind,
                price=0,
                currency=currency,
            )
            for sku_id, path, kind, shop, opened_at, currency, tier, _told in rows
        },
    )


def rules_at(moment: datetime) -> list[Terms]:
    """All rules in force at a moment, in their order."""
    return [Terms(**json.loads(row[0])) for row in select_rows(RULES, {"now": moment})]


# In words


def say_conditions(because: dict, currency: str = DEFAULT_CURRENCY) -> str:
    """For which lines, in the reader's language; of every line when nothing is named."""
    money = {name: Money(because[name], currency) for name in ("price_from", "price_below") if name in because}
    said = []
    if "category" in because:
        said.append(_("category “%(name)s”") % {"name": Text(because["category"])})
    if "shop" in because:
        said.append(_("shop %(name)s") % {"name": because["shop"]})
    if "tier" in because:
        said.append(_("tier “%(name)s”") % {"name": TierRecord.Tier(because["tier"]).label})
    if "shop_days" in because:
        days = because["shop_days"]
        words = ngettext("a shop open for less than %(days)d day", "a shop open for less than %(days)d days", days)
        said.append(words % {"days": days})
    if "campaign" in because:
        said.append(_("campaign “%(name)s”") % {"name": Text(because["campaign"])})
    if "kind" in because:
        said.append(_("kind “%(name)s”") % {"name": Product.Kind(because["kind"]).label})
    if len(money) == 2:
        said.append(_("a piece costs from %(price_from)s to less than %(price_below)s") % money)
    elif "price_from" in money:
        said.append(_("a piece costs %(price_from)s or more") % money)
    elif money:
        said.append(_("a piece costs less than %(price_below)s") % money)
    return _listed(said) or _("every line")


def say_how_much(told: dict) -> str:
    """What a rule takes: “2 % + ¥1.00 for each piece, at least ¥0.50”."""
    parts = []
    if "bps" in told:
        parts.append(percent(told["bps"]))
    if "ladder" in told:
        steps = [
            _("from %(amount)s on %(rate)s") % {"amount": Money(start), "rate": percent(bps)}
            for start, bps in told["ladder"]
        ]
        parts.append(_("a ladder (%(steps)s)") % {"steps": _listed(steps)})
    if "fixed" in told:
        parts.append(_("%(amount)s for each piece") % {"amount": Money(told["fixed"])})
    bounds = []
    if "floor" in told:
        bounds.append(_("at least %(amount)s") % {"amount": Money(told["floor"])})
    if "cap" in told:
        bounds.append(_("at most %(amount)s") % {"amount": Money(told["cap"])})
    return _listed([" + ".join(parts), *bounds])


def _listed(parts: list[str]) -> str:
    return pgettext("between parts of a rule", ", ").join(parts)


def say_effect(version: CommissionVersion) -> str:
    """What a version does, for a person: how much, or that the rule ends."""
    if version.is_end:
        return _("the rule ends")
    return say_how_much(Terms.of(version).effect())


def explain(frozen: dict, commission: Money) -> list[str]:
    """Which rule, which version, why it fits and how it was counted, of what an order line has kept."""
    return [
        _("Rule “%(name)s”, version %(version)s") % {"name": Text(frozen["name"]), "version": frozen["version"]},
        _("It fits: %(conditions)s") % {"conditions": say_conditions(frozen["because"], commission.currency)},
        say_counted(frozen, commission),
    ]


def say_counted(frozen: dict, amount: Money) -> str:
    """How it was counted: “2 % of ¥100.00 + ¥1.00 × 2 = ¥4.00”, or what held it."""
    counted = []
    base = Money(frozen["base"], amount.currency)
    if "bps" in frozen:
        counted.append(_("%(rate)s of %(base)s") % {"rate": percent(frozen["bps"]), "base": base})
    if "ladder" in frozen:
        counted += [
            _("%(rate)s of %(base)s") % {"rate": percent(bps), "base": Money(part, amount.currency)}
            for part, bps in _steps(frozen["ladder"], frozen["base"])
        ]
    if "fixed" in frozen:
        each = Money(frozen["fixed"], amount.currency)
        counted.append(_("%(amount)s × %(pieces)s") % {"amount": each, "pieces": frozen["pieces"]})
    sum_said = " + ".join(counted)
    if not frozen["held"]:
        return f"{sum_said} = {amount}"
    held = {
        FLOOR: _("at least %(amount)s"),
        CAP: _("at most %(amount)s"),
        PAID: _("at most what was paid, %(amount)s"),
        LEFT: _("at most what is left to the shop, %(amount)s"),
    }
    return _listed([sum_said, held[frozen["held"]] % {"amount": amount}])


def _steps(ladder: Sequence[Sequence[int]], base: int) -> list[tuple[int, int]]:
    """The parts of the amount that lie on the steps, with their rates."""
    ends = [start for start, _bps in ladder[1:]] + [base]
    return [(min(base, end) - start, bps) for (start, bps), end in zip(ladder, ends, strict=True) if base > start]


def percent(bps: int) -> str:
    return f"{bps / 100:g} %"
