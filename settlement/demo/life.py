"""
Ninety days in the mall: people buy, shops ship, the clock settles; all through the verbs that people and clock use.

Chance comes from a seeded generator, so the same day of the year and the same data give the same mall.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from catalog import reviews
from catalog.main_categories import tell_main_categories
from catalog.models import Product, Sku
from mall import clock
from mall.accounts.addresses import save_address
from mall.accounts.models import User
from mall.events import deliver_everything
from mall.pictures import Picture
from mall.refusals import Refusal
from merchants.health import score_month
from merchants.idle import watch_idle_shops
from merchants.models import Shop
from merchants.tiers import rank_month
from orders import cancellation, fulfillment, payments, refunds, tracking
from orders.cart import add_to_cart
from orders.checkout import place_order
from orders.gateways import sandbox_bank
from orders.models import CartLine, Order, OrderGroup, OrderLine, Parcel
from settlement.demo import data, pictures, voices
from settlement.demo.data import shapes
from settlement.demo.people import hashed_password, make_person
from settlement.demo.shops import SHOPPER
from settlement.demo.side_by_side import PROCESSES, side_by_side
from settlement.release import release_due_shares

DAYS = 90
ORDERS_A_DAY = 2.6
CHANNEL = "sandbox"
PAID = 0.93  # share of groups that are paid in time
SECOND_THOUGHTS = 0.02  # share of paid orders that the shopper cancels before shipping
REVIEWED = 0.55  # share of delivered orders that are reviewed
PICTURED = 0.4  # share of written reviews with pictures
NAMELESS = 0.12
FOLLOWED_UP = 0.2
MOST_PHOTOGRAPHED = 14  # products in each process: photographs take time
HOMES = [(4, "#d9c9b4"), (5, "#c7d2cc"), (8, "#e5d9d2"), (9, "#cfc8bd"), (12, "#d8d3e0"), (13, "#e9dfc9")]
LATELY = timedelta(days=4)  # parcels of these days are followed on their way
TWO_SHOPS = 0.3  # share of carts that hold goods of two shops
CARRIERS = {Parcel.Carrier.SF: "SF{:012d}", Parcel.Carrier.YTO: "YT{:013d}", Parcel.Carrier.ZTO: "7{:013d}",
            Parcel.Carrier.JD: "JD{:013d}"}  # fmt: skip


@dataclass
class Temper:
    """How a shop behaves: how much it is bought from, how fast it ships, how often it cancels, what people say."""

    pull: float = 1.0
    hours_to_ship: tuple[int, int] = (6, 40)
    cancels: float = 0.01
    stars: tuple[int, ...] = (0, 1, 3, 22, 74)  # weights of one to five stars
    sells_until_day: int = -1  # nobody buys from it in the last so many days


@dataclass
class Life:
    """The state of the story while it is told."""

    shops: dict[str, Shop]
    goods: dict[str, list[Product]]
    now: datetime
    scale: int = 1
    part: int = 0  # the story is told by several processes, each with shoppers of its own
    parts: int = 1
    meet: Callable[[], object] = lambda: None  # waits until all of them are here
    counts: dict[str, int] = field(default_factory=dict)
    photos: dict[str, list[Picture]] = field(default_factory=dict)
    parcels: int = 0

    def __post_init__(self):
        self.dice = random.Random(f"wanxiang/{self.part}")
        self.tempers = {shop.slug: _temper(shop.story) for shop in data.shops()}
        self.families = {product.title["zh-hans"]: product for product in data.products()}
        self.goods = {
            slug: [product for product in products if product.status == Product.Status.ON_SALE]
            for slug, products in self.goods.items()
        }
        self.weights = {
            slug: [self._popularity(product) for product in products] for slug, products in self.goods.items()
        }

    def tell(self) -> dict[str, int]:
        """All of it, to this moment; returns what it came to."""
        self.shoppers = self._own_shoppers()
        first = clock.business_date(self.now) - timedelta(days=DAYS)
        for number in range(DAYS + 1):
            day = clock.start_of(first + timedelta(days=number))
            self._deliver()
            self._morning(day)
            self._shopping(day, number)
            self._evening(day)
        if self.part == 0:
            self._just_now()
        self._deliver()
        return self.counts

    def _own_shoppers(self) -> list[User]:
        """This part's share of the shoppers; the demonstration's own shopper buys more often than others."""
        everybody = list(User.objects.filter(email__regex=r"^shopper\d+@").order_by("pk"))
        demonstrator = User.objects.get(email=SHOPPER)
        return everybody[self.part :: self.parts] + ([demonstrator] * 3 if self.part == 0 else [])

    def _deliver(self) -> None:
        deliver_everything(part=self.part, of=self.parts)

    # What happens in a day

    def _morning(self, day: datetime) -> None:
        """What the clock does at night: close, deliver, complete; then release, watch, score; all hear of it."""
        at = day + timedelta(hours=4)
        if at > self.now:
            return
        for runs in (self._close_and_complete, self._release_and_watch):
            self.meet()
            if self.part == 0:
                runs(at)
            self.meet()
            self._deliver()

    def _close_and_complete(self, at: datetime) -> None:
        refunds.finish_refunds(now=at)
        self._count("closed", cancellation.close_unpaid_orders(now=at))
        tracking.follow_parcels(now=at)
        fulfillment.deliver_shipped_orders(now=at)
        fulfillment.complete_delivered_orders(now=at)

    def _release_and_watch(self, at: datetime) -> None:
        deliver_everything()  # what one part announced while the other had gone
        self._count("released", release_due_shares(now=at))
        watch_idle_shops(now=at)
        month = clock.business_date(at)
        if month.day == 1:
            tell_main_categories()
            score_month(month=month, now=at)
            rank_month(month=month, now=at)

    def _shopping(self, day: datetime, number: int) -> None:
        weekend = 1.35 if clock.business_date(day).isoweekday() >= 6 else 1.0
        expected = ORDERS_A_DAY * self.scale * weekend * (0.75 + 0.5 * number / DAYS) / self.parts
        for minute in sorted(self.dice.choices(range(24 * 60), weights=_HOURS, k=int(expected + self.dice.random()))):
            at = day + timedelta(minutes=minute)
            if at < self.now - timedelta(hours=1):
                self._buy(self.dice.choice(self.shoppers), at, number)

    def _evening(self, day: datetime) -> None:
        """What people do: ship what waits, confirm what arrived, say what they think."""
        own = Order.objects.filter(shopper__in={shopper.pk for shopper in self.shoppers}).select_related("shop")
        for order in own.filter(status=Order.Status.PAID).order_by("pk"):
            temper = self.tempers[order.shop.slug]
            at = order.paid_at + timedelta(hours=self._dice_for(order).uniform(*temper.hours_to_ship))
            if at < min(day + timedelta(days=1), self.now):
                self._ship_or_cancel(order, temper, at)
        for order in own.filter(status=Order.Status.SHIPPED, due_at__isnull=False).order_by("pk"):
            at = order.shipped_at + timedelta(hours=self._dice_for(order).uniform(30, 96))
            if at < min(day + timedelta(days=1), self.now):
                fulfillment.mark_delivered(order=order, now=at, by=order.shopper)
                self._count("delivered")
                if self.dice.random() < REVIEWED:
                    self._review(order, at + timedelta(hours=self.dice.uniform(2, 20)))

    def _just_now(self) -> None:
        """The demonstration's shopper: one order in each state, so that her pages have something to show."""
        shopper = User.objects.get(email=SHOPPER)
        stars = [shop.slug for shop in data.shops() if shop.story in {"star", "steady"}]
        for hours, pay in ((30, True), (3, True), (0.1, False)):
            at = self.now - timedelta(hours=hours)
            self._place(shopper, [self._pick(slug) for slug in stars[:2]], at, pay=pay)

    # What people do

    def _buy(self, shopper: User, at: datetime, number: int) -> None:
        open_slugs = [slug for slug in self.goods if self._sells(slug, at, number)]
        pulls = [self.tempers[slug].pull for slug in open_slugs]
        slugs = self.dice.choices(open_slugs, pulls, k=2 if self.dice.random() < TWO_SHOPS else 1)
        wanted = [self._pick(slug) for slug in slugs]
        if self.dice.random() < 0.25:
            wanted.append(self._pick(slugs[0]))
        self._place(shopper, wanted, at, pay=self.dice.random() < PAID)

    def _sells(self, slug: str, at: datetime, number: int) -> bool:
        shop = self.shops[slug]
        days_left = DAYS - number
        return shop.opened_at + timedelta(hours=8) < at and days_left > self.tempers[slug].sells_until_day

    def _pick(self, slug: str) -> Sku:
        product = self.dice.choices(self.goods[slug], self.weights[slug])[0]
        return self.dice.choice([sku for sku in product.skus.all() if sku.is_active])

    def _place(self, shopper: User, wanted: list[Sku], at: datetime, *, pay: bool) -> OrderGroup | None:
        try:
            for sku in {sku.pk: sku for sku in wanted}.values():
                quantity = self.dice.choices((1, 2, 3), (80, 15, 5))[0]
                add_to_cart(shopper=shopper, sku=sku.public_id, quantity=quantity, now=at)
            group = place_order(
                shopper=shopper,
                checkout_key=UUID(int=self.dice.getrandbits(128), version=4),
                address=shopper.addresses.get(is_default=True),
                now=at,
            )
        except Refusal:
            CartLine.objects.filter(cart__shopper=shopper).delete()  # sold out: she leaves it at that
            self._count("gave_up")
            return None
        self._count("placed", group.orders.count())
        if pay:
            self._pay(group, at + timedelta(minutes=self.dice.randint(1, 20)))
        return group

    def _pay(self, group: OrderGroup, at: datetime) -> None:
        payment = payments.start_payment(group=group, channel=CHANNEL, now=at)
        sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", now=at)
        heard = set()

        def post(url: str, headers: dict[str, str], body: bytes) -> int:
            if body not in heard:  # the bank says everything twice
                payments.receive_notice(channel=CHANNEL, headers=headers, body=body, now=at)
            heard.add(body)
            return 200

        sandbox_bank.deliver_notices(now=at, post=post)
        self._count("paid")

    def _ship_or_cancel(self, order: Order, temper: Temper, at: datetime) -> None:
        owner = order.shop.seats.select_related("user").first().user
        if self.dice.random() < temper.cancels:
            cancellation.cancel_order(order=order, reason="库存盘点有误，无法发货", by=owner, now=at)
            self._count("canceled_by_shop")
        elif self.dice.random() < SECOND_THOUGHTS:
            cancellation.cancel_order(
                order=order, reason="不想要了", by=order.shopper, now=order.paid_at + timedelta(hours=1)
            )
            self._count("canceled_by_shopper")
        else:
            self._ship(order, owner, at)
            self._count("shipped")

    def _ship(self, order: Order, by: User, at: datetime) -> None:
        """With one of the carriers; those of the last days with the sandbox's, which tells where they are."""
        self.parcels += 1
        if at > self.now - LATELY:
            fulfillment.ship_order(order=order, carrier=Parcel.Carrier.SANDBOX, by=by, now=at)
            return
        carrier = self.dice.choice(list(CARRIERS))
        number = CARRIERS[carrier].format(10**8 + (self.parcels * self.parts + self.part) * 7919)
        fulfillment.ship_order(order=order, carrier=carrier, tracking_number=number, by=by, now=at)

    def _review(self, order: Order, at: datetime) -> None:
        temper = self.tempers[order.shop.slug]
        for line in OrderLine.objects.filter(order=order).select_related("sku__product"):
            stars = self.dice.choices((1, 2, 3, 4, 5), temper.stars)[0]
            said = self._words(line, stars)
            review = reviews.write_review(
                shopper=order.shopper,
                order_line_id=line.pk,
                stars=stars,
                service_stars=max(1, min(5, stars + self.dice.choice((-1, 0, 0, 0, 1)))),
                delivery_stars=max(1, min(5, stars + self.dice.choice((-1, 0, 0, 1, 1)))),
                text=said.text if said else "",
                pictures=self._photos(line) if said and self.dice.random() < PICTURED else (),
                is_anonymous=self.dice.random() < NAMELESS,
                now=at,
            )
            self._count("reviewed")
            later = at + timedelta(days=self.dice.uniform(9, 30))
            if said and later < self.now and self.dice.random() < FOLLOWED_UP:
                words = voices.follow_up(self.dice, stars=stars, language=said.language)
                reviews.follow_up_review(review=review, text=words, now=later)
            answers = [answer for answer in data.shop_answers() if stars in answer.for_stars and said
                       and answer.language == said.language]  # fmt: skip
            if answers and self.dice.random() < (0.25 if stars >= 4 else 0.7):
                owner = order.shop.seats.select_related("user").first().user
                reviews.answer_review(
                    review=review, text=self.dice.choice(answers).text, by=owner, now=at + timedelta(hours=9)
                )

    def _photos(self, line: OrderLine) -> list[Picture]:
        """What she photographed: the thing as she has it at home; two pictures of each of the first products."""
        key = line.product_public_id
        if key not in self.photos:
            listing = self.families.get(line.title.get("zh-hans", ""))
            if listing is None or len(self.photos) >= MOST_PHOTOGRAPHED:
                return []
            shot = listing.shots[0]
            self.photos[key] = [
                pictures.compose(shot.emoji, tint=shot.tint, ground=ground, seed=seed, size=480)
                for seed, ground in self.dice.sample(HOMES, 2)
            ]
        return self.photos[key][: self.dice.choice((1, 1, 2))]

    def _words(self, line: OrderLine, stars: int) -> shapes.Review | None:
        listing = self.families.get(line.title.get("zh-hans", ""))
        family = listing.family if listing else "any"
        fitting = [said for said in data.reviews() if said.stars == stars and said.family in {family, "any"}]
        own = [said for said in fitting if said.family == family] or fitting
        return self.dice.choice(own) if own else None

    # Helpers of chance

    def _popularity(self, product: Product) -> int:
        listing = self.families.get(product.title["zh-hans"])
        return listing.popularity if listing else 1

    def _dice_for(self, order: Order) -> random.Random:
        return random.Random(f"{order.placed_at.isoformat()}/{order.shop.slug}/{order.total.minor}")

    def _count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number


