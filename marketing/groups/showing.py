"""What pages show of group buying: on a product what a group costs and which one may join, the page of one group."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Sku
from catalog.offers import choice_text
from mall import clock
from mall.accounts.models import User
from mall.money import Money
from mall.rows import select_rows
from mall.texts import Text
from marketing.deals import group_buying
from marketing.groups.bonus import on_bonus
from marketing.models import BuyingGroup, DealUnits, Promotion, Seat
from merchants import states

SHOWN_GROUPS = 3  # of an item, on the page of its product

# The public page of a product: of shops that may promote and sell, of items that can be bought.
_WARES = f"""
    SELECT u.id FROM marketing_dealunits u JOIN marketing_promotion m ON m.id = u.promotion_id
        JOIN catalog_sku k ON k.id = u.sku_id JOIN catalog_product p ON p.id = k.product_id
        JOIN merchants_shop s ON s.id = u.shop_id
    WHERE p.public_id = %(product)s AND m.kind = 'group_buying' AND m.status = 'live'
        AND m.starts_at <= %(now)s AND m.ends_at > %(now)s
        AND k.is_active AND p.status = 'on_sale' AND {states.sql("s", "promote", "list", "buy")}
    ORDER BY u.price, u.id
"""  # noqa: S608 - words of ours


@dataclass(frozen=True, slots=True)
class Row:
    """A group that one may join, in a line."""

    group: BuyingGroup
    name: str
    join_url: str
    page_url: str


@dataclass(frozen=True, slots=True)
class Ware:
    """One item that is sold to groups."""

    units: DealUnits
    choice: str
    alone: Money
    open_url: str
    terms: list[str]
    groups: list[Row] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.units.promotion.rule["size"]


def block(product: str) -> str:
    """What the page of a product (public id) shows; empty if nothing of it is sold to groups. Two queries or three."""
    now = clock.now()
    keys = [key for (key,) in select_rows(_WARES, {"product": product, "now": now})]
    if not keys:
        return ""
    rows = DealUnits.objects.select_related("promotion", "sku__product").filter(pk__in=keys).order_by("price", "pk")
    joinable: dict[int, list[Row]] = {}
    for group in open_groups(keys, now=now):
        hers = joinable.setdefault(group.units_id, [])
        if len(hers) < SHOWN_GROUPS:
            hers.append(_row(group))
    wares = [_ware(units, joinable.get(units.pk, [])) for units in rows]
    return render_to_string("storefront/marketing/_groups_on_product.html", {"wares": wares})


def open_groups(units_ids, *, now: datetime):
    """Groups of these units that can be joined, those first that miss the fewest."""
    free = BuyingGroup.objects.select_related("leader", "units__sku").filter(
        units__in=units_ids, status=BuyingGroup.Status.OPEN, ends_at__gt=now, seats_paid__gt=0
    )
    found = [group for group in free.order_by("ends_at", "pk")[:100] if group.free]
    return sorted(found, key=lambda group: (group.missing, group.ends_at))


def _row(group: BuyingGroup) -> Row:
    return Row(
        group,
        group.leader.shown_name,
        reverse("storefront:orders:deal-checkout", args=[group.public_id, group.units.sku.public_id]),
        reverse("storefront:marketing:group", args=[group.public_id]),
    )


def _ware(units: DealUnits, groups: list[Row]) -> Ware:
    return Ware(
        units,
        str(choice_text(units.sku)),
        units.sku.price,
        reverse("storefront:orders:deal-checkout", args=[units.promotion.public_id, units.sku.public_id]),
        terms_of(units.promotion),
        groups,
    )


def terms_of(promotion: Promotion, group: BuyingGroup | None = None) -> list[str]:
    """The rules in sentences, for whoever thinks of joining; of a group what it was opened under."""
    rule = promotion.rule
    size = group.size if group else rule["size"]
    helped = group.helped_from if group else group_buying.seats.helped_from(rule)
    newcomers = group.for_newcomers if group else rule.get("newcomers")
    hours = ngettext("%(hours)d hour", "%(hours)d hours", rule["hours"]) % {"hours": rule["hours"]}
    words = {"size": size, "hours": hours}
    sentences = [
        _("A group has %(size)d seats and stays open for %(hours)s, at most until the promotion ends.") % words,
        _("A seat is yours when you have paid; the goods leave when the group is complete."),
        _("If it is not complete in time, everybody gets all of her money back by itself."),
        ngettext("At most %(most)d piece per person.", "At most %(most)d pieces per person.", rule["most"])
        % {"most": rule["most"]},
        _("Whoever opened the group may leave it like everybody else; it goes on with the others."),
    ]
    if bonus := on_bonus(promotion, group):
        sentences.append(bonus)
    if helped:
        sentences.insert(3, group_buying.on_help(helped, size))
    if newcomers:
        sentences.insert(0, _("Only newcomers may join: who has never bought in this mall. Anybody may open a group."))
    return sentences


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    picture: str
    is_leader: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """The page of a group, as one person sees it (nobody: whoever has the link)."""

    group: BuyingGroup
    title: Text
    choice: Text
    picture: str
    product: str
    price: Money
    alone: Money
    people: list[Person]
    state: str
    until: datetime
    why_not: str
    order: str  # hers in it, its public id
    can_open: bool
    terms: list[str]

    @property
    def size(self) -> int:
        return self.group.size

    @property
    def missing(self) -> int:
        return self.group.missing

    @property
    def is_helped(self) -> bool:
        return self.group.formed_how == BuyingGroup.FormedHow.HELPED

    @property
    def places(self) -> range:
        """Seats that nobody has paid for."""
        return range(self.group.missing)

    @property
    def join_url(self) -> str:
        return self._checkout(self.group.public_id) if self.state == "open" and not self.why_not else ""

    @property
    def open_url(self) -> str:
        return self._checkout(self.group.promotion.public_id) if self.can_open else ""

    @property
    def share_url(self) -> str:
        return reverse("storefront:marketing:group-share", args=[self.group.public_id]) if self.state == "open" else ""

    @property
    def product_url(self) -> str:
        page = reverse("storefront:catalog:product", args=[self.product])
        return f"{page}?sku={self.group.units.sku.public_id}"

    def _checkout(self, key: str) -> str:
        return reverse("storefront:orders:deal-checkout", args=[key, self.group.units.sku.public_id])


STATES = {"open": "open", "formed": "full", "expired": "failed"}


def shown(group: BuyingGroup, *, person: User | None, now: datetime) -> Shown:
    """
    A group with whoever has paid for a seat; of one that came to nothing also who had.

    :param group: with its promotion and units
    """
    sku: Sku = group.units.sku
    stands = Q(status=Seat.Status.PAID)
    if group.expired_at:
        stands |= Q(status=Seat.Status.FREED, paid_at__isnull=False, freed_at__gte=group.expired_at)
    sat = group.seats.filter(stands).select_related("shopper").order_by("paid_at", "pk")
    people = [Person(seat.shopper.shown_name, "", seat.shopper_id == group.leader_id) for seat in sat]
    mine = person and group.seats.filter(shopper=person, status__in=Seat.STANDING).first()
    state = STATES[group.status]
    return Shown(
        group=group,
        title=sku.product.title,
        choice=choice_text(sku),
        picture=picture_of(sku),
        product=sku.product.public_id,
        price=group.units.price,
        alone=sku.price,
        people=people,
        state=state,
        until=group.ends_at,
        why_not=group_buying.why_not_join(group, shopper_id=person.pk if person else None, now=now),
        order=mine.order_public_id if mine else "",
        can_open=group_buying.is_running(group.promotion, now) and group.units.left > 0,
        terms=terms_of(group.promotion, group),
    )


def picture_of(sku: Sku) -> str:
    return sku.product.pictures.order_by("position", "pk").values_list("image", flat=True).first() or ""
