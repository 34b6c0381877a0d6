"""The warehouses of a shop: opened, arranged, closed. A shop runs its own and its stores, the mall's staff theirs."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.models import StaleSearch, Stock, StockCount, StockTerms, StockTransfer, Warehouse
from catalog.search.renaming import read_anew
from catalog.stock.shelves import LARGEST_COUNT, lock_shelves
from mall.audit.trail import record
from mall.divisions import find
from mall.money import Money
from mall.refusals import Refusal
from mall.texts import Text

MOST_WAREHOUSES = 50


class WarehouseInUse(Refusal):
    """Something lies in the warehouse, is reserved there, or is under way from or to it."""

    code = "warehouse-in-use"


class WrongWarehouse(Refusal):
    """The warehouse cannot be as asked."""

    code = "wrong-warehouse"


def default_warehouse(shop) -> Warehouse:
    """The shop's default warehouse, opened now if there is none yet."""
    warehouse, _created = Warehouse.objects.get_or_create(
        shop=shop, is_default=True, defaults={"name": Text({"zh-hans": "主仓库", "en": "Main warehouse"})}
    )
    return warehouse


@transaction.atomic
def open_warehouse(
    *,
    shop,
    kind: str,
    name: Text,
    by,
    now: datetime,
    province: str = "",
    city: str = "",
    address: str = "",
    hours: Text | None = None,
    parcel_cost: Money | None = None,
) -> Warehouse:
    """
    The shop has one more place, last in the order; it sells online from the start.

    :param city: with ``province`` where shoppers look for a store; what lies there is found by it
    :param parcel_cost: what the shop pays to send a parcel from there, if it says
    :raises WrongWarehouse: a kind that the shop does not open itself, a store without an address, or too many
    """
    if kind == Warehouse.Kind.PLATFORM:
        raise WrongWarehouse(_("The mall opens the warehouses that it keeps."))
    where = _place(province, city, address)
    return _open(shop=shop, kind=kind, name=name, where=where, hours=hours, cost=parcel_cost, by=by, now=now)


@transaction.atomic
def open_platform_warehouse(*, warehouse: Warehouse, name: str, by, now: datetime) -> Warehouse:
    """
    The mall keeps goods for a shop from now on, whose default warehouse this is. By platform staff.

    :param name: what it is called, in every language until somebody says otherwise
    :raises WrongWarehouse: the mall keeps goods for this shop already
    """
    shop = warehouse.shop
    if Warehouse.objects.owned_by(shop).open().filter(kind=Warehouse.Kind.PLATFORM).exists():
        raise WrongWarehouse(_("The mall keeps goods for this shop already."))
    text = Text({"zh-hans": name.strip(), "en": name.strip()})
    return _open(shop=shop, kind=Warehouse.Kind.PLATFORM, name=text, where={}, hours=None, cost=None, by=by, now=now)


def _place(province: str, city: str, address: str) -> dict[str, str]:
    """With the full names of province and city, however they were spelled."""
    whole, inside = find(province), find(province, city) if city.strip() else None
    if bool(province.strip()) != bool(city.strip()):
        raise WrongWarehouse(_("Name both the province and the city, or neither."))
    if city.strip() and inside is None:
        raise WrongWarehouse(_("There is no such city in this province."))
    names = {"province": whole.name, "city": inside.name} if inside else {"province": "", "city": ""}
    return {**names, "address": address.strip()}


def _open(
    *, shop, kind: str, name: Text, where: dict[str, str], hours, cost: Money | None, by, now: datetime
) -> Warehouse:
    _check(kind, name, where)
    first = default_warehouse(shop)
    Warehouse.objects.select_for_update(no_key=True).get(pk=first.pk)  # one at a time, so that places are not shared
    rows = Warehouse.objects.owned_by(shop).open()
    if rows.count() >= MOST_WAREHOUSES:
        raise WrongWarehouse(_("A shop has at most %(most)d warehouses.") % {"most": MOST_WAREHOUSES})
    warehouse = Warehouse.objects.create(
        shop=shop,
        kind=kind,
        name=name,
        **where,
        hours=hours or Text(),
        parcel_cost=None if cost is None else cost.minor,
        position=rows.aggregate(last=Max("position"))["last"] + 1,
    )
    record(
        "catalog.open_warehouse",
        warehouse.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"kind": str(kind), "name": dict(name)},
    )
    return warehouse


