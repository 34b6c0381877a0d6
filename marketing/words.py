"""What promotions, offers and hints are called, in the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from mall.clock import business_date
from mall.money import SIGNS, Money
from mall.templatetags.mall import plain_moment
from mall.texts import Text
from marketing.models import Promotion
from marketing.pricing import Hint, Quote, Unused

Kind = Promotion.Kind


def percent(bps: int) -> str:
    """Basis points as a percentage, without zeros that say nothing."""
    return f"{bps / 100:g}%"


def less(bps: int) -> str:
    """A part taken off, as people say it: "20% off"; in Chinese by what is left, in tenths of the price."""
    if (get_language() or "").startswith("zh"):
        return _("%(tenths)s tenths of the price") % {"tenths": f"{(10_000 - bps) / 1000:g}"}
    return _("%(percent)s off") % {"percent": percent(bps)}


def badge(kind: str, rule: Mapping, currency: str = "CNY") -> str:
    """What a card in a list says of a promotion, in few letters; of several steps the lowest."""

    def money(fen: int) -> str:
        return short_money(fen, currency)

    def off(step: Mapping) -> str:
        return _("%(amount)s off") % {"amount": money(step["off"])} if step.get("off") else less(step["bps"])

    match kind:
        case Kind.PERCENTAGE:
            return less(rule["bps"])
        case Kind.COUPON:
            return _("Coupon: %(off)s") % {"off": money(rule["off"]) if rule.get("off") else less(rule["bps"])}
        case Kind.FULL_REDUCTION:
            step = rule["tiers"][0]
            if rule.get("by_pieces"):
                return _("%(off)s from %(count)d pieces") % {"off": off(step), "count": step["at"]}
            return _("%(off)s from %(at)s") % {"off": off(step), "at": money(step["at"])}
        case Kind.N_FOR_PRICE:
            return _("Any %(n)d for %(price)s") % {"n": rule["n"], "price": money(rule["price"])}
        case Kind.NTH_PIECE:
            return _("No. %(n)d: %(off)s") % {"n": rule["n"], "off": less(rule["bps"])}
        case Kind.FLASH_SALE:
            words = {"price": money(rule["price"]), "campaign": Text(rule.get("campaign") or {})}
            return (_("%(campaign)s %(price)s") if rule.get("campaign") else _("Flash %(price)s")) % words
        case Kind.GROUP_BUYING:
            words = {"size": rule["size"], "price": money(min(price for _sku, price, _quota in rule["prices"]))}
            return _("Together from %(price)s") % words
    return str(Kind(kind).label)


def rule_in_words(kind: str, rule: Mapping, currency: str = "CNY", goods: Mapping[int, str] | None = None) -> list[str]:
    """What the promotion gives, a sentence for each step. ``goods`` names SKUs by key."""
    goods = goods or {}

    def money(fen: int) -> Money:
        return Money(fen, currency)

    match kind:
        case Kind.COUPON:
            return [_off(rule, currency)]
        case Kind.FULL_REDUCTION:
            return [
                _tier(tier, currency, every=rule.get("every", False), by_pieces=rule.get("by_pieces", False))
                for tier in rule["tiers"]
            ] + ([_("At most %(amount)s.") % {"amount": money(rule["cap"])}] if rule.get("cap") else [])
        case Kind.PERCENTAGE:
            return [_("Each %(off)s") % {"off": less(rule["bps"])}]
        case Kind.N_FOR_PRICE:
            return [_("Any %(n)d for %(price)s") % {"n": rule["n"], "price": money(rule["price"])}]
        case Kind.NTH_PIECE:
            return [_("Every piece number %(n)d: %(off)s") % {"n": rule["n"], "off": less(rule["bps"])}]
        case Kind.BUNDLE:
            pieces = " + ".join(f"{goods.get(sku, '…')} × {count}" for sku, count in rule["pieces"])
            return [_("%(goods)s together for %(price)s") % {"goods": pieces, "price": money(rule["price"])}]
        case Kind.ADD_ON:
            return [
                _("Spend %(at)s, add %(goods)s for %(price)s")
                % {"at": money(rule["at"]), "goods": goods.get(sku, "…"), "price": money(price)}
                for sku, price in rule["prices"]
            ]
        case Kind.GIFT:
            words = {"at": money(rule["at"]), "goods": goods.get(rule["sku_id"], "…"), "count": rule["quantity"]}
            return [_("Spend %(at)s, get %(goods)s × %(count)d as a gift") % words]
        case Kind.FLASH_SALE:
            return [
                _("%(goods)s for %(price)s: %(quota)d units, at most %(most)d per person") % words
                for words in _units(rule, currency, goods)
            ]
        case Kind.DEPOSIT_PRESALE:
            return _deposit_presale(rule, currency, goods)
        case Kind.BARGAIN:
            return _bargain(rule, currency, goods)
        case Kind.FREE_TRIAL:
            return _free_trial(rule, goods)
        case Kind.GROUP_BUYING:
            return _group_buying(rule, currency, goods)
        case Kind.CROWDFUNDING:
            return _crowdfunding(rule, currency, goods)
    return []


def _deposit_presale(rule: Mapping, currency: str, goods: Mapping[int, str]) -> list[str]:
    def words(sku: int, *amounts: int) -> dict:
        price, deposit, worth = (Money(fen, currency) for fen in amounts[:3])
        return {
            "goods": goods.get(sku, "…"), "price": price, "deposit": deposit, "worth": worth, "quota": amounts[3],
        }  # fmt: skip

    window = {
        "since": plain_moment(datetime.fromisoformat(rule["balance_from"])),
        "until": plain_moment(datetime.fromisoformat(rule["balance_until"])),
    }
    return [
        *(
            _("%(goods)s for %(price)s: a deposit of %(deposit)s counts %(worth)s; %(quota)d units") % words(*row)
            for row in rule["prices"]
        ),
        _("At most %(most)d per person.") % {"most": rule["most"]},
        _("The rest is paid from %(since)s until %(until)s.") % window,
        _("It ships from %(day)s.") % {"day": date_format(date.fromisoformat(rule["ships_on"]))},
    ]


def _bargain(rule: Mapping, currency: str, goods: Mapping[int, str]) -> list[str]:
    floors = [
        _("%(goods)s down to %(price)s: %(quota)d units")
        % {"goods": goods.get(sku, "…"), "price": Money(price, currency), "quota": quota}
        for sku, price, quota in rule["prices"]
    ]
    hours = ngettext("%(cuts)d cuts within %(count)d hour", "%(cuts)d cuts within %(count)d hours", rule["hours"])
    early = (
        _("May be bought before, at the price reached.") if rule.get("early") else _("Bought at the lowest price only.")
    )
    return [*floors, hours % {"cuts": rule["cuts"], "count": rule["hours"]}, early]


def _free_trial(rule: Mapping, goods: Mapping[int, str]) -> list[str]:
    given = [
        _("%(goods)s free to try: %(quota)d units") % {"goods": goods.get(sku, "…"), "quota": quota}
        for sku, _price, quota in rule["prices"]
    ]
    found = _("Winners are drawn by lot.") if rule["chosen_by"] == "lot" else _("The shop chooses the winners.")
    words = _("Ordered within %(take)d days; the report is due %(report)d days after delivery.")
    return [*given, found, words % {"take": rule["take_days"], "report": rule["report_days"]}]


def _units(rule: Mapping, currency: str, goods: Mapping[int, str]) -> list[dict]:
    return [
        {"goods": goods.get(sku, "…"), "price": Money(price, currency), "quota": quota, "most": rule["most"]}
        for sku, price, quota in rule["prices"]
    ]


def _units_of_deal(rule: Mapping, currency: str, goods: Mapping[int, str]) -> list[str]:
    sentence = pgettext("a deal", "%(goods)s at %(price)s: %(quota)d units, at most %(most)d per person")
    return [sentence % words for words in _units(rule, currency, goods)]


def _group_buying(rule: Mapping, currency: str, goods: Mapping[int, str]) -> list[str]:
    said = _units_of_deal(rule, currency, goods)
    said.append(
        _("%(size)d seats in a group, open for %(hours)d hours") % {"size": rule["size"], "hours": rule["hours"]}
    )
    if rule.get("helped_percent"):
        words = {"percent": f"{rule['helped_percent']}%"}
        said.append(_("The mall completes a group at its end from %(percent)s of its seats on") % words)
    if rule.get("newcomers"):
        said.append(_("Only newcomers may join"))
    if rule.get("leader_coupon"):
        said.append(_("Whoever opened a group that came together gets a coupon"))
    return said


def _crowdfunding(rule: Mapping, currency: str, goods: Mapping[int, str]) -> list[str]:
    words = {"goal": Money(rule["goal"], currency), "days": rule["ships_in_days"]}
    return [*_units_of_deal(rule, currency, goods), _("Goal %(goal)s; ships %(days)d days after it is reached") % words]


def _off(rule: Mapping, currency: str) -> str:
    at = Money(rule["at"], currency) if rule.get("at") else None
    if rule.get("off"):
        off = Money(rule["off"], currency)
        words = _("%(off)s off from %(at)s") if at else _("%(off)s off, whatever you spend")
    else:
        off = less(rule["bps"])
        words = _("%(off)s from %(at)s") if at else _("%(off)s, whatever you spend")
    return f"{words % {'off': off, 'at': at}}{_cap(rule, currency)}"


def _cap(rule: Mapping, currency: str) -> str:
    return _(", at most %(cap)s") % {"cap": Money(rule["cap"], currency)} if rule.get("cap") else ""


def _tier(tier: Mapping, currency: str, *, every: bool, by_pieces: bool) -> str:
    said = _step(tier, currency, every=every, by_pieces=by_pieces)
    return _("%(step)s, and a coupon when the order is complete") % {"step": said} if tier.get("coupon") else said


def _step(tier: Mapping, currency: str, *, every: bool, by_pieces: bool) -> str:
    off = _("%(amount)s off") % {"amount": Money(tier["off"], currency)} if tier.get("off") else less(tier["bps"])
    if by_pieces:
        words = {"count": tier["at"], "off": off}
        return ngettext("From %(count)d piece %(off)s", "From %(count)d pieces %(off)s", tier["at"]) % words
    words = {"at": Money(tier["at"], currency), "off": off}
    return _("For every %(at)s, %(off)s") % words if every else _("Spend %(at)s, get %(off)s") % words


def on_flash_pieces(sku_id: int, quantity: int, whole: Quote) -> str:
    """Why not all pieces of a line have the price of a flash sale; empty where they have, or there is none."""
    _sale, count = whole.flash_units.get(sku_id, ("", 0))
    if count:
        if count == quantity:
            return ""
        words = {"count": count, "rest": quantity - count}
        return _("%(count)d at the flash price; that is all you can have. %(rest)d at the usual price.") % words
    why = next((offer.reason for offer in whole.unused if sku_id in offer.skus), "")
    match why:
        case "had":
            return _("You have had what one person may have of the flash sale. This is the usual price.")
        case "sold_out":
            return _("The flash sale is sold out. This is the usual price.")
    return ""


def condition(rule: Mapping, currency: str = "CNY") -> str:
    """From when on a coupon counts."""
    return _("from %(at)s") % {"at": Money(rule["at"], currency)} if rule.get("at") else _("no minimum")


def why_unused(offer: Unused) -> str:
    """Why an offer is not used, in a sentence."""
    match offer.reason:
        case "short" if offer.gap:
            return _("%(gap)s more and you can use it.") % {"gap": offer.gap}
        case "short":
            words = ngettext(
                "%(count)d more piece and it counts.", "%(count)d more pieces and it counts.", offer.pieces
            )
            return words % {"count": offer.pieces}
        case "elsewhere":
            return _("Not for the goods in this order.")
        case "early":
            return _("It does not count yet.")
        case "over":
            return _("Its days are over.")
        case "spent":
            return _("It is used up.")
        case "gone":
            return _("The gift is out of stock.")
        case "had":
            return _("You have had what one person may have of it.")
        case "sold_out":
            return _("Sold out.")
        case "not_chosen":
            return _("You have not chosen it.")
    return _("Other offers save you more.")


def hint(found: Hint) -> str:
    """What a little more would bring."""
    off = _("%(amount)s off") % {"amount": found.off} if found.off else less(found.bps) if found.bps else ""
    brings = off or _("“%(offer)s”") % {"offer": found.name}
    if found.shops:
        brings = _("%(brings)s (%(shops)s together)") % {"brings": brings, "shops": shops_in_words(found.shops)}
    if found.gap:
        return _("%(gap)s more for %(brings)s") % {"gap": found.gap, "brings": brings}
    words = {"count": found.pieces, "brings": brings}
    return ngettext("%(count)d more piece for %(brings)s", "%(count)d more pieces for %(brings)s", found.pieces) % words


def shops_in_words(names: Iterable) -> str:
    """Shops one after the other, as the language does it."""
    return pgettext("between the names of shops", ", ").join(str(name) for name in names)


def also_at(issuer, others: Iterable, *, is_here: bool) -> str:
    """Of a joint promotion: from its own shop in which others it counts, from another one whose it is."""
    others = list(others)
    if not others:
        return ""
    if is_here:
        return _("Also at %(shops)s") % {"shops": shops_in_words(others)}
    return _("From %(shop)s, good here too") % {"shop": issuer}


def days(promotion: Promotion) -> str:
    """When a coupon of a campaign can be used."""
    if promotion.valid_days:
        words = ngettext(
            "for %(count)d day after you claim it", "for %(count)d days after you claim it", promotion.valid_days
        )
        return words % {"count": promotion.valid_days}
    return until(promotion.ends_at)


def until(moment) -> str:
    return _("until %(day)s") % {"day": date_format(business_date(moment))}


def scope_in_words(promotion: Promotion) -> str:
    """To which goods it applies; empty where its rule names them."""
    if promotion.kind in (Kind.BUNDLE, Kind.FLASH_SALE, *Promotion.DEALS):
        return ""
    where = promotion.shop.name if promotion.shop_id else _("the whole mall")
    if promotion.scope == Promotion.Scope.ALL:
        return _("All goods of %(where)s") % {"where": where}
    return _("Some goods of %(where)s") % {"where": where}


def worth(rule: Mapping, currency: str = "CNY") -> str:
    """What a coupon takes off, as its large number: an amount, or the part as :func:`less` tells it."""
    return short_money(rule["off"], currency) if rule.get("off") else less(rule["bps"])


def short_money(fen: int, currency: str = "CNY") -> str:
    """An amount without cents that are none: ``¥20``, ``¥9.90``."""
    return f"{SIGNS.get(currency, f'{currency} ')}{Money(fen, currency).decimal:f}".removesuffix(".00")
