"""Two shops keep goods in more than one place: a store by the lake, a second hall, a transfer under way, a count."""

from datetime import datetime, timedelta

from catalog import stock
from catalog.models import Product, Stock, Warehouse
from catalog.stock import counts, low, transfers, warehouses
from mall.accounts.models import User
from mall.texts import Text
from merchants.models import Shop

MOVED = 4  # products of each shop that lie in the second place, too
PIECES = 6
LEFT_LOW = 3


def make_warehouses(
    *,
    shops: dict[str, Shop],
    owners: dict[str, User],
    staff: User,
    goods: dict[str, list[Product]],
    now: datetime,
) -> None:
    first, second = sorted(goods, key=lambda slug: (-len(goods[slug]), slug))[:2]
    store = Text({"zh-hans": "湖滨体验店", "en": "Lakeside store"})
    _keep(
        shops[first],
        owners[first],
        goods[first],
        now,
        kind=Warehouse.Kind.STORE,
        name=store,
        province="浙江省",
        city="杭州市",
        address="上城区湖滨路 8 号",
        hours=Text({"zh-hans": "每天 10:00–21:30", "en": "Daily 10:00–21:30"}),
    )
    south = Text({"zh-hans": "华南仓", "en": "Southern warehouse"})
    _keep(shops[second], owners[second], goods[second], now, kind=Warehouse.Kind.MERCHANT, name=south)
    main = stock.default_warehouse(shops[second])
    warehouses.open_platform_warehouse(warehouse=main, name="万象里云仓", by=staff, now=now - timedelta(days=2))
    low.watch_low_stock(now=now)


def _keep(shop: Shop, owner: User, goods: list[Product], now: datetime, **place) -> None:
    opened = now - timedelta(days=6)
    target = warehouses.open_warehouse(shop=shop, by=owner, now=opened, **place)
    main = stock.default_warehouse(shop)
    lying = Stock.objects.filter(warehouse=main, sku__product__in=goods, sku__is_active=True)
    lying = lying.select_related("sku__shop").order_by("sku__product", "pk")
    rows = [row for row in lying if row.available >= 3 * PIECES][: 2 * MOVED]
    for part, day, arrives in ((rows[:MOVED], 5, True), (rows[MOVED:], 1, False)):
        if not part:
            continue
        at = now - timedelta(days=day)
        quantities = {row.sku_id: PIECES for row in part}
        note = "开店备货" if arrives else "周末补货"
        row = transfers.draft_transfer(source=main, target=target, quantities=quantities, note=note, by=owner, now=at)
        transfers.send_transfer(transfer=row, by=owner, now=at + timedelta(hours=1))
        if arrives:
            missing = {part[0].sku_id: PIECES - 1}
            transfers.receive_transfer(
                transfer=row, received=missing, shortage="damaged", by=owner, now=at + timedelta(hours=26)
            )
    for row in rows[:2]:
        _let_run_low(row, owner, now)
    ids = [row.sku_id for row in rows]
    at = now - timedelta(hours=3)
    sheet = counts.open_count(warehouse=main, sku_ids=ids, note="月末盘点", by=owner, now=at)
    found = dict(Stock.objects.filter(warehouse=main, sku__in=ids).values_list("sku_id", "on_hand"))
    half = {sku_id: max(found[sku_id] - 1, 0) for sku_id in sorted(found)[: len(found) // 2]}
    counts.enter(count=sheet, counted=half, by=owner, now=now - timedelta(hours=2))


def _let_run_low(row: Stock, owner: User, now: datetime) -> None:
    """So many are taken for the window that it is time to order more."""
    left = stock.available([row.sku_id])[row.sku_id]
    row.refresh_from_db()
    gone = min(left - LEFT_LOW, row.available)
    if gone > 0:
        at = now - timedelta(hours=20)
        stock.write_off(sku=row.sku, quantity=gone, reason="own_use", document="橱窗陈列", by=owner, now=at)
