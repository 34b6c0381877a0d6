"""A shop's freight templates: written, made the default, named by products, removed when nobody names them (O2)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import kinds
from catalog.freight.charging import Terms, Zone, zone_of
from catalog.freight.words import told_region
from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.models import FreightTemplate, Product, Sku
from catalog.models.freight import LONGEST_REGION
from mall.audit.trail import record
from mall.divisions import find
from mall.places import region, split_region
from mall.refusals import Refusal
from mall.texts import Text
from merchants.models import Shop

MOST_TEMPLATES, MOST_ZONES, MOST_REGIONS = 50, 30, 400
LONGEST_NAME = 40
MOST_FEE, MOST_UNITS = 10_000_00, 1_000_000_000  # fen; grams or cubic centimetres
MOST_FREE_OVER, MOST_FREE_PIECES = 1_000_000_00, 10_000
SENT_KINDS = [kind for kind in Product.Kind if kinds.is_sent(kind)]


class WrongFreight(Refusal):
    """
    A template that cannot be charged by. ``details["field"]`` names what is wrong: ``name``, ``nowhere`` or a field of
    a zone, then ``details["zone"]`` which.
    """

    code = "wrong-freight"
    status = 400


class FreightInUse(Refusal):
    """Products name the template, or rely on it."""

    code = "freight-in-use"


@transaction.atomic
def save_template(
    *,
    shop,
    template: FreightTemplate | None = None,
    name: Mapping,
    measure: str,
    zones: Sequence[Zone],
    nowhere: Iterable[str] = (),
    by,
    now: datetime,
) -> FreightTemplate:
    """
    Write a template. What it charges from now on says a new version of it; orders keep what they were charged by.

    :param zones: the first one is for all regions that no other names
    :raises WrongFreight: it could not be charged by; nothing was written
    """
    _lock(shop)
    rows = FreightTemplate.objects.owned_by(shop)
    is_new = template is None
    if is_new and rows.count() >= MOST_TEMPLATES:
        raise WrongFreight(_("A shop has at most %(most)d freight templates.") % {"most": MOST_TEMPLATES}, field="")
    row = FreightTemplate(shop=shop) if is_new else _found(template)
    text = _checked_name(name, rows.exclude(pk=row.pk))
    checked, places = _checked_zones(zones, nowhere)
    before = {} if is_new else _facts(row)
    row.name, row.measure, row.zones, row.nowhere = text, FreightTemplate.Measure(measure), checked, places
    if before and before == _facts(row):
        return row
    row.version, row.changed_at = 1 if is_new else row.version + 1, now
    row.save()
    _note("catalog.save_freight_template", shop, row, before, _facts(row), by, now)
    return row


@transaction.atomic
def make_default(*, template: FreightTemplate, by, now: datetime) -> None:
    """Goods of the shop that name no template are charged by this one."""
    _lock(template.shop)
    rows = FreightTemplate.objects.owned_by(template.shop)
    rows.filter(is_default=True).exclude(pk=template.pk).update(is_default=False)
    rows.filter(pk=template.pk).update(is_default=True)
    _note("catalog.make_freight_template_default", template.shop, template, {}, {"is_default": True}, by, now)


@transaction.atomic
def charge_flat_fee(*, template: FreightTemplate, by, now: datetime) -> None:
    """Goods that name no template are charged the flat fee of the shop again; this template stays for those it has."""
    _lock(template.shop)
    FreightTemplate.objects.owned_by(template.shop).filter(pk=template.pk).update(is_default=False)
    _note("catalog.charge_flat_fee", template.shop, template, {}, {"is_default": False}, by, now)


@transaction.atomic
def remove_template(*, template: FreightTemplate, by, now: datetime) -> None:
    """
    Take a template away that nothing uses. Orders keep what they were charged by it.

    :raises FreightInUse: products name it, or it is the default one
    :raises WrongFreight: it is gone already
    """
    _lock(template.shop)
    row = _found(template)
    used = Product.objects.owned_by(template.shop).filter(freight=row).count()
    if used:
        said = ngettext(
            "%(count)d product names this template: let it name another one first.",
            "%(count)d products name this template: let them name another one first.",
            used,
        )
        raise FreightInUse(said % {"count": used})
    if row.is_default:
        raise FreightInUse(_("Goods without a template are charged by it: make another one the default first."))
    _note("catalog.remove_freight_template", template.shop, row, _facts(row), {}, by, now)
    row.delete()


@transaction.atomic
def use_template(*, products: Iterable[Product], template: FreightTemplate | None, shop, by, now: datetime) -> int:
    """
    Let these products of the shop name a template, or none, which is the default one; returns how many changed.

    :raises WrongFreight: the template is not (any more) one of the shop's
    """
    _lock(shop)
    if template is not None and not FreightTemplate.objects.owned_by(shop).filter(pk=template.pk).exists():
        raise WrongFreight(_("There is no such freight template (any more)."), field="freight")
    asked = [product.pk for product in products]
    rows = Product.objects.owned_by(shop).filter(pk__in=asked).exclude(freight=template)
    if template is None:
        rows = Product.objects.owned_by(shop).filter(pk__in=asked, freight__isnull=False)
    changed = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", "public_id"))
    if not changed:
        return 0
    Product.objects.filter(pk__in=[pk for pk, _public_id in changed]).update(freight=template)
    record(
        "catalog.use_freight_template",
        template.public_id if template else shop.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"products": [public_id for _pk, public_id in changed][:100], "count": len(changed)},
    )
    names = [public_id for _pk, public_id in changed]
    transaction.on_commit(lambda: forget(CATALOGUE, *names), robust=True)
    return len(changed)


def templates_of(shop) -> list[FreightTemplate]:
    """The shop's templates, the default one first, each with ``named_by``: how many products name it."""
    rows = FreightTemplate.objects.owned_by(shop).annotate(named_by=Count("products"))
    return list(rows.order_by("-is_default", "pk"))


