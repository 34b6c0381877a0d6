"""Freight in sentences: what a template charges, why an order was charged what it was, where nothing goes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from catalog.freight.charging import FREE, FURTHER, PIECE, VOLUME, WEIGHT, Freight, Terms, Zone
from mall.divisions import find
from mall.money import Money
from mall.places import Region, province_of, romanized
from mall.texts import Text

GRAMS_OF_A_KILOGRAM, CM3_OF_A_CUBIC_METRE = 1000, 1_000_000


def told_region(name: str) -> str:
    """A region of a template as its reader writes it, in Chinese or as it sounds."""
    if get_language() == "zh-hans":
        return name
    province, _space, city = name.partition(" ")
    whole, inside = find(province), find(province, city) if city else None
    said = [whole.english if whole else romanized(province)]
    if city:
        said.append(inside.english if inside else romanized(city))
    return " ".join(said)


def told_regions(names: Iterable[str]) -> str:
    separator = "\u3001" if get_language() == "zh-hans" else ", "
    return separator.join(told_region(name) for name in names)


def told_place(province: str, city: str = "") -> str:
    """Where somebody lives, as short as it can be said."""
    return told_region(" ".join(part for part in (province_of(province) or province, city) if part))


def not_delivered_to(where: str) -> str:
    """What stands beside goods that are not sent there."""
    return _("Not delivered to %(region)s.") % {"region": where}


def units(measure: str, count: int) -> str:
    """So many of what a template counts: 3 pieces, 1.5 kg, 0.25 m³."""
    if measure == WEIGHT:
        return f"{count / GRAMS_OF_A_KILOGRAM:g} kg" if count >= GRAMS_OF_A_KILOGRAM else f"{count} g"
    if measure == VOLUME:
        is_large = count >= CM3_OF_A_CUBIC_METRE // 100
        return f"{count / CM3_OF_A_CUBIC_METRE:g} m³" if is_large else f"{count} cm³"
    return ngettext("%(count)d piece", "%(count)d pieces", count) % {"count": count}


def zone_name(regions: Sequence[str], *, is_only: bool = False) -> str:
    """The regions of a zone; the one that has none is everywhere (else)."""
    if regions:
        return told_regions(regions)
    return _("everywhere") if is_only else _("everywhere else")


def free_from(free_over: int | None, free_pieces: int | None, currency: str) -> str:
    """On what condition delivery is free; empty where there is none."""
    said = {
        "amount": "" if free_over is None else Money(free_over, currency),
        "pieces": "" if free_pieces is None else units("piece", free_pieces),
    }
    if free_over is not None and free_pieces is not None:
        return _("free from %(amount)s or %(pieces)s") % said
    if free_over is not None:
        return _("free from %(amount)s") % said
    return _("free from %(pieces)s") % said if free_pieces is not None else ""


def rates(charge: Mapping, currency: str) -> str:
    """What is charged: so much for the first units, so much for each further lot."""
    first_fee, further_fee = Money(charge["first_fee"], currency), Money(charge["further_fee"], currency)
    if not first_fee and not further_fee:
        return _("free")
    said = {
        "first_fee": first_fee,
        "first": units(charge["measure"], charge["first"]),
        "further_fee": further_fee,
        "further": units(charge["measure"], charge["further"]),
    }
    if not further_fee:
        return _("%(first_fee)s, however much it is") % said
    return _("%(first_fee)s for the first %(first)s, %(further_fee)s for each further %(further)s") % said


def explained(charges: Iterable[Mapping], currency: str) -> list[str]:
    """Why delivery costs what it does, one sentence for each template (:meth:`Charge.as_data`)."""
    return [_explained(charge, currency) for charge in charges]


def _explained(charge: Mapping, currency: str) -> str:
    free = free_from(charge["free_over"], charge["free_pieces"], currency)
    said = {
        "template": Text(charge["name"]),
        "zone": zone_name(charge["regions"]),
        "units": units(charge["measure"], charge["units"]),
        "fee": Money(charge["fee"], currency),
        "rates": rates(charge, currency),
        "free": free,
    }
    if not charge["template"]:
        if charge["how"] == FREE:
            return _("Flat fee of the shop: %(free)s") % said
        return _("Flat fee of the shop: %(fee)s") % said
    if charge["how"] == FREE:
        return _("%(template)s (%(zone)s): free, for it is %(free)s") % said
    if charge["how"] == FURTHER:
        said["each"] = Money(charge["further_fee"], currency)
        said["further"] = units(charge["measure"], charge["further"])
        return (
            _("%(template)s (%(zone)s): %(units)s, %(fee)s (%(each)s per %(further)s; the first fee is taken once)")
            % said
        )
    return _("%(template)s (%(zone)s): %(units)s, %(fee)s (%(rates)s)") % said


def explained_freight(found: Freight, currency: str) -> list[str]:
    return explained([charge.as_data() for charge in found.charges], currency)


def conditions(terms: Terms, currency: str) -> list[dict]:
    """The zones of a template as a reader wants them: where, what is charged, what is free."""
    is_only = len(terms.zones) == 1
    return [
        {"where": zone_name(zone.regions, is_only=is_only), **charged(zone, terms.measure, currency)}
        for zone in [*terms.zones[1:], terms.zones[0]]
    ]


def charged(zone: Zone, measure: str, currency: str) -> dict[str, str]:
    """What is charged in a zone, and what is free there."""
    return {
        "rates": rates({"measure": measure, **asdict(zone)}, currency),
        "free": free_from(zone.free_over, zone.free_pieces, currency),
    }


def place_named(to: Region, province: str, city: str, terms: Terms) -> str:
    """The part of an address to which nothing goes: its city where that is named, else its province."""
    return told_place(province, "" if terms.zone_for(to.whole) is None else city)


def shown_of(
    terms: Terms | None, *, fee: Money, free_over: Money | None, measures: Iterable[tuple[int, int]] = ()
) -> dict:
    """
    What the page of a product, or of a shop, says of delivery: the least that one piece costs, whether it may cost
    more, what is free, where nothing goes.

    :param terms: of the template; without one ``fee`` and ``free_over`` are the shop's
    :param measures: grams and cubic centimetres of the SKUs that there are; without them the first fees are told
    """
    if terms is None:
        return {"fee": fee, "free_over": free_over, "is_from": False, "free": "", "zones": [], "nowhere": ""}
    counts = {terms.units_of(1, grams, cm3) for grams, cm3 in measures} or {0}
    fees = {zone.whole_fee(count) for zone in terms.zones for count in counts}
    rest = terms.zones[0]
    return {
        "fee": Money(min(fees), fee.currency),
        "free_over": None,
        "is_from": len(fees) > 1,
        "free": free_from(rest.free_over, rest.free_pieces, fee.currency),
        "zones": conditions(terms, fee.currency) if len(terms.zones) > 1 or terms.measure != PIECE else [],
        "nowhere": told_regions(terms.nowhere),
    }
