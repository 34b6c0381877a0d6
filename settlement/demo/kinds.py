"""Goods that are not simply shipped: codes, appointments, a pre-sale, goods from abroad; and promises and limits."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.core.files.base import ContentFile

from catalog import films, gallery, products, stock
from catalog.codes import add_codes
from catalog.models import Category, Product, Sku
from catalog.products import save_product
from catalog.skus import SkuDraft
from catalog.slots import bookable, open_slots, weekly
from mall import clock
from mall.accounts.models import User
from mall.money import Money
from mall.texts import Text
from merchants.models import Shop
from orders import payments
from orders.cart import add_to_cart
from orders.checkout import place_order
from orders.customs import save_importer
from orders.gateways import sandbox_bank
from orders.models import Order, OrderGroup, Payment
from settlement.demo import pictures
from settlement.demo.shops import SHOPPER

CHANNEL = "sandbox"
WORKDAYS = {0, 1, 2, 3, 4}


@dataclass(frozen=True)
class Special:
    """A product of another kind, in a shop that fits."""

    shop: str
    category: str
    kind: str
    title: tuple[str, str]
    subtitle: tuple[str, str]
    description: tuple[str, str]
    price: int
    picture: str
    promises: tuple[str, ...] = ()
    at_home: bool = False
    ships_in: int = 0
    most_per_buyer: int | None = None
    hours: tuple[int, ...] = ()
    places: int = 1
    customs: dict | None = None
    film: str = ""  # of pictures.ASSETS; drawn from its own picture
    film_words: tuple[str, str] = ("", "")


SPECIALS = (
    Special(
        "hemu", "living", "service",
        ("上门日常保洁 2 小时", "Housekeeping at Home, 2 Hours"),
        ("自带工具，准时上门", "On time, with everything needed"),
        ("一位保洁员，厨房、卫生间、地面与台面的日常清洁。清洁剂与工具由我们自带，服务开始时请出示订单核销码。",
         "One cleaner for kitchen, bathroom, floors and surfaces. We bring cleaners and tools; please show the code of "
         "your order when the work begins."),
        11_800, "bucket", ("invoice",), at_home=True, hours=(9, 14), places=3,
    ),
    Special(
        "yunjian", "teaware", "service",
        ("陶艺拉坯体验课", "A Pottery Class at the Wheel"),
        ("两小时，一件作品烧成后寄出", "Two hours, and one piece fired for you"),
        ("在云间的工作室亲手拉一只杯或碗，老师全程指导，零基础也能完成。",
         "Throw a cup or a bowl of your own in our studio; a potter guides you, and no experience is needed."),
        16_800, "amphora", (), hours=(10, 15), places=6,
    ),
    Special(
        "weiguang", "computing", "virtual",
        ("微光笔记专业版 1 年授权码", "Weiguang Notes Pro, 1-Year Licence Code"),
        ("付款后即时发码", "The code is there as soon as you have paid"),
        ("适用于 Windows、macOS 与 Linux，一个授权码可在两台设备上使用一年。",
         "For Windows, macOS and Linux; one code covers two devices for a year."),
        9_900, "desktop", ("genuine",), most_per_buyer=5,
    ),
    Special(
        "weiguang", "computing", "presale",
        ("微光 75 键机械键盘 春季新色", "Weiguang 75 Mechanical Keyboard, Spring Color"),
        ("新色预售，限购两件", "A new color ahead of its release, two per buyer"),
        ("三模连接，热插拔轴座，全键可编程。预售付全款，按承诺日期起 48 小时内发货。",
         "Three ways to connect, hot-swappable switches, every key programmable. Paid in full now; it leaves within 48 "
         "hours from the promised day on."),
        39_900, "keyboard", ("return-7-days", "genuine"), ships_in=21, most_per_buyer=2,
    ),
    Special(
        "southerncross", "skincare", "cross_border",
        ("塔斯曼海岸 保湿面霜 50 克（跨境直邮）", "Tasman Coast Moisturising Cream, 50 g, from Abroad"),
        ("澳大利亚产，保税仓发货", "Made in Australia, sent from a bonded warehouse"),
        ("澳洲坚果油与甘油配方，质地轻润，适合换季干燥的肌肤。跨境零售进口商品，仅限个人自用。",
         "Macadamia oil and glycerin, light on skin that the season dries out. A cross-border retail import, for your "
         "own use only."),
        16_800, "lotion", ("genuine",),
        customs={"origin": "AU", "hs_code": "3304990039", "record": "NB2026-004217",
                 "tariff_bps": 100, "consumption_bps": 0, "vat_bps": 1_300},
        film="cream.webm",
        film_words=("镜头由远及近，展示瓶身与水滴标识；没有声音。",
                    "The camera comes closer: the bottle and its drop. There is no sound."),
    ),
    Special(
        "southerncross", "pantry", "cross_border",
        ("长白云 麦卢卡蜂蜜 UMF10+ 250 克（跨境直邮）", "Long White Cloud Manuka Honey UMF 10+, 250 g, from Abroad"),
        ("新西兰产，每批可溯源", "From New Zealand, every batch can be traced"),
        ("采自北岛的麦卢卡灌木花期，低温灌装。跨境零售进口商品，仅限个人自用。",
         "From the manuka scrub of the North Island, filled cold. A cross-border retail import, for your own use."),
        25_900, "honey", ("genuine",), most_per_buyer=6,
        customs={"origin": "NZ", "hs_code": "0409000000", "record": "NB2026-004398",
                 "tariff_bps": 1_500, "consumption_bps": 0, "vat_bps": 900},
    ),
)  # fmt: skip


def make_kinds(*, shops: dict[str, Shop], owners: dict[str, User], expert: User, now: datetime) -> None:
    """Offer them, and let the demonstration's shopper have a code, an appointment and something from abroad."""
    categories = {category.slug: category for category in Category.objects.all()}
    opened = now - timedelta(days=3)
    made = [_offer(special, shops[special.shop], owners[special.shop], expert, categories, opened, now)
            for special in SPECIALS]  # fmt: skip
    _promise_lately(shops)
    shopper = User.objects.get(email=SHOPPER)
    save_importer(shopper=shopper, name="林示云", id_number="330102199305080044", now=opened)
    for place, sku in enumerate(made):
        if sku.product.kind in {Product.Kind.VIRTUAL, Product.Kind.SERVICE, Product.Kind.CROSS_BORDER}:
            buy(shopper, sku, UUID(int=place, version=4), now - timedelta(hours=2))