def without_template(shop) -> int:
    """How many of its products that are sent name no template."""
    return Product.objects.owned_by(shop).filter(freight=None, kind__in=SENT_KINDS).count()


def unmeasured(template: FreightTemplate) -> int:
    """How many SKUs that it charges by weight (or volume) have none, so that they count as nothing."""
    measured = {"weight": "weight_grams", "volume": "volume_cm3"}.get(template.measure)
    if measured is None:
        return 0
    products = Q(product__freight=template)
    if template.is_default:
        products |= Q(product__freight=None, product__kind__in=SENT_KINDS)
    return Sku.objects.owned_by(template.shop).filter(products, is_active=True, **{measured: 0}).count()


def terms_of(template: FreightTemplate) -> Terms:
    """As it is charged by."""
    return Terms(
        template.public_id,
        template.version,
        template.name,
        str(template.measure),
        tuple(zone_of(zone) for zone in template.zones),
        tuple(template.nowhere),
    )


def _lock(shop) -> None:
    """One at a time in a shop: names are compared, and what is used is counted."""
    Shop.objects.select_for_update(no_key=True).only("pk").get(pk=shop.pk)


def _found(template: FreightTemplate) -> FreightTemplate:
    """The template as it stands, unless somebody has removed it."""
    row = FreightTemplate.objects.owned_by(template.shop).select_related("shop").filter(pk=template.pk).first()
    if row is None:
        raise WrongFreight(_("There is no such freight template (any more)."), field="")
    return row


def _checked_name(name: Mapping, others) -> Text:
    text = Text({code: words.strip() for code, words in name.items() if words and words.strip()})
    if not text:
        raise WrongFreight(_("Give the template a name."), field="name")
    if any(len(words) > LONGEST_NAME for words in text.values()):
        raise WrongFreight(_("At most %(most)d characters.") % {"most": LONGEST_NAME}, field="name")
    if any(set(text.values()) & set(row.name.values()) for row in others):
        raise WrongFreight(_("A template of this name is there already."), field="name")
    return text


def _checked_zones(zones: Sequence[Zone], nowhere: Iterable[str]) -> tuple[list[dict], list[str]]:
    if not zones or zones[0].regions:
        raise WrongFreight(_("Say what is charged in all regions that no zone names."), field="zones")
    if len(zones) > MOST_ZONES:
        raise WrongFreight(_("A template has at most %(most)d zones.") % {"most": MOST_ZONES}, field="zones")
    seen: set = set()
    checked = []
    for number, zone in enumerate(zones):
        if number and not zone.regions:
            raise WrongFreight(_("Name the regions of this zone."), field="regions", zone=number)
        regions = _checked_regions(zone.regions, seen, field="regions", zone=number)
        _check_rates(zone, number)
        checked.append(
            {
                "regions": regions,
                "first": zone.first,
                "first_fee": zone.first_fee,
                "further": zone.further,
                "further_fee": zone.further_fee,
                "free_over": zone.free_over,
                "free_pieces": zone.free_pieces,
            }
        )
    return checked, _checked_regions(nowhere, seen, field="nowhere")


def _check_rates(zone: Zone, number: int) -> None:
    for field, least, most in (
        ("first", 1, MOST_UNITS),
        ("further", 1, MOST_UNITS),
        ("first_fee", 0, MOST_FEE),
        ("further_fee", 0, MOST_FEE),
        ("free_over", 0, MOST_FREE_OVER),
        ("free_pieces", 1, MOST_FREE_PIECES),
    ):
        value = getattr(zone, field)
        if value is None and field.startswith("free_"):
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise WrongFreight(_("This number is too small or too large."), field=field, zone=number)


def _checked_regions(names: Iterable[str], seen: set, **where) -> list[str]:
    """The regions as templates write them, a city behind its province; each once in a template."""
    found = []
    for name in names:
        known, city = split_region(name)
        if not known:
            raise WrongFreight(_("“%(name)s” is no province of China.") % {"name": name[:40]}, **where)
        inside = find(known, city) if city else None
        if city and inside is None:
            said = {"city": city[:40], "province": told_region(known)}
            raise WrongFreight(_("“%(city)s” is no city of %(province)s.") % said, **where)
        written = f"{known} {inside.short}" if inside else known
        key = region(known, city)
        if len(written) > LONGEST_REGION:
            raise WrongFreight(_("At most %(most)d characters.") % {"most": LONGEST_REGION}, **where)
        if key in seen:
            raise WrongFreight(_("%(region)s is named twice.") % {"region": told_region(written)}, **where)
        seen.add(key)
        if len(seen) > MOST_REGIONS:
            raise WrongFreight(_("A template names at most %(most)d regions.") % {"most": MOST_REGIONS}, **where)
        found.append(written)
    return found


def _facts(row: FreightTemplate) -> dict:
    return {
        "name": dict(row.name),
        "measure": str(row.measure),
        "zones": [dict(zone) for zone in row.zones],
        "nowhere": list(row.nowhere),
    }


def _note(action: str, shop, row: FreightTemplate, before: dict, after: dict, by, now: datetime) -> None:
    record(action, row.public_id, by=by, now=now, shop_slug=shop.slug, before=before, after=after)
    transaction.on_commit(lambda: forget(CATALOGUE, SHOPS), robust=True)