_HOURS = [weight for hour in (2, 1, 1, 1, 1, 1, 2, 4, 6, 8, 10, 10, 12, 10, 8, 8, 8, 8, 9, 12, 16, 18, 14, 6)
          for weight in [hour] * 60]  # fmt: skip


def _temper(story: str) -> Temper:
    return {
        "star": Temper(pull=3.2, hours_to_ship=(3, 20), cancels=0.0, stars=(0, 0, 2, 15, 83)),
        "steady": Temper(pull=1.2),
        "newcomer": Temper(pull=0.9, hours_to_ship=(4, 30)),
        "low_health": Temper(pull=0.9, hours_to_ship=(70, 150), cancels=0.3, stars=(34, 26, 20, 12, 8)),
        "near_zombie": Temper(pull=0.7, sells_until_day=47),
        "frozen": Temper(pull=0.7, sells_until_day=66),
    }[story]


def make_shoppers(count: int, since: datetime) -> None:
    """So many shoppers with their addresses, and the one whom the demonstration signs in as."""
    people = data.shoppers(count)
    users = User.objects.bulk_create(
        User(email=person.email, display_name=person.name, password=hashed_password(), joined_at=since)
        for person in people
    )
    demonstrator = make_person(SHOPPER, "示例顾客", joined_at=since)
    for person, user in [*zip(people, users, strict=True), (people[0], demonstrator)]:
        save_address(
            shopper=user,
            fields={
                "consignee": person.address.consignee, "phone": person.address.phone,
                "province": person.address.province, "city": person.address.city,
                "district": person.address.district, "line": person.address.street, "is_default": True,
            },
        )  # fmt: skip


def tell_side_by_side(life: Life) -> dict[str, int]:
    """Tell the story in several processes, which meet every morning; returns what it came to."""
    total: Counter[str] = Counter()

    def tell(part: int, meet: Callable[[], object]) -> dict[str, int]:
        return replace(life, part=part, parts=PROCESSES, meet=meet, counts={}).tell()

    for counts in side_by_side(tell):
        total.update(counts)
    return dict(total)


def counted(counts: dict[str, int]) -> Iterator[str]:
    """The tale's figures, one line each."""
    for what, number in counts.items():
        yield f"{what.replace('_', ' ')}: {number}"