@transaction.atomic
def change_warehouse(
    *,
    warehouse: Warehouse,
    name: Text,
    sells_online: bool,
    by,
    now: datetime,
    province: str = "",
    city: str = "",
    address: str = "",
    hours: Text | None = None,
    parcel_cost: Money | None = None,
) -> Warehouse:
    """
    Rename a warehouse; say where it is, and whether shoppers are offered what lies there.

    :raises WrongWarehouse: it is closed, the mall keeps it, or a store has no address
    """
    where = _place(province, city, address)
    warehouse = _lock(warehouse, no_key=True)
    _check_own(warehouse)
    _check(warehouse.kind, name, where)
    before = {"name": dict(warehouse.name), "sells_online": warehouse.sells_online}
    moved = (warehouse.province, warehouse.city) != (where["province"], where["city"])
    turned = warehouse.sells_online != sells_online
    shelves = lock_shelves(_what_lies_in(warehouse)) if turned else None
    warehouse.name, warehouse.sells_online = name, sells_online
    warehouse.province, warehouse.city = where["province"], where["city"]
    warehouse.address, warehouse.hours = where["address"], hours or Text()
    warehouse.parcel_cost = None if parcel_cost is None else parcel_cost.minor
    warehouse.save(update_fields=["name", "sells_online", *where, "hours", "parcel_cost"])
    if shelves:
        for row in shelves.of(warehouse).values():
            row.warehouse.sells_online = sells_online
        shelves.show(now)
    if warehouse.kind == Warehouse.Kind.STORE:  # pages of what lies there tell of it, lists by its city
        if moved:
            read_anew(StaleSearch.Of.STORE, [warehouse.pk])
        transaction.on_commit(lambda: forget(CATALOGUE, SHOPS), robust=True)
    _note("catalog.change_warehouse", warehouse, by, now, before, {"name": dict(name), "sells_online": sells_online})
    return warehouse


@transaction.atomic
def move_warehouse(*, warehouse: Warehouse, earlier: bool, by, now: datetime) -> None:
    """One place earlier, or later, in the order in which orders are taken from warehouses."""
    rows = list(Warehouse.objects.owned_by(warehouse.shop).open().select_for_update(no_key=True).order_by("pk"))
    rows.sort(key=lambda row: (row.position, row.pk))
    place = next((number for number, row in enumerate(rows) if row.pk == warehouse.pk), None)
    if place is None:
        raise WrongWarehouse(_("This warehouse is closed."))
    rows.insert(max(place + (-1 if earlier else 1), 0), rows.pop(place))
    for number, row in enumerate(rows):
        row.position = number
    Warehouse.objects.bulk_update(rows, ["position"])
    _note("catalog.move_warehouse", warehouse, by, now, {"place": place}, {"order": [row.public_id for row in rows]})


@transaction.atomic
def make_default(*, warehouse: Warehouse, by, now: datetime) -> Warehouse:
    """
    Goods arrive here from now on unless somebody says otherwise.

    :raises WrongWarehouse: it is closed, or the mall keeps it
    """
    rows = Warehouse.objects.owned_by(warehouse.shop).select_for_update(no_key=True).order_by("pk")
    warehouse = next(row for row in rows if row.pk == warehouse.pk)
    _check_own(warehouse)
    Warehouse.objects.owned_by(warehouse.shop).filter(is_default=True).update(is_default=False)
    warehouse.is_default = True
    warehouse.save(update_fields=["is_default"])
    _note("catalog.make_warehouse_default", warehouse, by, now, {}, {"is_default": True})
    return warehouse


@transaction.atomic
def close_warehouse(*, warehouse: Warehouse, by, now: datetime) -> Warehouse:
    """
    Nothing comes or goes there any more. Its movements stay.

    :raises WarehouseInUse: something lies there, is reserved or under way, or it is the default one
    :raises WrongWarehouse: it is closed already, or the mall keeps it
    """
    _check_own(warehouse)
    return _close(warehouse, by, now)


