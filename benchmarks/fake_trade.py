"""
The watch over fake trade (R3): planted rings among very many orders, found in at most a minute.

The world is dealt by chance with a fixed seed and knows nothing of the rules: honest people with phones of their own,
families that share a tablet and a purse, halls of residence and offices behind one network, people who buy for others,
flash sales at which everybody comes at once, regulars of one shop; and rings of several makes, each of them careless in
some respects and careful in others. Recall: the part of the ring's orders that stand in a case; precision: the part of
the orders in cases that are a ring's. The floor is one statement that counts orders by shop and device.
"""

import random
import time
from datetime import UTC, datetime, timedelta

import psycopg2

from benchmarks.report import Limit, Report, peak_memory_mb

SMALL = {"orders": 10_000}
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEAST_RECALL, LEAST_PRECISION, MOST_SECONDS = 0.9, 0.8, 60
ORDERS_PER_SHOP, ORDERS_PER_RING = 200, 1_250
COLUMNS = (
    "order_id", "shop_id", "buyer", "device", "network", "address", "phone", "payer", "is_own", "account_hours",
    "paid_at", "worth", "paid", "shipped_at", "received_at", "reviewed_at", "stars", "review", "refunded_at",
    "is_judged",
)  # fmt: skip
FLOOR = """
    SELECT count(*) FROM (
        SELECT shop_id, device FROM risk_tradefact GROUP BY shop_id, device HAVING count(DISTINCT buyer) > 3
    ) AS shared
"""


def add_arguments(parser) -> None:
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=11)


def run(options, servers) -> Report:
    from risk.fake_trade.watching import watch_fake_trade
    from risk.models import TradeCase, TradeCaseOrder

    world = World(options.orders, options.seed)
    owner = psycopg2.connect(servers.owner_url)
    owner.autocommit = True
    _write(owner, world)
    with owner.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(FLOOR)
        floor = time.perf_counter() - began
    owner.close()

    began = time.perf_counter()
    told = watch_fake_trade(now=NOW)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    again = watch_fake_trade(now=NOW + HOUR)
    idle = time.perf_counter() - began

    found = set(TradeCaseOrder.objects.values_list("order_id", flat=True))
    rings = {ring: orders for ring, orders in world.rings.items() if orders}
    planted = set().union(*rings.values())
    hit = planted & found
    whole = sum(2 * len(orders & found) > len(orders) for orders in rings.values())
    kinds: dict[str, list[int]] = {}
    for ring, orders in rings.items():
        count = kinds.setdefault(ring.rpartition(" ")[0], [0, 0])
        count[0] += len(orders & found)
        count[1] += len(orders)
    wrong: dict[str, int] = {}
    for order_id in found - planted:
        wrong[world.whose[order_id]] = wrong.get(world.whose[order_id], 0) + 1
    recall, precision = len(hit) / len(planted), len(hit) / max(len(found), 1)
    return Report(
        name="fake_trade",
        figures={
            "orders": len(world.rows),
            "shops": told.get("shops", 0),
            "rings": len(rings),
            "rings_found": whole,
            "orders_of_rings": len(planted),
            "cases": TradeCase.objects.count(),
            "live_cases": TradeCase.objects.filter(is_live=True).count(),
            "recall": round(recall, 4),
            "precision": round(precision, 4),
            "found_by_kind": {kind: f"{hits} of {count}" for kind, (hits, count) in sorted(kinds.items())},
            "innocent_by_kind": dict(sorted(wrong.items())),
            "seconds": round(seconds, 2),
            "seconds_when_nothing_is_new": round(idle, 3),
            "orders_per_s": round(len(world.rows) / seconds),
            "found_again": again.get("cases", 0),
            "peak_memory_mb": peak_memory_mb(),
        },
        floor={"seconds": round(floor, 3)},
        ratio=round(seconds / max(floor, 0.001), 1),
        limits={
            "recall": Limit(round(recall, 4), least=LEAST_RECALL),
            "precision": Limit(round(precision, 4), least=LEAST_PRECISION),
            "seconds": Limit(round(seconds, 2), most=MOST_SECONDS),
        },
    )