def _offer(special: Special, shop: Shop, owner: User, expert: User, categories, opened: datetime, now: datetime) -> Sku:
    today = clock.business_date(now)
    product = save_product(
        shop=shop,
        fields={
            "category": categories[special.category],
            "kind": special.kind,
            "title": text_of(special.title),
            "subtitle": text_of(special.subtitle),
            "description": text_of(special.description),
            "promises": list(special.promises),
            "at_home": special.at_home,
            "ships_on": today + timedelta(days=special.ships_in) if special.ships_in else None,
            "most_per_buyer": special.most_per_buyer,
            "customs": special.customs,
        },
        skus=[SkuDraft(price=Money(special.price))],
        by=owner,
        now=opened,
    )
    image = pictures.compose(special.picture, tint=None, ground="#dfe4d6", seed=0)
    gallery.add_picture(product=product, image=image, by=owner, now=opened)
    if special.film:
        film = ContentFile((pictures.ASSETS / special.film).read_bytes(), name=special.film)
        films.set_video(product=product, video=film, words=text_of(special.film_words), by=owner, now=opened)
    sku = product.skus.get()
    _fill(special, sku, today, owner, opened)
    product = products.submit_product(product=product, by=owner, now=opened)
    if product.status == Product.Status.IN_REVIEW:
        products.approve_product(product=product, by=expert, now=opened)
    return sku


def _fill(special: Special, sku: Sku, today: date, owner: User, opened: datetime) -> None:
    if special.kind == Product.Kind.VIRTUAL:
        codes = [f"SWNP-{number * 7919 % 10**8:08d}-{number:04d}" for number in range(1, 41)]
        add_codes(sku=sku, codes=codes, by=owner, now=opened)
    elif special.kind == Product.Kind.SERVICE:
        first, last = today + timedelta(days=1), today + timedelta(days=21)
        for hour in special.hours:
            spans = weekly(first=first, last=last, weekdays=WORKDAYS, start=time(hour), end=time(hour + 2))
            open_slots(sku=sku, spans=spans, capacity=special.places, by=owner, now=opened)
    else:
        stock.receive(sku=sku, quantity=200, by=owner, now=opened)


def _promise_lately(shops: dict[str, Shop]) -> None:
    """The goods that are shipped come with what shops here usually promise."""
    rows = Product.objects.filter(shop__in=shops.values(), kind=Product.Kind.PHYSICAL, status=Product.Status.ON_SALE)
    rows.filter(promises=[]).update(promises=["return-7-days", "ships-48-hours"])


def buy(shopper: User, sku: Sku, key: UUID, at: datetime, *, quantity: int = 1, with_cards: bool = False) -> Order:
    """Ordered and paid; with her gift cards of the shop as far as they go."""
    slots = bookable(sku.pk, now=at)
    slot = slots[0].public_id if slots else ""
    add_to_cart(shopper=shopper, sku=sku.public_id, quantity=quantity, slot=slot, now=at)
    address = shopper.addresses.get(is_default=True)
    cards = {sku.shop_id: None} if with_cards else None
    group = place_order(shopper=shopper, checkout_key=key, address=address, only_skus={sku.pk}, now=at, cards=cards)
    return paid(group, at)


def paid(group: OrderGroup, at: datetime) -> Order:
    """What was ordered is paid, if anything is due."""
    if group.due:
        pay(group, at)
    return group.orders.get()


def pay(group: OrderGroup, at: datetime) -> None:
    """What the group waits for is paid at the sandbox bank, and the mall is told."""
    pay_at_bank(payments.start_payment(group=group, channel=CHANNEL, now=at), at)


def pay_at_bank(payment: Payment, at: datetime) -> None:
    """The payer presses the button; the mall is told."""
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", now=at)

    def post(url: str, headers: dict[str, str], body: bytes) -> int:
        payments.receive_notice(channel=CHANNEL, headers=headers, body=body, now=at)
        return 200

    sandbox_bank.deliver_notices(now=at, post=post)


def text_of(pair: tuple[str, str]) -> Text:
    return Text({"zh-hans": pair[0], "en": pair[1]})