@transaction.atomic
def close_platform_warehouse(*, warehouse: Warehouse, by, now: datetime) -> Warehouse:
    """
    The mall keeps no goods there any more. By platform staff.

    :raises WarehouseInUse: something lies there, is reserved or under way
    :raises WrongWarehouse: it is closed already
    """
    if warehouse.kind != Warehouse.Kind.PLATFORM:
        raise WrongWarehouse(_("Its shop closes this warehouse itself."))
    return _close(warehouse, by, now)


def _close(warehouse: Warehouse, by, now: datetime) -> Warehouse:
    warehouse = _lock(warehouse)
    if not warehouse.is_open:
        raise WrongWarehouse(_("This warehouse is closed."))
    if warehouse.is_default:
        raise WarehouseInUse(_("Goods arrive here: make another warehouse the main one first."))
    shelves = lock_shelves(Stock.objects.filter(warehouse=warehouse).values("sku"))
    if any(row.on_hand or row.reserved for row in shelves.rows if row.warehouse_id == warehouse.pk):
        raise WarehouseInUse(_("Something lies there or is reserved: move it or write it off first."))
    ways = StockTransfer.objects.owned_by(warehouse.shop).filter(Q(source=warehouse) | Q(target=warehouse))
    if ways.filter(status__in=[StockTransfer.Status.DRAFT, StockTransfer.Status.SENT]).exists():
        raise WarehouseInUse(_("A transfer from or to it is not finished yet."))
    if StockCount.objects.owned_by(warehouse.shop).filter(warehouse=warehouse, status=StockCount.Status.OPEN).exists():
        raise WarehouseInUse(_("A count of it is not finished yet."))
    warehouse.closed_at, warehouse.sells_online = now, False
    warehouse.save(update_fields=["closed_at", "sells_online"])
    _note("catalog.close_warehouse", warehouse, by, now, {}, {"closed_at": now.isoformat()})
    return warehouse


@transaction.atomic
def set_low_stock(*, shop, low_stock: int, by, now: datetime) -> None:
    """
    From how few pieces on the shop is told of a SKU that has no threshold of its own.

    :raises WrongWarehouse: not between nothing and a million
    """
    if not 0 <= low_stock <= LARGEST_COUNT:
        raise WrongWarehouse(_("Enter a count between 0 and %(most)d.") % {"most": LARGEST_COUNT})
    StockTerms.objects.update_or_create(shop=shop, defaults={"low_stock": low_stock})
    record("catalog.set_low_stock", shop.public_id, by=by, now=now, shop_slug=shop.slug, after={"low_stock": low_stock})


def _what_lies_in(warehouse: Warehouse):
    """The SKUs of which something can be bought there."""
    return Stock.objects.filter(warehouse=warehouse, on_hand__gt=F("reserved")).values("sku")


def _lock(warehouse: Warehouse, *, no_key: bool = False) -> Warehouse:
    """With its key, a new row of stock there waits, too."""
    rows = Warehouse.objects.select_related("shop").select_for_update(of=("self",), no_key=no_key)
    return rows.get(pk=warehouse.pk)


def _check_own(warehouse: Warehouse) -> None:
    if not warehouse.is_open:
        raise WrongWarehouse(_("This warehouse is closed."))
    if warehouse.kind == Warehouse.Kind.PLATFORM:
        raise WrongWarehouse(_("The mall keeps this warehouse: its staff change it."))


def _check(kind: str, name: Mapping[str, str], where: Mapping[str, str]) -> None:
    if not any(words.strip() for words in name.values()):
        raise WrongWarehouse(_("Give the warehouse a name."))
    if kind == Warehouse.Kind.STORE and not where["address"]:
        raise WrongWarehouse(_("A store has a street address: shoppers want to find it."))


def _note(action: str, warehouse: Warehouse, by, now: datetime, before: dict, after: dict) -> None:
    record(action, warehouse.public_id, by=by, now=now, shop_slug=warehouse.shop.slug, before=before, after=after)
