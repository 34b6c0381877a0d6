"""
Bargains and free trials of the demonstration: a sale in which friends cut prices, with one bargain open, one at its
lowest price and one bought; a trial that takes applications, and one that is over, with reports.
"""

from datetime import datetime, timedelta
from uuid import UUID

from catalog.models import Product, Sku
from catalog.reviews.writing import write_review
from catalog.stock import with_available
from mall.accounts.models import User
from mall.events import deliver_everything
from mall.texts import Text
from marketing.bargaining.bargains import help_cut, open_bargain
from marketing.models import Bargain, Promotion, TrialApplication
from marketing.promotions import save_promotion, start_promotion
from marketing.trials.applying import apply
from marketing.trials.deciding import draw_due
from merchants import standing
from merchants.models import Shop
from orders.checkout import DealWanted, place_order
from orders.fulfillment import mark_delivered, ship_order
from orders.models import Order
from settlement.demo.kinds import paid
from settlement.demo.shops import OWNER, SHOPPER

LEAST_IN_STOCK = 8
WHYS = (
    "每天早上都要用，想试试它顺不顺手，会拍照写清楚。",
    "刚搬新家，正缺这么一件，用上一周再来说实话。",
    "I have bought here twice and would compare it with the old one.",
    "想送给妈妈，先替她试一试，好坏都会写。",
    "家里人多，用得勤，耐不耐用半个月就知道。",
    "Happy to write about it in two languages, with pictures.",
    "一直在看，没舍得买，给我一个下决心的机会吧。",
    "我是做这一行的，可以从细节上说说做工。",
)
REPORTS = (
    (5, "用了十天，比想象中好：做工细，手感舒服，包装也用心。"),
    (4, "Does what it should. The lid sits a little loose, otherwise lovely."),
    (4, "颜色和图片一致，大小正好。希望能多配一个收纳袋。"),
)


def show_bargains_and_trials(
    *, shops: dict[str, Shop], owners: dict[str, User], goods: dict[str, list[Product]], now: datetime
) -> None:
    """In the shop that whoever tries the mall looks at, if it may promote."""
    his = sorted(goods, key=lambda slug: (owners[slug].email != OWNER, -len(goods[slug]), slug))
    slug = next((slug for slug in his if standing.may_join_campaigns(_fresh(shops[slug]))), None)
    if slug is None:
        return
    wares = _wares(goods[slug])
    people = list(User.objects.filter(email__regex=r"^shopper\d+@").order_by("pk")[:30])
    her = User.objects.get(email=SHOPPER)
    if len(wares) < 4 or len(people) < 20:
        return
    _bargains(shops[slug], owners[slug], wares[:2], her, people, now)
    _running_trial(shops[slug], owners[slug], wares[2], people, now)
    _finished_trial(shops[slug], owners[slug], wares[3], her, people, now)