class World:
    """Orders of a month: ``rows`` as the table takes them, ``rings`` with their orders, ``whose`` each order is."""

    def __init__(self, orders: int, seed: int):
        self.chance = random.Random(seed)
        self.rows: list[tuple] = []
        self.rings: dict[str, set[str]] = {}
        self.whose: dict[str, str] = {}
        self.shops = [f"shp_{number:020d}" for number in range(max(5, orders // ORDERS_PER_SHOP))]
        self.big = self.shops[: max(1, len(self.shops) // 10)]  # half of the trade is theirs
        for number in range(max(4, orders // ORDERS_PER_RING)):
            self._ring(number)
        makes = [self._person] * 12 + [self._family] * 3 + [self._hall, self._office, self._giver, self._regulars]
        while len(self.rows) < orders:
            self.chance.choice(makes)()

    # Honest people

    def _person(self) -> None:
        who = self._new()
        for _order in range(self.chance.choice((1, 1, 2, 3, 5, 8))):
            self._order(who, "person")

    def _family(self) -> None:
        home = self._new()
        people = [self._new() for _one in range(self.chance.randint(2, 6))]
        shared = [kind for kind in ("device", "payer", "phone") if self.chance.random() < 0.6]
        favorite = self._shop()
        for who in people:
            for kind in (*shared, "address", "network"):
                who[kind] = home[kind]
            for _order in range(self.chance.choice((1, 1, 2, 3))):
                self._order(who, "family", shop=favorite if self.chance.random() < 0.3 else None)

    def _hall(self) -> None:
        """A hall of residence: one address, one network; on an evening many of them order in the same shop."""
        hall, shop, evening = self._new(), self._shop(), self._moment()
        for _student in range(self.chance.randint(10, 60)):
            who = self._new()
            who["address"], who["network"] = hall["address"], hall["network"]
            if self.chance.random() < 0.5:
                self._order(who, "hall", shop=shop, at=evening + self.chance.random() * 2 * HOUR)
            for _order in range(self.chance.choice((0, 1, 1, 2))):
                self._order(who, "hall")

    def _office(self) -> None:
        """Colleagues whose parcels go to the desk, with its phone number."""
        desk, canteen = self._new(), self._shop()
        for _colleague in range(self.chance.randint(5, 25)):
            who = self._new()
            for kind in ("address", "network", "phone"):
                who[kind] = desk[kind]
            for _order in range(self.chance.choice((1, 1, 2, 4))):
                self._order(who, "office", shop=canteen if self.chance.random() < 0.25 else None)

    def _giver(self) -> None:
        """Who pays for parents and friends, from her own phone, to many addresses."""
        giver = self._new()
        for _friend in range(self.chance.randint(2, 6)):
            who = self._new()
            who["payer"] = giver["payer"]
            if self.chance.random() < 0.5:
                who["device"] = giver["device"]
            self._order(who, "giver")

    def _regulars(self) -> None:
        """People who come to one shop only, many of them on the day of its sale, with good words."""
        shop, sale = self._shop(), self._moment()
        for _regular in range(self.chance.randint(5, 20)):
            who = self._new()
            at = sale + self.chance.random() * 3 * HOUR if self.chance.random() < 0.6 else None
            self._order(who, "regular", shop=shop, at=at, review="very good", stars=5)

    # Rings

    def _ring(self, number: int) -> None:
        kind = ("farm", "wallet", "warehouse", "insiders")[number % 4]
        self.rings[f"{kind} {number}"] = mine = set()
        shop, boss = self._shop(), self._new()
        size = self.chance.randint(5, 35)
        devices = [self._new()["device"] for _one in range(max(1, size // self.chance.randint(4, 12)))]
        wallets = [self._new()["payer"] for _one in range(max(1, size // self.chance.randint(5, 15)))]
        begins, days = self._moment(), self.chance.choice((0.2, 0.5, 2, 6))
        careful = {name: self.chance.random() < 0.2 for name in ("receipt", "review", "elsewhere", "young")}
        words = [f"praise {number} {line}" for line in range(self.chance.randint(1, 4))]
        refunds = self.chance.random() < 0.3
        for place in range(size):
            who = self._new()
            if kind in {"farm", "insiders"} or self.chance.random() < 0.3:
                who["device"] = self.chance.choice(devices)
            if kind in {"wallet", "insiders"} or self.chance.random() < 0.3:
                who["payer"] = self.chance.choice(wallets)
            if kind == "warehouse":
                who["address"], who["phone"] = boss["address"], self.chance.choice((boss["phone"], who["phone"]))
                who["network"] = boss["network"]
            if self.chance.random() < 0.7:
                who["network"] = boss["network"]
            who["own"] = kind == "insiders" and place < 2
            who["hours"] = self.chance.randint(1, 60) if not careful["young"] else who["hours"]
            for _order in range(self.chance.choice((1, 1, 1, 2, 3))):
                mine.add(
                    self._order(
                        who,
                        "ring",
                        shop=shop,
                        at=begins + self.chance.random() * days * 24 * HOUR,
                        transit=None if careful["receipt"] else self.chance.randint(1, 10),
                        review=None if careful["review"] else self.chance.choice(words),
                        stars=5,
                        refunded=refunds and self.chance.random() < 0.6,
                        price=self.chance.choice((1.0, 1.0, 0.3)),
                    )
                )
            if careful["elsewhere"] and self.chance.random() < 0.5:
                self._order(who, "straw elsewhere")

    # Orders

    def _new(self) -> dict:
        kinds = ("buyer", "device", "network", "address", "phone", "payer")
        who = {kind: f"{self.chance.getrandbits(128):032x}" for kind in kinds}
        if self.chance.random() < 0.25:  # behind a network of very many
            who["network"] = f"{self.chance.randrange(60):032x}"
        return who | {"own": False, "hours": self.chance.randint(1, 20_000)}

    def _shop(self) -> str:
        return self.chance.choice(self.big if self.chance.random() < 0.5 else self.shops)

    def _moment(self) -> datetime:
        return NOW - timedelta(days=22) + self.chance.random() * timedelta(days=14)

    def _order(
        self, who: dict, whose: str, *, shop=None, at=None, transit=None, review=None, stars=None, refunded=False,
        price=1.0,
    ) -> str:  # fmt: skip
        chance = self.chance
        order_id = f"ord_{len(self.rows):020d}"
        at = at or NOW - timedelta(days=28) + chance.random() * timedelta(days=24)
        shipped = at + chance.randint(2, 40) * HOUR
        received = shipped + (transit or chance.randint(24, 120)) * HOUR
        if received > NOW:
            shipped = received = None
        reviewed = None
        if received and (review or chance.random() < 0.3):
            review = review or (f"{chance.getrandbits(64):x}" if chance.random() < 0.8 else "fine, thank you")
            stars = stars or chance.choice((5, 5, 5, 4, 4, 3, 1))
            reviewed = received + chance.randint(1, 12 if whose == "ring" else 200) * HOUR
        worth = chance.randint(1_000, 50_000)
        paid = int(worth * (price if chance.random() > 0.1 else 0.35))
        back = reviewed + 20 * HOUR if reviewed and (refunded or chance.random() < 0.02) else None
        self.rows.append((
            order_id, shop or self._shop(), who["buyer"], who["device"], who["network"], who["address"], who["phone"],
            who["payer"], who["own"], who["hours"], at, worth, paid, shipped, received, reviewed,
            stars if reviewed else None, _mark(review) if reviewed else "", back, False,
        ))  # fmt: skip
        self.whose[order_id] = whose
        return order_id


def _mark(words: str) -> str:
    from mall.crypto import blind_index

    return blind_index(words)


def _write(owner, world: World) -> None:
    from psycopg2.extras import execute_values

    with owner.cursor() as cursor:
        cursor.execute("BEGIN")
        names = ", ".join(COLUMNS)
        execute_values(cursor, f"INSERT INTO risk_tradefact ({names}) VALUES %s", world.rows, page_size=1_000)
        cursor.execute(
            "INSERT INTO risk_tradewatch (shop_id, due_since) SELECT DISTINCT shop_id, %s FROM risk_tradefact", [NOW]
        )
        cursor.execute("COMMIT")
        cursor.execute("ANALYZE")