def _bargains(shop: Shop, owner: User, wares: list[Sku], her: User, people: list[User], now: datetime) -> None:
    prices = [[ware.pk, ware.price.minor * 6 // 10 // 100 * 100 + 90, 30] for ware in wares]
    sale = _started(
        shop, owner, "bargain", ("喊朋友，砍一刀", "Cut it down with friends"),
        {"prices": prices, "cuts": 6, "hours": 48, "most": 1, "early": True},
        now - timedelta(days=3), now + timedelta(days=18),
    )  # fmt: skip
    first, second = wares
    _cut(open_bargain(promotion=sale, sku=first, shopper=her, now=now - timedelta(hours=5)), people[:3], now)
    reached = open_bargain(promotion=sale, sku=first, shopper=people[3], now=now - timedelta(hours=30))
    _cut(reached, people[4:9], now)
    bought = open_bargain(promotion=sale, sku=second, shopper=her, now=now - timedelta(hours=40))
    _cut(bought, people[9:14], now)
    _ordered(bought.public_id, second, her, 1, now - timedelta(hours=20))
    deliver_everything()


def _cut(bargain: Bargain, friends: list[User], now: datetime) -> None:
    for number, friend in enumerate(friends, 1):
        at = min(bargain.opened_at + timedelta(minutes=47 * number), now)
        help_cut(bargain=bargain, helper=friend, now=at)


def _running_trial(shop: Shop, owner: User, ware: Sku, people: list[User], now: datetime) -> None:
    trial = _started(
        shop, owner, "free_trial", ("新品先用，免费试用", "Try it first, free"),
        {"prices": [[ware.pk, 0, 3]], "chosen_by": "shop", "take_days": 5, "report_days": 15},
        now - timedelta(days=2), now + timedelta(days=5),
    )  # fmt: skip
    for number, (person, why) in enumerate(zip(people[5:], WHYS, strict=False)):
        at = now - timedelta(hours=40 - 4 * number)
        apply(units=trial.trial_units.get(), shopper=person, words=why, now=at)


def _finished_trial(shop: Shop, owner: User, ware: Sku, her: User, people: list[User], now: datetime) -> None:
    began = now - timedelta(days=24)
    trial = _started(
        shop, owner, "free_trial", ("老客试用会", "A trial for friends of the shop"),
        {"prices": [[ware.pk, 0, 4]], "chosen_by": "lot", "take_days": 5, "report_days": 30},
        began, began + timedelta(days=5),
    )  # fmt: skip
    units = trial.trial_units.get()
    for number, (person, why) in enumerate(zip([her, *people[12:]], WHYS, strict=False)):
        apply(units=units, shopper=person, words=why, now=began + timedelta(hours=9 * number))
    drawn = began + timedelta(days=5)
    draw_due(now=drawn)
    winners = list(trial.trial_applications.filter(status=TrialApplication.Status.WON).order_by("place"))
    for number, winner in enumerate(winners):
        at = drawn + timedelta(hours=8 + number)
        order = _ordered(winner.public_id, ware, winner.shopper, 10 + number, at)
        deliver_everything()
        sent, came = at + timedelta(days=1), at + timedelta(days=4)
        ship_order(order=order, carrier="sf", tracking_number=f"SF77{order.pk:011d}", by=owner, now=sent)
        order.refresh_from_db()
        mark_delivered(order=order, by=winner.shopper, now=came)
        deliver_everything()
        if number < len(REPORTS):
            stars, text = REPORTS[number]
            line = order.lines.get()
            at = came + timedelta(days=6)
            write_review(shopper=winner.shopper, order_line_id=line.pk, stars=stars, text=text, now=at)
    deliver_everything()


def _started(
    shop: Shop, owner: User, kind: str, name: tuple[str, str], rule: dict, starts_at: datetime, ends_at: datetime
) -> Promotion:
    made = save_promotion(
        shop=shop, kind=kind, name=Text({"zh-hans": name[0], "en": name[1]}), rule=rule, starts_at=starts_at,
        ends_at=ends_at, by=owner, now=starts_at,
    )  # fmt: skip
    return start_promotion(promotion=made, by=owner, now=starts_at)


def _ordered(key: str, ware: Sku, who: User, number: int, at: datetime) -> Order:
    wanted = DealWanted(key, ware.public_id, 1)
    address = who.addresses.get(is_default=True)
    checkout_key = UUID(int=0xBA56_0000 + number, version=4)
    group = place_order(shopper=who, checkout_key=checkout_key, address=address, wanted=wanted, now=at)
    return paid(group, at)


def _wares(products: list[Product]) -> list[Sku]:
    """The first choice of each product that there is enough of; not those of the flash sale, which come first."""
    found = []
    for product in products[3:]:
        ware = with_available(Sku.objects.filter(product=product, is_active=True)).order_by("pk").first()
        fits = product.kind == Product.Kind.PHYSICAL and ware and ware.price.minor >= 2_000
        if fits and ware.available >= LEAST_IN_STOCK and ware.product.status == Product.Status.ON_SALE:
            found.append(ware)
    return found


def _fresh(shop: Shop) -> Shop:
    shop.refresh_from_db()
    return shop
