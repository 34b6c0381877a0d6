"""
Every kind of page that people see, with the way to one of each: for screenshots and for what must hold on all pages.

``furnished()`` fills an empty mall with a little of everything, ``staged()`` adds what is in motion (a cart, orders in
every state, a payment that waits) for a shopper and a shop, ``pages()`` names the pages. An address that is neither
here nor in ``NO_PAGES`` fails a test.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.urls import reverse

from catalog import gallery, products, reviews
from catalog.decoration import drafts, publishing
from catalog.decoration.drafts import draft_of
from catalog.films import set_video
from catalog.interest import favorites, watches
from catalog.models import (
    Category,
    FreightTemplate,
    ImportedPicture,
    ImportProblem,
    Product,
    ProductImport,
    Question,
    Review,
    Sku,
    StockCount,
    StockTransfer,
    Warehouse,
    Watch,
)
from catalog.questions import answer, answer_for_shop, ask
from catalog.reviews.appeals import appeal
from catalog.reviews.reports import report
from catalog.skus import SkuDraft
from catalog.stock import default_warehouse, receive
from catalog.stock.counts import enter, open_count
from catalog.stock.transfers import draft_transfer, send_transfer
from catalog.stock.warehouses import open_warehouse
from catalog.transfer.pictures import fetch_pictures
from catalog.unfinished import put_aside
from mall import clock
from mall.accounts.models import User
from mall.backoffice.saved import save_filter
from mall.crypto import masked
from mall.events import deliver_everything
from mall.exports.asking import ask_for_export
from mall.exports.models import Export
from mall.exports.registry import kind_of
from mall.exports.writing import write_export
from mall.money import Money
from mall.operations.models import Alert, AlertDelivery, AlertReceiver, Reading, TrafficMinute
from mall.operations.telling import save_receiver
from mall.texts import Text
from marketing.bargaining.bargains import help_cut, open_bargain
from marketing.campaigns.auditing import accept
from marketing.campaigns.briefs import save_brief
from marketing.campaigns.clockwork import follow_campaigns
from marketing.campaigns.enrolling import Offered, enrol
from marketing.campaigns.inviting import invite as invite_to_campaign
from marketing.coupons import claim_coupon
from marketing.groups.seats import end_groups
from marketing.joint import propose_terms, sign_terms
from marketing.models import (
    Banner,
    Bargain,
    BuyingGroup,
    Campaign,
    Coupon,
    CouponSending,
    FlashUnits,
    JointTerms,
    Promotion,
)
from marketing.promotions import save_promotion, start_promotion
from marketing.trials.applying import apply
from marketing.trials.deciding import draw_due
from merchants import applications, growth
from merchants.agreements import ask_merchants
from merchants.models import Application, Sanction, Seat, Shop
from merchants.requirements import earliest_binding, publish_agreement
from merchants.sanctions import impose
from orders import offline
from orders.after_sales import answering, arbitration, asking
from orders.bank_statements import read_statement
from orders.cancellation import cancel_order
from orders.cart import add_to_cart
from orders.checkout import DealWanted, place_order
from orders.gateways import sandbox_bank
from orders.gateways.pages import scan_url
from orders.gift_cards import cards_of, keep_card
from orders.invoices import InvoiceWanted, ask_invoice, issue_invoice
from orders.models import (
    AfterSale,
    OfflineList,
    Order,
    OrderGroup,
    OrderLine,
    Party,
    Payment,
    SandboxTrade,
    Voucher,
)
from orders.parties.rules import confirm_version
from orders.payments import start_payment
from risk.models import MoneyCase
from settlement.commission_invoices import issue_commission_invoice
from settlement.demo import pictures
from settlement.models import Statement, Withdrawal
from settlement.release import release_due_shares
from settlement.seizures import decide_case
from settlement.statements import accept_statement, dispute_line, freeze_statements, statements_of
from tests import journeys
from tests.catalog.transfer import bringing, files
from tests.conftest import NOON
from tests.factories import accounts, catalog, films, freight, kinds, merchants, papers
from tests.factories.access import asked_access, granted_access
from tests.factories.attributes import attribute
from tests.factories.commission import proposed_version, rule_in_force
from tests.factories.marketing import presale
from tests.factories.parties import part_in_force, party, party_account, proposed_part
from tests.factories.settlement import asked, bank_account, held_money, proposed_seizure
from tests.factories.trade import trade_case
from tests.orders import presales as orders_ahead

PASSWORD = "correct-horse-7"
UNFINISHED = "未写完的茶壶"
GUEST, SHOPPER, OWNER, CLERK, STAFF, APPLICANT = "guest", "shopper", "owner", "clerk", "staff", "applicant"
WITHOUT_FACTOR = "without-factor"  # has signed in with her password alone, and has nothing else


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of page: the name of its picture, for whom it is, where it stands, and how it answers."""

    name: str
    who: str
    path: str
    status: int = 200

    @property
    def is_row(self) -> bool:
        """Whether it is the admin's page of one row."""
        return self.who == STAFF and self.name.endswith("-row")

    @property
    def audience(self) -> str:
        return {STAFF: "admin", OWNER: "backoffice", CLERK: "backoffice"}.get(self.who, "storefront")


@dataclass
class Scene:
    """The rows that pages are about, and the people who look at them."""

    shopper: User
    owner: User
    staff: User
    shop: Shop
    plain_shop: Shop  # with no page of its own
    category: Category
    product: Product
    gone: Product
    words: list[str] = field(default_factory=list)  # what people typed: it stands on pages in any language
    orders: dict[str, Order] = field(default_factory=dict)  # by status
    case: AfterSale | None = None
    askable: OrderLine | None = None
    newcomer: User | None = None  # who has no second factor
    clerk: User | None = None  # with a seat in the shop that lacks most rights
    export: Export | None = None
    promotion: Promotion | None = None
    joint: list[JointTerms] = field(default_factory=list)  # signed by another shop, and proposed by it
    sent_coupon: Promotion | None = None
    flash_sale: Promotion | None = None
    flash_item: Sku | None = None  # sold out
    campaigns: dict[str, Campaign] = field(default_factory=dict)  # by status
    presale: Promotion | None = None
    presale_item: Sku | None = None
    presales: dict[str, Order] = field(default_factory=dict)  # with a deposit: waiting, open, kept
    bargains: dict[str, Bargain] = field(default_factory=dict)  # by status
    trials: dict[str, Promotion] = field(default_factory=dict)  # open, drawn
    groups: dict[str, BuyingGroup] = field(default_factory=dict)  # by status
    funding: Promotion | None = None
    orders_of_deals: dict[str, Order] = field(default_factory=dict)
    freight: FreightTemplate | None = None
    offline: OfflineList | None = None
    imports: dict[str, ProductImport] = field(default_factory=dict)  # by status
    codes: Sku | None = None
    service: Sku | None = None
    abroad: Sku | None = None
    cards: Sku | None = None
    waiting: OrderGroup | None = None
    payment: Payment | None = None
    by_balance: Payment | None = None
    by_transfer: Payment | None = None
    top_up: Payment | None = None
    reviewable: OrderLine | None = None
    review: Review | None = None
    question: Question | None = None
    watch: Watch | None = None
    applications: dict[str, Application] = field(default_factory=dict)  # by status
    transfers: dict[str, StockTransfer] = field(default_factory=dict)  # by status
    sheet: StockCount | None = None
    withdrawal: Withdrawal | None = None
    party: Party | None = None  # with rules, and one of the mall's that asks
    money_case: MoneyCase | None = None
    statement: Statement | None = None
    invoiced: Statement | None = None

    def person(self, who: str) -> User | None:
        if isinstance(who, tuple):  # the applicant whose application stands so
            return self.applications[who[1]].applicant
        known = {SHOPPER: self.shopper, OWNER: self.owner, CLERK: self.clerk, STAFF: self.staff}
        return {**known, WITHOUT_FACTOR: self.newcomer}.get(who)


# What stands there


def furnished() -> Scene:
    """A small mall at rest: two shops, a few products with pictures, a banner, people."""
    owner = accounts.shopper(email="owner@example.com", password=PASSWORD)
    house = _shop("tea-house", "云间茶舍", "Cloud Tea House", owner=owner)
    pottery = _shop("pottery", "山岚陶坊", "Mountain Pottery")
    merchants.seat(pottery, owner, Seat.Role.MANAGER)
    root = catalog.category(name="茶与器", english="Tea and ware", slug="tea", icon=pictures.logo("teapot", "#f3ece2"))
    leaf = catalog.category(parent=root, name="茶壶", english="Teapots", slug="teapots")
    root.refresh_from_db()
    brand = catalog.brand(slug="jingdezhen")
    brand.logo, brand.story = (
        pictures.logo("plate", "#7fa99b"),
        Text({"zh-hans": "千年瓷都。", "en": "Porcelain for ages."}),
    )
    brand.save()
    _ask_of(leaf)
    rows = [
        _product(shop, leaf, brand, number, emoji)
        for number, (shop, emoji) in enumerate(
            [(house, "teapot"), (house, "teacup"), (pottery, "plate"), (pottery, "pot"), (house, "apple")], 1
        )
    ]
    products.take_off_sale(product=rows[-1], by=owner, now=clock.now())
    _banner()
    shopper = accounts.shopper(email="shopper@example.com", password=PASSWORD)
    EmailAddress.objects.create(user=shopper, email=shopper.email, verified=True, primary=True)
    return Scene(
        shopper=shopper,
        owner=owner,
        staff=accounts.staff(email="staff@example.com", password=PASSWORD),
        shop=house,
        plain_shop=pottery,
        category=leaf,
        product=rows[0],
        gone=rows[-1],
    )


def _coupon(house: Shop, owner: User, holder: User) -> Coupon:
    """Of a campaign that takes nothing off what lies in carts here: they are not worth as much."""
    now = clock.now()
    dates = {"starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=20)}
    name = Text({"zh-hans": "满九千减九百", "en": "900 off from 9,000"})
    rule, given = {"at": 900_000, "off": 90_000}, {"by": owner, "now": now}
    made = save_promotion(shop=house, kind="coupon", name=name, rule=rule, total_limit=50, **dates, **given)
    return claim_coupon(campaign=start_promotion(promotion=made, **given), shopper=holder, now=now)


def _joint(scene: Scene, now: datetime) -> list[JointTerms]:
    """The shop's coupon is good in another one too; a coupon of the other waits for the shop's signature."""
    theirs = _coupon(scene.plain_shop, scene.owner, scene.shopper).promotion
    given = {"until": now + timedelta(days=20), "by": scene.owner, "now": now}
    signed = propose_terms(
        promotion=scene.promotion, shop=scene.shop, host=scene.plain_shop, issuer_bps=6000, cap=Money(500_000), **given
    )
    sign_terms(terms=signed, shop=scene.plain_shop, by=scene.owner, now=now)
    message = "明前茶配青瓷杯，我们一起做吧。 Spring tea and celadon cups belong together."
    asked = propose_terms(promotion=theirs, shop=scene.plain_shop, host=scene.shop, issuer_bps=4000, message=message,
                          **given)  # fmt: skip
    scene.words.append(message)
    return [signed, asked]


def _sent_coupon(scene: Scene) -> Promotion:
    """Of a campaign for whom it is sent to, on its way to who keeps goods of the shop among the favorites."""
    now = clock.now()
    given = {"by": scene.owner, "now": now}
    made = save_promotion(
        shop=scene.shop,
        kind="coupon",
        name=Text({"zh-hans": "粉丝专享", "en": "For followers"}),
        rule={"at": 800_000, "off": 80_000},
        audience="chosen",
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=20),
        **given,
    )
    campaign = start_promotion(promotion=made, **given)
    CouponSending.objects.create(
        shop=scene.shop, promotion=campaign, segment="away", days=90, asked_at=now, asked_by=scene.owner
    )
    return campaign


def _flash_sales(scene: Scene, now: datetime) -> Promotion:
    """One that runs, of an item with units left and of one that is sold out, and one that comes."""
    wares = Sku.objects.filter(product__shop=scene.shop, product__title__en__endswith="thing 2").order_by("pk")
    if not wares:  # the demonstration has things of its own
        wares = _product(scene.shop, scene.category, scene.product.brand, 8, "teacup").skus.order_by("pk")
    first, second, *_others = wares
    given = {"shop": scene.shop, "kind": "flash_sale", "by": scene.owner, "now": now}
    name = Text({"zh-hans": "限时秒杀", "en": "Flash sale"})

    def sale(prices: list, starts_in: int, ends_in: int) -> Promotion:
        dates = {"starts_at": now + timedelta(hours=starts_in), "ends_at": now + timedelta(hours=ends_in)}
        made = save_promotion(name=name, rule={"prices": prices, "most": 1}, **dates, **given)
        return start_promotion(promotion=made, by=scene.owner, now=now)

    running = sale([[first.pk, 2990, 8], [second.pk, 3990, 1]], -1, 2)
    sale([[first.pk, 3290, 5]], 5, 7)
    journeys.placed_group(skus={first: 1, second: 1}, now=now)
    scene.flash_item = second
    return running


def _campaigns(scene: Scene, now: datetime) -> None:
    """One that is live with a thing of the shop, one to enrol in, a brief."""
    day, wares = timedelta(days=1), Sku.objects.filter(product__shop=scene.shop, product__status="on_sale")
    wares = wares.filter(product__kind="physical", price__gte=2_000).order_by("-pk")
    thing = wares.exclude(pk__in=FlashUnits.objects.values("sku")).first()
    names = {"live": ("双十一", "Double 11"), "open": ("年货节", "New Year goods"), "brief": ("开春", "Spring")}
    for slug, (name, english) in names.items():
        begins = now + day if slug == "live" else now - timedelta(hours=1)
        moments = [begins + day * step for step in (-9, 1, 2, 3, 9)]
        campaign = save_brief(
            campaign=Campaign(
                slug=slug, kind="season", name=Text({"zh-hans": name, "en": english}), off_bps=1_000, calm_days=0,
                words=Text({"zh-hans": "好物低价。", "en": "Good things for less."}),
                **dict(zip(("enrol_from", "enrol_until", "audit_until", "live_from", "live_until"), moments,
                           strict=True)),
            ),
            by=scene.staff,
            now=now - 9 * day,
        )  # fmt: skip
        scene.campaigns[slug] = campaign
        if slug == "brief":
            continue
        invite_to_campaign(campaign=campaign, by=scene.staff, now=now)
        follow_campaigns(now=now)
        campaign.refresh_from_db()
        if slug == "live":
            price = thing.price.share(8_000)
            (row,) = enrol(campaign=campaign, shop=scene.shop, goods=[Offered(thing.pk, price, 3)], by=scene.owner,
                           now=now)  # fmt: skip
            accept(enrolment=row, by=scene.staff, now=now)
            Campaign.objects.filter(pk=campaign.pk).update(
                enrol_until=now - 3 * timedelta(hours=1), audit_until=now - 2 * timedelta(hours=1),
                live_from=now - timedelta(hours=1),
            )  # fmt: skip
            follow_campaigns(now=now)


def _presales(scene: Scene, now: datetime) -> None:
    """An item sold ahead; of orders whose deposit is paid one waits, of one the rest can be paid, one has missed it."""
    ware = catalog.product(shop=scene.shop, category=scene.category, title="山居壶", english="Mountain teapot")
    scene.presale_item = catalog.sku(product=ware, price="199.00")
    window = {"balance_from": now + timedelta(days=1), "balance_until": now + timedelta(days=3)}
    rule = {name: moment.isoformat() for name, moment in window.items()}
    rule["ships_on"] = (now + timedelta(days=5)).date().isoformat()
    days = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=1)}
    wares = {scene.presale_item: ("189.00", "20.00", "35.00", 9)}
    name = Text({"zh-hans": "山居壶预售", "en": "Mountain teapot ahead"})
    scene.presale = presale(wares, most=9, by=scene.owner, rule=rule, name=name, **days)
    given = {"who": scene.shopper, "now": now}
    for name in ("waiting", "open", "kept"):
        scene.presales[name] = orders_ahead.deposit_paid(scene.presale_item, scene.presale, **given)
    Order.objects.filter(pk=scene.presales["open"].pk).update(balance_from=now - timedelta(hours=1))
    cancel_order(order=scene.presales["kept"], reason="…", by=scene.shopper, leaves_deposit=True, now=now)


def _bargains(scene: Scene, ware: Sku, now: datetime) -> dict[str, Bargain]:
    """The shopper's own that is open, with two cuts, and one that a friend helped to its lowest price."""
    given = {"shop": scene.shop, "by": scene.owner, "now": now}
    dates = {"starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=20)}
    name = Text({"zh-hans": "喊朋友砍一刀", "en": "Cut it with friends"})
    rule = {"prices": [[ware.pk, ware.price.minor // 2, 10]], "cuts": 4, "hours": 24, "most": 2}
    made = save_promotion(kind="bargain", name=name, rule=rule, **dates, **given)
    sale = start_promotion(promotion=made, by=scene.owner, now=now)
    running, reached = (
        open_bargain(promotion=sale, sku=ware, shopper=scene.shopper, now=now) for _number in range(2)
    )  # fmt: skip
    help_cut(bargain=running, helper=scene.owner, now=now)
    for friend in (scene.owner, accounts.shopper(display_name="Linden"), accounts.shopper(display_name="Poplar")):
        help_cut(bargain=reached, helper=friend, now=now)
    reached.refresh_from_db()
    return {"open": running, "reached": reached}


def _trials(scene: Scene, ware: Sku, now: datetime) -> dict[str, Promotion]:
    """One for which one can apply, the shop chooses; and one that is drawn, the shopper has won it."""
    given = {"shop": scene.shop, "by": scene.owner, "now": now}
    name = Text({"zh-hans": "新品免费试用", "en": "Try it free"})
    words = "I use one every day and like to write about it."
    scene.words.append(words)

    def trial(chosen_by: str, ends_in: timedelta) -> Promotion:
        rule = {"prices": [[ware.pk, 0, 1]], "chosen_by": chosen_by, "take_days": 5, "report_days": 15}
        dates = {"starts_at": now - timedelta(days=2), "ends_at": now + ends_in}
        made = save_promotion(kind="free_trial", name=name, rule=rule, **dates, **given)
        return start_promotion(promotion=made, by=scene.owner, now=now)

    running, drawn = trial("shop", timedelta(days=6)), trial("lot", timedelta(hours=1))
    for sale, people in ((running, (accounts.shopper(display_name="Aspen"),)), (drawn, (scene.shopper,))):
        for person in people:
            apply(units=sale.trial_units.get(), shopper=person, words=words, now=now)
    draw_due(now=now + timedelta(hours=1))
    return {"open": running, "drawn": drawn}


def _groups(scene: Scene, now: datetime) -> dict[str, BuyingGroup]:
    """Of one item: a group that waits, with the shopper in it, one that is complete, one that is given up."""
    product = _product(scene.shop, scene.category, scene.product.brand, 6, "teacup")
    item, for_newcomers = product.skus.order_by("pk")
    given = {"shop": scene.shop, "kind": "group_buying", "by": scene.owner, "now": now}
    dates = {"starts_at": now - timedelta(days=3), "ends_at": now + timedelta(days=6)}
    rule = {"size": 3, "hours": 24, "most": 3, "helped_percent": 60}
    name = Text({"zh-hans": "三人团", "en": "Three together"})
    sale = save_promotion(name=name, rule=rule | {"prices": [[item.pk, 4290, 30]]}, **dates, **given)
    start_promotion(promotion=sale, by=scene.owner, now=now)
    name = Text({"zh-hans": "拉新团", "en": "Bring a newcomer"})
    fresh = {"size": 2, "hours": 48, "most": 1, "newcomers": True, "prices": [[for_newcomers.pk, 3990, 10]]}
    fresh_sale = save_promotion(name=name, rule=fresh, **dates, **given)
    start_promotion(promotion=fresh_sale, by=scene.owner, now=now)

    def sit(key: str, who: User | None = None, *, at: datetime = now, sku: Sku = item) -> Order:
        who = who or accounts.shopper(display_name="Lin Xiaoman")
        where = who.addresses.first() or accounts.address(who)
        wanted = DealWanted(key, sku.public_id, 1)
        group = place_order(shopper=who, checkout_key=uuid4(), address=where, now=at, wanted=wanted)
        journeys.pay(group, now=at)
        deliver_everything()
        return group.orders.get()

    early = now - timedelta(hours=30)
    given_up = sit(sale.public_id, scene.shopper, at=early).deal
    full = sit(sale.public_id).deal
    sit(full, scene.shopper), sit(full)
    end_groups(now=now)
    deliver_everything()
    waiting = sit(sale.public_id).deal
    scene.orders_of_deals["waits"] = sit(waiting, scene.shopper)
    sit(fresh_sale.public_id, sku=for_newcomers)
    return {group.status: group for group in BuyingGroup.objects.filter(public_id__in=[given_up, full, waiting])}


def _funding(scene: Scene, now: datetime) -> Promotion:
    """A new product that two thirds of what it needs has come together for."""
    product = _product(scene.shop, scene.category, scene.product.brand, 7, "pot")
    first, second = product.skus.order_by("pk")
    rule = {"prices": [[first.pk, 3990, 40], [second.pk, 4990, 20]], "goal": 12_000, "ships_in_days": 30, "most": 3}
    project = save_promotion(
        shop=scene.shop, kind="crowdfunding", by=scene.owner, now=now, rule=rule,
        name=Text({"zh-hans": "新窑首批众筹", "en": "The first of the new kiln"}),
        starts_at=now - timedelta(days=2), ends_at=now + timedelta(days=9),
    )  # fmt: skip
    start_promotion(promotion=project, by=scene.owner, now=now)
    where, wanted = scene.shopper.addresses.first(), DealWanted(project.public_id, first.public_id, 2)
    group = place_order(shopper=scene.shopper, checkout_key=uuid4(), address=where, now=now, wanted=wanted)
    journeys.pay(group, now=now)
    deliver_everything()
    scene.orders_of_deals["funding"] = group.orders.get()
    return project


def _commission(scene: Scene, now: datetime) -> None:
    """A rule under which the orders are placed, its next version announced, and another that waits."""
    name = {"zh-hans": "茶壶阶梯佣金", "en": "Ladder for teapots"}
    ladder = [[0, 400], [10_000, 250]]
    reason = "秋季让利，支持茶壶类目。"
    said = {"since": now - timedelta(days=30), "category": scene.category, "ladder": ladder, "by": scene.staff}
    version = rule_in_force(name=name, fixed="0.50", cap="30.00", price_from="5.00", reason=reason, **said)
    coming = {"since": now + timedelta(days=9), "category": scene.category, "bps": 300, "by": scene.staff}
    rule_in_force(rule=version.rule, reason=reason, **coming)
    proposed_version(
        name={"zh-hans": "新店扶持", "en": "Help for new shops"}, since=now + timedelta(days=30), shop_days=90, bps=200,
        position=50, reason=reason, by=scene.staff,
    )  # fmt: skip
    scene.words.append(reason)


def _ask_of(category) -> None:
    """Something of every kind."""
    kinds = {"text": "产地|Origin", "flag": "手工|By hand", "date": "出窑|Fired on", "choices": "适合|Good for"}
    for kind, name in kinds.items():
        attribute(category, name, kind=kind, choices=["绿茶|Green tea", "红茶|Black tea"] if kind == "choices" else [])
    attribute(category, "容量|Capacity", kind="number", unit="毫升|ml", steps=[100, 200], is_required=True)
    attribute(category, "釉色|Glaze", choices=["青|Celadon", "白|White"])


def _shop(slug: str, name: str, english: str, **fields) -> Shop:
    return merchants.shop(
        slug=slug,
        name=Text({"zh-hans": name, "en": english}),
        tagline=Text({"zh-hans": "一盏好茶，慢慢喝", "en": "Good tea, drunk slowly"}),
        about=Text({"zh-hans": "我们在山里做茶。", "en": "We make tea in the hills."}),
        logo=pictures.logo("teapot", "#2f6b4f"),
        shipping_fee="8.00",
        free_shipping_over="199.00",
        **fields,
    )


def _product(shop: Shop, category: Category, brand, number: int, emoji: str) -> Product:
    row = catalog.product(
        shop=shop,
        category=category,
        brand=brand,
        title=f"手作小器 {number}",
        english=f"Small handmade thing {number}",
        subtitle=Text({"zh-hans": "一器一味", "en": "Each its own"}),
        description=Text({"zh-hans": "轻巧，好握。", "en": "Light in the hand."}),
        options=[
            {
                "id": "o1",
                "name": {"zh-hans": "颜色", "en": "Colour"},
                "values": [
                    {"id": "v1", "name": {"zh-hans": "青", "en": "Celadon"}, "swatch": "#7fa99b"},
                    {"id": "v2", "name": {"zh-hans": "白", "en": "White"}, "swatch": "#f4f1ea"},
                ],
            }
        ],
        attributes=[{"name": {"zh-hans": "材质", "en": "Material"}, "value": {"zh-hans": "陶瓷", "en": "Porcelain"}}],
    )
    for value, price in (("v1", "58.00"), ("v2", "68.00")):
        catalog.sku(product=row, choice=[value], price=price, list_price=Money.parse("88.00"), stock=40)
    for seed, value in enumerate(("v1", "v2", "")):
        image = pictures.compose(emoji, tint=None, ground="#e7ded2", seed=seed)
        gallery.add_picture(product=row, image=image, value_id=value, by=None, now=clock.now())
    return row


def _banner() -> None:
    Banner.objects.create(
        headline=Text({"zh-hans": "春茶上新", "en": "Spring tea is here"}),
        line=Text({"zh-hans": "头采，量少", "en": "First harvest, little of it"}),
        call=Text({"zh-hans": "去看看", "en": "Have a look"}),
        picture=pictures.banner(["teapot", "teacup"], ground="#e7ded2", accent="#7fa99b", seed=0),
        target="/c/tea/",
        starts_at=clock.now() - timedelta(days=1),
        ends_at=clock.now() + timedelta(days=30),
    )


# What is in motion


def staged(scene: Scene) -> Scene:
    """Things that wait for somebody: a cart, an order in every state, a payment, applications, a product to review."""
    now = clock.now()
    if not scene.shopper.addresses.exists():
        accounts.address(scene.shopper)
    one, other = list(Sku.objects.filter(product__shop=scene.shop, product__status="on_sale").order_by("pk")[:2])
    stranger = Sku.objects.filter(product__status="on_sale").exclude(product__shop=scene.shop).order_by("pk").first()
    give = {"shopper": scene.shopper, "now": now}
    scene.promotion = _coupon(scene.shop, scene.owner, scene.shopper).promotion
    scene.joint = _joint(scene, now)
    scene.sent_coupon = _sent_coupon(scene)
    scene.flash_sale = _flash_sales(scene, now)
    _campaigns(scene, now)
    _presales(scene, now)
    scene.bargains = _bargains(scene, other, now)
    scene.trials = _trials(scene, one, now)
    scene.groups = _groups(scene, now)
    scene.funding = _funding(scene, now)
    _commission(scene, now)
    orders = {
        "paid": journeys.paid_order(skus={one: 2, other: 1}, **give),
        "shipped": journeys.shipped_order(skus={one: 1}, by=scene.owner, **give),
        "partly-shipped": journeys.partly_shipped_order(skus={one: 2, other: 1}, by=scene.owner, **give),
        "address": journeys.address_asked(skus={other: 1}, **give).order,
        "returned": journeys.returned_order(skus={other: 1}, by=scene.owner, **give),
        "delivered": journeys.delivered_order(skus={other: 1}, by=scene.owner, **give),
        "completed": journeys.completed_order(skus={one: 1}, by=scene.owner, **give),
        "canceled": journeys.canceled_order(skus={one: 1}, **give),
    }
    scene.abroad = kinds.abroad_sku(shop=_abroad(), category=scene.category, price="168.00")
    words = Text({"zh-hans": "转一圈，看杯身的釉色。", "en": "Once around, to see the glaze."})
    set_video(product=scene.product, video=films.upload(films.mp4()), words=words, by=scene.owner, now=now)
    scene.codes = kinds.code_sku(shop=scene.shop, category=scene.category)
    scene.service = kinds.service_sku(
        shop=scene.shop, category=scene.category, slots=3, starts_in=now - NOON + timedelta(hours=30)
    )
    orders["booked"] = _booked(scene, now)
    orders |= _gift_cards(scene, one, now)
    reviewed = journeys.completed_order(skus={one: 1}, by=scene.owner, **give).lines.get()
    text = "很好用，包装也用心。"
    review = reviews.write_review(shopper=scene.shopper, order_line_id=reviewed.pk, stars=5, text=text, now=now)
    answer = "谢谢您的喜欢！"
    reviews.answer_review(review=review, text=answer, by=scene.owner, now=now)
    scene.words += _voices(scene, review, now)
    scene.waiting = journeys.placed_group(skus={one: 1, stranger: 1}, **give)
    scene.payment = start_payment(group=scene.waiting, channel="sandbox", now=now)
    scene.top_up = journeys.topped_up(scene.shopper, Money(50_000), now=now).payments.latest("pk")
    scene.by_balance = start_payment(group=scene.waiting, channel="balance", now=now)
    journeys.from_balance(journeys.placed_group(skus={other: 1}, **give), now=now)
    scene.words += _transfers(scene, other, now)
    scene.orders = orders | {"unpaid": scene.waiting.orders.get(shop=scene.shop)}
    scene.reviewable = orders["delivered"].lines.get()
    scene.case = _after_sale(scene, journeys.delivered_order(skus={one: 2}, by=scene.owner, **give), now)
    scene.newcomer = accounts.shopper(email="newcomer@example.com", password=PASSWORD)
    scene.newcomer.shows_password = True
    RecoveryCodes.activate(scene.shopper)
    scene.clerk = merchants.seat(scene.shop, role=Seat.Role.CLERK).user
    scene.export = _export(scene, now)
    scene.imports = _imports(scene)
    scene.applications = _applications(scene.staff, now)
    _trades(scene, now)
    _newer_agreement(scene, now)
    _decorate(scene, now)
    _product_to_review(scene, now)
    _keep_house(scene, one, other, now)
    _pick_ups(scene, other, now)
    scene.freight = freight.template(shop=scene.shop, default=True)
    _invoice(scene, now)
    _move_money(scene, now)
    journeys.filled_cart(skus={one: 1, stranger: 2, scene.abroad: 1}, **give)
    deliver_everything()
    scene.words += [
        text,
        answer,
        "李示",
        scene.orders["address"].address_changes.get().district,
        "江南大道 8 号",
        *_typed(scene),
    ]
    return scene


def _abroad() -> Shop:
    """A shop of a merchant that was admitted as cross-border."""
    return _shop("far-shore", "远岸", "Far Shore", merchant=merchants.merchant(kind="cross_border"))


def _booked(scene: Scene, now: datetime) -> Order:
    """An appointment that is paid."""
    slot = kinds.slot_of(scene.service)
    add_to_cart(shopper=scene.shopper, sku=scene.service.public_id, slot=slot.public_id, now=now)
    group = place_order(shopper=scene.shopper, checkout_key=uuid4(), address=None, now=now)
    journeys.pay(group, now=now)
    return group.orders.get()


def _gift_cards(scene: Scene, one: Sku, now: datetime) -> dict[str, Order]:
    """Cards that she has bought, of which she has spent one, keeps another and may give the last away."""
    scene.cards = kinds.card_sku(shop=scene.shop, category=scene.category, price="50.00")
    give = {"shopper": scene.shopper, "now": now}
    bought = journeys.paid_order(skus={scene.cards: 3}, **give)
    first, second, _third = cards_of(bought)
    keep_card(card=first, shopper=scene.shopper, now=now)
    paid = journeys.paid_order(skus={one: 2}, cards_of=[scene.shop], **give)
    keep_card(card=second, shopper=scene.shopper, now=now)
    scene.words.append(masked(scene.shopper.email))
    return {"of-cards": bought, "by-cards": paid}


def _decorate(scene: Scene, now: datetime) -> None:
    """The shop's own front page, with a block of every kind; published twice, and one change not yet."""
    shop, by = scene.shop, scene.owner
    if drafts.latest_version(shop):
        return
    wide = pictures.banner(["teapot", "teacup"], ground="#e7ded2", accent="#7fa99b", seed=1)
    square = pictures.compose("teacup", tint=None, ground="#e7ded2", seed=1)
    banner, cup = (drafts.keep_picture(shop=shop, image=image, by=by, now=now) for image in (wide, square))

    def said(zh: str, en: str) -> dict:
        return {"zh-hans": zh, "en": en}

    slide = {"picture": banner, "title": said("春茶上新", "Spring tea is here"), "link": "/search/?q=tea"}
    slide |= {"text": said("头采，量少", "First harvest, little of it"), "alt": {}}
    linked = {"picture": cup, "title": said("茶杯", "Teacups"), "link": "/search/?q=cup", "alt": {}}
    chosen = {"which": "chosen", "products": [scene.product.public_id], "count": 8, "category": ""}
    rich = said(
        "<p>山里做茶，<b>慢</b>。</p><ul><li>头采</li></ul>", "<p>Tea, <b>slowly</b>.</p><ul><li>First</li></ul>"
    )
    blocks = [
        ("banners", {"slides": [slide, {**slide, "link": "", "text": {}}]}),
        (
            "goods",
            {"title": said("热卖", "Best sellers"), "which": "popular", "count": 4, "category": "", "products": []},
        ),
        ("strip", {"text": said("四十八小时内发货", "Shipped within 48 hours"), "link": "https://example.com/"}),
        ("heading", {"title": said("关于我们", "About us"), "text": said("一盏好茶", "A good cup")}),
        ("text", {"title": {}, "text": rich}),
        ("pictures", {"pictures": [linked, linked]}),
        (
            "picture",
            {"picture": banner, "caption": said("山间", "The hills"), "link": "", "alt": said("茶席", "A table")},
        ),
        ("space", {"size": "small"}),
        ("goods", {"title": {}, **chosen}),
    ]
    for kind, fields in blocks:
        revision = draft_of(shop).revision
        drafts.add_block(shop=shop, kind=kind, fields=fields, revision=revision, by=by, now=now)
    for theme, note in (("celadon", "开业首页"), ("tea", "换春装")):
        given = {"shop": shop, "by": by, "now": now}
        drafts.choose_theme(theme=theme, revision=draft_of(shop).revision, **given)
        publishing.publish_page(note=note, revision=draft_of(shop).revision, **given)
        scene.words.append(note)
    hidden = draft_of(shop).blocks[-1]["id"]
    revision = draft_of(shop).revision
    drafts.hide_block(shop=shop, block_id=hidden, hidden=True, revision=revision, by=by, now=now)


def _invoice(scene: Scene, now: datetime) -> None:
    """One is issued, one is asked for."""
    company = InvoiceWanted("company", "杭州示例商贸有限公司", "pay@example.com", merchants.credit_code())
    person = InvoiceWanted("personal", "张小云", "she@example.com")
    for status, wish in (("completed", company), ("shipped", person)):
        order = scene.orders[status]
        invoice = ask_invoice(order=order, wanted=wish, by=order.shopper, now=now)
        if status == "completed":
            issue_invoice(invoice=invoice, number="25332000000012345678", file=papers.pdf(), by=scene.owner, now=now)
        scene.words.append(wish.title)


def _keep_house(scene: Scene, one: Sku, other: Sku, now: datetime) -> None:
    """A store beside the warehouse, goods on their way to it, a draft, and a sheet that is half filled in."""
    who = {"by": scene.owner, "now": now}
    name = Text({"zh-hans": "湖滨店", "en": "Lakeside store"})
    hours = Text({"zh-hans": "每天 10–22 点", "en": "Daily 10–22"})
    address = "湖滨路 8 号"
    where = {"province": "浙江省", "city": "杭州市", "address": address}
    store = open_warehouse(shop=scene.shop, kind="store", name=name, hours=hours, **where, **who)
    receive(sku=one, quantity=2, warehouse=store, **who)
    main = default_warehouse(scene.shop)
    for status, row in (("sent", one), ("draft", other)):
        way = draft_transfer(source=main, target=store, quantities={row.pk: 3}, note="周末补货", **who)
        scene.transfers[status] = send_transfer(transfer=way, **who) if status == "sent" else way
    scene.sheet = open_count(warehouse=main, note="月末盘点", **who)
    enter(count=scene.sheet, counted={one.pk: 30}, **who)
    scene.words += [address, "周末补货", "月末盘点"]


def _pick_ups(scene: Scene, other: Sku, now: datetime) -> None:
    """Orders that are picked up: one to prepare, one that lies ready, one that was noted twice without network."""
    store = Warehouse.objects.get(shop=scene.shop, kind=Warehouse.Kind.STORE)
    receive(sku=other, quantity=9, warehouse=store, by=scene.owner, now=now)
    give = {"shopper": scene.shopper, "now": now}
    scene.orders["routed"] = journeys.paid_order(skus={other: 1}, **give)
    scene.orders["pick-up"] = journeys.picked_up_order(store=store, skus={other: 1}, **give)
    for name in ("picked-up", "ready"):
        scene.orders[name] = journeys.ready_order(store=store, skus={other: 1}, by=scene.owner, **give)
    code = Voucher.objects.get(order=scene.orders["picked-up"]).code.reveal()
    for device in ("店内平板", "市集手机"):
        scene.offline = offline.take_list(shop=scene.shop, device=device, by=scene.owner, now=now)
        given = {"taken": scene.offline, "signature": offline.signature_of(scene.offline), "by": scene.owner}
        offline.hand_in(uses=[offline.Use(code, now)], now=now, **given)
        scene.words.append(device)


def _move_money(scene: Scene, now: datetime) -> None:
    """
    Shares that became available, a withdrawal of them, a bill with a line that the owner disputes, and a supplier, with
    a brand of the mall's that asks for its part.
    """
    scene.party = party("supplier", shop=scene.shop, name="德化白瓷厂", now=now)
    part_in_force(scene.shop, of=scene.party, bps=500, name={"zh-hans": "供货价", "en": "Supply price"}, now=now)
    part_in_force(scene.shop, kind="carrier", base="freight", bps=2_000, name={"zh-hans": "运费分成", "en": "Freight"},
                  now=now)  # fmt: skip
    royalty = proposed_part(party("brand", name="龙泉青瓷协会", now=now), bps=200, now=now)
    confirm_version(version=royalty, by=accounts.staff(), now=now)
    party_account(scene.party, by=scene.owner, now=now)
    scene.words += ["德化白瓷厂", "龙泉青瓷协会"]
    later = (now + timedelta(days=9)).astimezone(clock.BUSINESS_ZONE).replace(hour=3)  # at night more is held
    release_due_shares(now=later)
    case = proposed_seizure(held_money(scene.shop, 10_000, now=later, by=scene.owner), 100, now=later)
    scene.money_case = decide_case(case=case, by=scene.staff, now=later)
    to = bank_account(scene.shop, by=scene.owner, now=later)
    scene.withdrawal = asked(scene.shop, 10_000, to=to, by=scene.owner, now=later)
    freeze_statements(now=later + timedelta(days=1))
    scene.statement = statements_of(scene.shop).filter(kind="daily").latest("period_from")
    _invoice_commission(scene, later)
    words = "这一笔少了八元"
    dispute_line(line=scene.statement.lines.first(), reason=words, by=scene.owner, now=later)
    scene.words += [to.bank, "中国工商银行", to.branch, words, masked(scene.shop.merchant.name)]
    scene.words += [*Party.objects.values_list("name", flat=True), scene.money_case.order_number]


def _invoice_commission(scene: Scene, now: datetime) -> None:
    """The month is over, the shop has accepted its bill, and the mall has issued its invoice."""
    freeze_statements(now=now + timedelta(days=32), kinds=("monthly",))
    month = statements_of(scene.shop).filter(kind="monthly", status="issued", commission__gt=0).latest("period_from")
    scene.invoiced = accept_statement(statement=month, by=scene.owner, now=now)
    issue_commission_invoice(
        statement=month, number="25332000000087654321", file=papers.pdf(), by=scene.staff, now=now
    )  # fmt: skip


def _transfers(scene: Scene, item: Sku, now: datetime) -> list[str]:
    """An order of which too little has come, and money that quotes nothing."""
    group = journeys.placed_group(skus={item: 3}, shopper=scene.shopper, now=now)
    scene.by_transfer = start_payment(group=group, channel="transfer", now=now)
    came = [("20.00", scene.by_transfer.transfer.reference), ("88.00", "茶具款")]
    head = "交易时间,交易流水号,收入金额,对方户名,对方账号,附言"
    rows = [
        f"{now.isoformat()},FT{number},{amount},杭州远山文化有限公司,330100000000,{remark}"
        for number, (amount, remark) in enumerate(came)
    ]
    file = "托管户流水.csv"
    read_statement(content="\r\n".join([head, *rows]).encode(), name=file, by=scene.staff, now=now)
    return [file, "杭州远山文化有限公司", "杭州远****有限公司", "茶具款"]


def _voices(scene: Scene, review: Review, now: datetime) -> Iterator[str]:
    """Pictures, a follow-up, an appeal and a report of a review; a question with answers; what the shopper keeps."""
    asker = accounts.shopper(email="asker@example.com", display_name="林小月", password=PASSWORD)
    image = pictures.compose("teacup", tint=None, ground="#e7ded2", seed=5)
    later = reviews.follow_up_review(review=review, text="用了一阵，还是喜欢。", pictures=[image], now=now)
    report(subject=review.public_id, person=asker, reason="elsewhere", words="不太相关", now=now)
    asked = appeal(review=review, reason="untrue", words="与事实不符", by=scene.owner, now=now)
    scene.review, product = later, review.product
    scene.question = ask(product=product, shopper=asker, text="可以放进洗碗机吗？", now=now)
    ours = answer_for_shop(question=scene.question, text="建议手洗。", by=scene.owner, now=now)
    theirs = answer(question=scene.question, person=scene.shopper, text="我放过，没事。", now=now)
    ask(product=product, shopper=scene.shopper, text="有礼盒吗？", now=now)
    favorites.keep(shopper=scene.shopper, product=product, now=now)
    favorites.follow(shopper=scene.shopper, shop=scene.shop, now=now)
    scene.watch = watches.watch(shopper=scene.shopper, product=product, kind="price", now=now)
    yield from (later.follow_up, asked.words, "不太相关", scene.question.text, ours.text, theirs.text, "有礼盒吗？")


def _after_sale(scene: Scene, order: Order, now: datetime) -> AfterSale:
    """A return that the shop has refused once, before the mall, with words on both sides."""
    line, text = order.lines.get(), "杯口有一道裂纹，照片里看得很清楚。"
    said = "出库前我们检查过，并没有裂纹。"
    case = asking.ask(
        line=line, kind="return", reason="damaged", quantity=1, text=text, by=order.shopper, now=now
    )  # fmt: skip
    answering.refuse(case=case, text=said, by=scene.owner, now=now)
    case = arbitration.escalate(case=case, text=text, by=order.shopper, now=now)
    scene.words += [text, said]
    scene.askable = line
    return case


def _export(scene: Scene, now: datetime) -> Export:
    """The shop's orders as a file, and a filter that its owner keeps for them."""
    asked = {"kind": kind_of("orders.orders"), "format": "xlsx", "is_personal": True, "by": scene.owner, "now": now}
    export = ask_for_export(shop=scene.shop, **asked)
    write_export(export_id=export.public_id, now=now)
    name = "大额订单"
    save_filter(shop=scene.shop, person=scene.owner, list_key="orders", name=name, query="least=500", now=now)
    scene.words.append(name)
    return export


def _imports(scene: Scene) -> dict[str, ProductImport]:
    """Files of goods that were brought in, that wait for a word, and that nobody could read."""
    category = {"category": scene.category, "by": scene.owner, "words_language": "zh-hans"}
    far = "http://127.0.0.1/far-away.jpg"
    cups = [files.cup("cup-1", Title="青瓷杯", **{"Image Src": far}), files.cup("cup-2", Title="")]
    done = bringing.brought_in(scene.shop, files.csv_file(cups), **category)
    fetch_pictures(now=done.started_at)
    dearer = files.cup("cup-1", Title="青瓷杯", **{"Variant Price": "70.00"})
    rows = [dearer, files.cup("cup-3", Title="白瓷杯"), files.cup("cup-2", Title="")]
    found = {
        "done": done,
        "checked": bringing.checked(scene.shop, files.csv_file(rows), **category),
        "failed": bringing.checked(scene.shop, b"Name;Preis\r\nTasse;5\r\n", **category),
    }
    reasons = [row.reason for model in (ImportProblem, ImportedPicture) for row in model.objects.all()]
    scene.words += ["青瓷杯", "白瓷杯", "C-cup-1", found["failed"].failure, *reasons]
    return found


def _applications(staff: User, now: datetime) -> dict[str, Application]:
    """One in every status, brought there by the verbs."""
    from tests.merchants.applying import in_status

    made = {}
    for status in Application.Status.values:
        if status == Application.Status.EXPIRED:  # looks like one that was withdrawn
            continue
        person = accounts.shopper(email=f"applicant-{status}@example.com", password=PASSWORD)
        made[status] = in_status(status, person)
        made[status].refresh_from_db()
    return made


def _trades(scene: Scene, now: datetime) -> None:
    """The owner asks for more trades: one is being filled in, a person looks at another, one waits for its deposit."""
    from tests.merchants.applying import request, requested, with_papers

    scene.applications["trade-draft"] = with_papers(request(scene.shop, "cosmetics", now=now), now=now)
    row = with_papers(request(scene.shop, "health-food", now=now), now=now)
    row = applications.submit_application(application=row, now=now)
    scene.applications["trade-review"] = applications.check_application(application=row, now=now)
    scene.applications["trade-agreed"] = requested(scene.shop, "medical-device", now=now)


def _newer_agreement(scene: Scene, now: datetime) -> None:
    """It binds in a month, and the owners are asked; a violation, and what may be said against it."""
    text = Text(
        {
            "zh-hans": "第一条 诚信经营。\n第二条 七日无理由退货。",
            "en": "1. Be honest.\n2. Take goods back for seven days.",
        }
    )
    title = Text({"zh-hans": "商家入驻协议", "en": "Merchant agreement"})
    publish_agreement(
        code="merchant", title=title, text=text, by=scene.staff, now=now, binds_on=earliest_binding(now)
    )  # fmt: skip
    ask_merchants(now=now)
    note = "两笔订单超过承诺时间发货。"
    fine = Money(20_000)
    impose(shop=scene.shop, code=Sanction.Code.LATE_SHIPPING, note=note, fine=fine, by=scene.staff, now=now)
    scene.words.append(note)
    _operations(scene, now)
    _access(scene, now)
    case = trade_case(scene.shop.public_id, now=now)
    growth.write(
        shop_id=scene.shop.public_id, name="OrdersSetAside", subject=f"{case.public_id} x", at=now,
        detail={"orders": list(case.orders.values_list("order_id", flat=True)), "signs": ["device", "burst"]},
    )  # fmt: skip


def _operations(scene: Scene, now: datetime) -> None:
    """Weeks of traffic, an alert that lasts, and who was told of it."""
    for back in range(24 * 29, 0, -1):
        at = now - timedelta(hours=back)
        busy = 30 + at.hour * 3
        TrafficMinute.objects.create(minute=at, requests=busy, errors=back % 9 == 0, milliseconds=busy * 40)
    mailbox = AlertReceiver(name="On call", way="mail", address="oncall@example.com", language="en")
    save_receiver(receiver=mailbox, by=scene.staff, now=now)
    scene.words.append("On call")
    for name, value, limit in (("payments", 9_700, 9_950), ("errors", 12, 50), ("events", 3, 120), ("queue", 4, 500)):
        for back in range(48):
            is_bad, at = name == "payments" and back < 3, now - timedelta(minutes=30 * back)
            Reading.objects.create(
                measure=name, at=at, value=value if is_bad or name != "payments" else 9_980, sample=120, limit=limit,
                is_bad=is_bad,
            )  # fmt: skip
    since = now - timedelta(hours=1)
    alert = Alert.objects.create(measure="payments", opened_at=since, value=9_700, worst=9_640, limit=9_950)
    AlertDelivery.objects.create(
        alert=alert, receiver=mailbox, what="opened", made_at=since, delivered_at=since, attempts=1
    )  # fmt: skip


def _access(scene: Scene, now: datetime) -> None:
    """Personal data of an order: a request that waits, then one by which staff may look."""
    order, other = Order.objects.exclude(phone_index="").latest("pk").public_id, accounts.staff(display_name="Lin")
    asked_access(other, order, ["orders.order.address_line"], now=now, ticket="T-88", reason="包裹退回，核对地址。")
    granted_access(scene.staff, order, ["orders.order.phone"], now=now)
    scene.words.append("包裹退回，核对地址。")


def _product_to_review(scene: Scene, now: datetime) -> None:
    """In the queue of the reviewers: a category that an expert looks at, and a word that should make her look."""
    watched = catalog.category(name="食品", english="Food", slug="food-to-review", needs_review=True)
    row = catalog.product(
        shop=scene.shop,
        category=watched,
        title="山间野茶",
        english="Wild tea from the hills",
        status=Product.Status.DRAFT,
        on_sale_at=None,
    )
    catalog.sku(product=row, price="30.00")
    products.submit_product(product=row, by=scene.owner, now=now)
    changed = {
        "brand": catalog.brand(name="山岚", english="Shanlan"),
        "title": Text({code: f"{text} 2" for code, text in scene.product.title.items()}),
    }
    skus = [
        SkuDraft(choice=tuple(sku.choice), price=sku.price, list_price=sku.list_price, code=sku.code)
        for sku in scene.product.skus.all()
    ]
    products.save_product(shop=scene.shop, product=scene.product, fields=changed, skus=skus, by=scene.owner, now=now)
    typed = {"title_zh_hans": [UNFINISHED]}
    put_aside(shop=scene.shop, typed=typed, title=UNFINISHED, product=None, by=scene.owner, now=now)


def _typed(scene: Scene) -> Iterator[str]:
    """Names, addresses and the like: one text, whatever the language of the page."""
    yield UNFINISHED
    for address in scene.shopper.addresses.all():
        yield from (address.province, address.city, address.district)
        yield from (address.consignee.reveal(), address.line.reveal())
    for application in scene.applications.values():
        yield from (application.merchant_name, application.goods, application.reason, application.contact_name.reveal())
        yield from application.documents.values_list("issuer", flat=True)
        yield from application.statements.values()
        yield str(application.contact_name)
    for shop in Shop.objects.select_related("merchant"):
        yield from (shop.merchant.name, shop.slug, shop.province, shop.city)
    yield from Group.objects.values_list("name", flat=True)
    yield from SandboxTrade.objects.values_list("subject", flat=True)
    yield from ("tea", "qqqqqq", "cloud-tea", PASSWORD, "mall-demo-2026")  # searched for, given as examples
    for person in User.objects.all():
        yield from (person.email, person.display_name, person.shown_name)


# Where they are shown


def pages(scene: Scene) -> list[Page]:
    """One page of every kind, for every audience."""
    return [*_storefront(scene), *_account(scene), *_backoffice(scene), *_admin(scene)]


def _storefront(scene: Scene) -> Iterator[Page]:
    def page(name: str, path: str, status: int = 200) -> Page:
        return Page(name, GUEST, path, status)

    category = reverse("storefront:catalog:category", args=[scene.category.slug])
    yield page("home", reverse("storefront:catalog:home"))
    yield page("category", category)
    yield page("brand", reverse("storefront:catalog:brand", args=[scene.product.brand.slug]))
    yield page("category-filtered", f"{category}?price_min=10&in_stock=1&sort=newest")
    yield page("search", reverse("storefront:catalog:search") + "?q=tea")
    yield page("search-all", reverse("storefront:catalog:search"))
    yield page("search-nothing", reverse("storefront:catalog:search") + "?q=qqqqqq")
    yield page("shop", reverse("storefront:catalog:shop", args=[scene.shop.slug]))
    yield page("shop-narrowed", reverse("storefront:catalog:shop", args=[scene.shop.slug]) + "?sort=newest")
    yield page("shop-usual", reverse("storefront:catalog:shop", args=[scene.plain_shop.slug]))
    yield page("product", reverse("storefront:catalog:product", args=[scene.product.public_id]))
    yield page("reviews", reverse("storefront:catalog:reviews", args=[scene.review.product.public_id]))
    yield page("questions", reverse("storefront:catalog:questions", args=[scene.review.product.public_id]))
    yield page("history-empty", reverse("storefront:catalog:history"))
    yield page("compare-empty", reverse("storefront:catalog:compare"))
    others = [row.public_id for row in Product.objects.filter(status="on_sale").order_by("pk")[:3]]
    query = "&".join(f"with={public_id}" for public_id in others)
    yield page("compare", f"{reverse('storefront:catalog:compare')}?{query}")
    yield page("alert-stop", reverse("storefront:catalog:alert-stop", args=[watches.stop_token(scene.watch)]))
    yield page("product-abroad", reverse("storefront:catalog:product", args=[scene.abroad.product.public_id]))
    yield page("product-gift-card", reverse("storefront:catalog:product", args=[scene.cards.product.public_id]))
    yield page("product-gone", reverse("storefront:catalog:product", args=[scene.gone.public_id]), 410)
    yield page("cart-empty", reverse("storefront:orders:cart"))
    yield page("coupons", reverse("storefront:marketing:centre"))
    yield page("flash-sales", reverse("storefront:marketing:flash"))
    yield page("campaign", reverse("storefront:marketing:campaign", args=["live"]))
    yield page("trials", reverse("storefront:marketing:trials"))
    for state, trial in scene.trials.items():
        yield page(f"trial-{state}", reverse("storefront:marketing:trial", args=[trial.public_id]))
    yield page("bargain-to-help", reverse("storefront:marketing:bargain", args=[scene.bargains["open"].public_id]))
    flash_product = scene.flash_item.product
    presale_product = scene.presale_item.product
    yield page("product-presale", reverse("storefront:catalog:product", args=[presale_product.public_id]))
    yield page("product-flash-sale", reverse("storefront:catalog:product", args=[flash_product.public_id]))
    for status, group in scene.groups.items():
        yield page(f"group-{status}", reverse("storefront:marketing:group", args=[group.public_id]))
    waiting = scene.groups["open"]
    yield page("group-share", reverse("storefront:marketing:group-share", args=[waiting.public_id]))
    yield page("product-groups", reverse("storefront:catalog:product", args=[waiting.units.sku.product.public_id]))
    funded = scene.funding.deal_units.first().sku.product
    yield page("product-crowdfunding", reverse("storefront:catalog:product", args=[funded.public_id]))
    yield page("sandbox-transfer", reverse("storefront:orders:sandbox-transfer"))
    yield page("cashier", reverse("storefront:orders:cashier", args=[sandbox_bank.token_of(scene.payment.public_id)]))
    yield page("sign-in", reverse("account_login"))
    yield page("sign-up", reverse("account_signup"))
    yield page("password-forgotten", reverse("account_reset_password"))
    yield page("password-forgotten-sent", reverse("account_reset_password_done"))
    yield page("password-from-key", reverse("account_reset_password_from_key", args=["0", "a-b"]))
    yield page("password-from-key-done", reverse("account_reset_password_from_key_done"))
    yield page("confirm-address", reverse("account_confirm_email", args=["nonsense"]))
    yield page("address-sent", reverse("account_email_verification_sent"))
    yield page("inactive", reverse("account_inactive"))
    yield page("not-found", "/nothing/here/", 404)
    yield page("styleguide", reverse("styleguide"))


def _account(scene: Scene) -> Iterator[Page]:
    def page(name: str, route: str, *args, status: int = 200) -> Page:
        return Page(name, SHOPPER, reverse(route, args=args), status)

    yield page("home-signed-in", "storefront:catalog:home")
    yield page("cart", "storefront:orders:cart")
    yield page("checkout", "storefront:orders:checkout")
    yield page("pay", "storefront:orders:pay", scene.waiting.public_id)
    yield page(
        "checkout-deposit", "storefront:orders:deal-checkout", scene.presale.public_id, scene.presale_item.public_id
    )
    yield page("pay-rest", "storefront:orders:pay", scene.presales["open"].group.public_id)
    yield page("order-deposit", "storefront:orders:detail", scene.presales["waiting"].public_id)
    yield page("order-deposit-kept", "storefront:orders:detail", scene.presales["kept"].public_id)
    yield page("pay-paid", "storefront:orders:pay", scene.orders["paid"].group.public_id)
    yield page("paying", "storefront:orders:payment-return", scene.payment.public_id)
    yield Page("scan", SHOPPER, scan_url(scene.payment, "weixin://wxpay/bizpayurl?pr=Vv7yQ2k"), 200)
    yield page("my-coupons", "storefront:marketing:mine")
    yield page("my-gift-cards", "storefront:orders:gift-cards")
    yield page("my-balance", "storefront:orders:balance")
    yield page("pay-balance", "storefront:orders:pay-balance", scene.by_balance.public_id)
    yield page("pay-transfer", "storefront:orders:pay-transfer", scene.by_transfer.public_id)
    yield page("topped-up", "storefront:orders:payment-return", scene.top_up.public_id)
    yield page("my-bargains", "storefront:marketing:bargains")
    for state, bargain in scene.bargains.items():
        yield page(f"bargain-{state}", "storefront:marketing:bargain", bargain.public_id)
    yield page("my-trials", "storefront:marketing:my-trials")
    yield page("trial-apply", "storefront:marketing:trial", scene.trials["open"].public_id)
    yield page("my-groups", "storefront:marketing:my-groups")
    yield page("group-mine", "storefront:marketing:group", scene.groups["open"].public_id)
    for what, order in scene.orders_of_deals.items():
        yield page(f"order-deal-{what}", "storefront:orders:detail", order.public_id)
    deal, item = scene.groups["open"].promotion, scene.groups["open"].units.sku
    yield page("checkout-group", "storefront:orders:deal-checkout", deal.public_id, item.public_id)
    yield page("flash-line", "storefront:orders:flash-line", scene.flash_sale.public_id, scene.flash_item.public_id)
    yield page("orders", "storefront:orders:list")
    for status, order in scene.orders.items():
        yield page(f"order-{status}", "storefront:orders:detail", order.public_id)
    yield page("after-sales", "storefront:after-sales:list")
    yield page("after-sale-ask", "storefront:after-sales:ask", scene.case.order.public_id, scene.askable.pk)
    yield page("complaint", "storefront:after-sales:complain", scene.case.order.public_id)
    yield page("after-sale", "storefront:after-sales:case", scene.case.public_id)
    yield page("order-sheet", "storefront:orders:sheet", scene.orders["completed"].public_id)
    for status in ("completed", "shipped", "paid"):
        yield page(f"order-invoice-{status}", "storefront:orders:invoice", scene.orders[status].public_id)
    yield page("order-other-address", "storefront:orders:address", scene.orders["paid"].public_id)
    yield page("review", "storefront:catalog:review", scene.reviewable.pk)
    yield page("question", "storefront:catalog:question", scene.question.public_id)
    yield page("report", "storefront:catalog:report", scene.question.public_id)
    yield page("report-product", "storefront:catalog:complain-product", scene.product.public_id)
    yield page("my-reviews", "storefront:catalog:my-reviews")
    my_reviews = reverse("storefront:catalog:my-reviews")
    yield Page("my-reviews-written", SHOPPER, f"{my_reviews}?tab=written")
    yield Page("my-questions", SHOPPER, f"{my_reviews}?tab=questions")
    yield page("follow-up", "storefront:catalog:follow-up", scene.review.public_id)
    yield page("favorites", "storefront:catalog:favorites")
    yield page("followed-shops", "storefront:catalog:followed-shops")
    yield page("alerts", "storefront:catalog:alerts")
    yield page("history", "storefront:catalog:history")
    yield page("account", "storefront:accounts:home")
    yield page("notices", "storefront:notifications:list")
    yield page("my-data", "storefront:accounts:privacy")
    yield page("addresses", "storefront:accounts:addresses")
    yield page("address-add", "storefront:accounts:address-add")
    address = scene.shopper.addresses.order_by("pk").first()
    yield page("address-edit", "storefront:accounts:address-edit", address.public_id)
    yield page("email", "account_email")
    yield page("password-change", "account_change_password")
    yield page("factor", "mfa_index")
    yield page("confirm-it-is-you", "mfa_reauthenticate")
    yield page("factor-codes", "mfa_view_recovery_codes")
    yield page("factor-codes-new", "mfa_generate_recovery_codes")
    yield page("factor-app-remove", "mfa_deactivate_totp")
    yield page("passkeys", "mfa_list_webauthn")
    yield page("passkey-add", "mfa_add_webauthn")
    yield page("sessions", "usersessions_list")
    yield Page("factor-none", WITHOUT_FACTOR, reverse("mfa_index"))
    yield Page("factor-app", WITHOUT_FACTOR, reverse("mfa_activate_totp"))
    yield Page("confirm-by-password", WITHOUT_FACTOR, reverse("account_reauthenticate"))
    yield page("sign-out", "account_logout")
    yield page("apply", "storefront:merchants:apply")
    yield page("no-shop", "backoffice:merchants:home")
    for status, application in scene.applications.items():
        address = reverse("storefront:merchants:application", args=[application.public_id])
        yield Page(f"application-{status}", (APPLICANT, status), address)
    draft = scene.applications["draft"]
    for step in ("business", "shop", "papers", "send"):
        address = reverse("storefront:merchants:step", args=[draft.public_id, step])
        yield Page(f"apply-{step}", (APPLICANT, "draft"), address)
    more = scene.applications["trade-draft"]
    for step in ("goods", "papers", "send"):
        address = reverse("storefront:merchants:step", args=[more.public_id, step])
        yield Page(f"trade-{step}", (APPLICANT, "trade-draft"), address)
    address = reverse("storefront:merchants:document", args=[draft.public_id, "id-card"])
    yield Page("apply-document", (APPLICANT, "draft"), address)
    address = reverse("storefront:merchants:agreements", args=[scene.applications["approved"].public_id])
    yield Page("apply-agreements", (APPLICANT, "approved"), address)
    address = reverse("storefront:settlement:deposit", args=[scene.applications["agreed"].public_id])
    yield Page("apply-deposit", (APPLICANT, "agreed"), address)
    yield Page("papers", (APPLICANT, "open"), reverse("storefront:merchants:papers"))
    card = scene.applications["open"].documents.get(kind="id-card")
    yield Page("paper-renew", (APPLICANT, "open"), reverse("storefront:merchants:renew", args=[card.public_id]))


def _backoffice(scene: Scene) -> Iterator[Page]:
    def page(name: str, route: str, *args) -> Page:
        return Page(name, OWNER, reverse(f"backoffice:{route}", args=[scene.shop.slug, *args]))

    yield Page("choose", OWNER, reverse("backoffice:merchants:home"))
    yield page("dashboard", "merchants:dashboard")
    yield page("products", "catalog:list")
    yield page("product-add", "catalog:add")
    yield page("product-edit", "catalog:edit", scene.product.public_id)
    yield Page(
        "products-grid",
        OWNER,
        f"{reverse('backoffice:catalog:grid', args=[scene.shop.slug])}?chosen={scene.product.public_id}",
    )
    yield page("stock", "catalog:stock", scene.product.public_id)
    yield page("stock-movements", "catalog:movements")
    yield page("stock-list", "stock:list")
    yield page("warehouses", "stock:warehouses")
    yield page("warehouse-add", "stock:warehouse-add")
    yield page("warehouse", "stock:warehouse", scene.transfers["sent"].target.public_id)
    yield page("transfers", "stock:transfers")
    yield page("transfer-add", "stock:transfer-add")
    yield page("transfer-draft", "stock:transfer", scene.transfers["draft"].public_id)
    yield page("transfer-sent", "stock:transfer", scene.transfers["sent"].public_id)
    yield page("counts", "stock:counts")
    yield page("count-add", "stock:count-add")
    yield page("count", "stock:count", scene.sheet.public_id)
    yield page("brands", "catalog:brands")
    yield page("shop-categories", "catalog:shelves")
    yield page("freight", "catalog:freight")
    yield page("freight-add", "catalog:freight-add")
    yield page("freight-edit", "catalog:freight-edit", scene.freight.public_id)
    tried = reverse("backoffice:catalog:freight-edit", args=[scene.shop.slug, scene.freight.public_id])
    yield Page("freight-tried", OWNER, f"{tried}?pieces=3&city=&worth=50&province=%E6%96%B0%E7%96%86")
    yield page("promotions", "marketing:list")
    promotion_add = reverse("backoffice:marketing:add", args=[scene.shop.slug])
    yield Page("promotion-new", OWNER, f"{promotion_add}?kind=full_reduction")
    yield Page("promotion-new-flash-sale", OWNER, f"{promotion_add}?kind=flash_sale")
    yield Page("promotion-new-bargain", OWNER, f"{promotion_add}?kind=bargain")
    yield Page("promotion-new-free-trial", OWNER, f"{promotion_add}?kind=free_trial")
    yield page("promotion-bargain", "marketing:detail", scene.bargains["open"].promotion.public_id)
    yield page("promotion-free-trial", "marketing:detail", scene.trials["drawn"].public_id)
    yield page("promotion-applications", "marketing:applications", scene.trials["open"].public_id)
    yield page("promotion", "marketing:detail", scene.promotion.public_id)
    yield page("promotion-sent", "marketing:detail", scene.sent_coupon.public_id)
    yield page("coupon-send", "marketing:send", scene.sent_coupon.public_id)
    yield page("promotion-flash-sale", "marketing:detail", scene.flash_sale.public_id)
    for kind in ("group_buying", "crowdfunding"):
        yield Page(f"promotion-new-{kind}", OWNER, f"{promotion_add}?kind={kind}")
    yield page("promotion-groups", "marketing:detail", scene.groups["open"].promotion.public_id)
    yield page("promotion-crowdfunding", "marketing:detail", scene.funding.public_id)
    yield page("promotions-mall", "marketing:mall")
    yield page("promotions-calendar", "marketing:calendar")
    yield page("campaigns", "marketing:campaigns")
    yield page("campaign-open", "marketing:campaign", scene.campaigns["open"].public_id)
    yield page("campaign-live", "marketing:campaign", scene.campaigns["live"].public_id)
    yield page("promotions-joint", "marketing:joint")
    yield page("promotions-joint-add", "marketing:joint-add")
    yield page("promotions-joint-signed", "marketing:joint-detail", scene.joint[0].public_id)
    yield page("promotions-joint-proposed", "marketing:joint-detail", scene.joint[1].public_id)
    yield page("page", "decoration:page")
    page_address = reverse("backoffice:decoration:page", args=[scene.shop.slug])
    yield Page("page-desktop", OWNER, f"{page_address}?width=desktop")
    yield Page("page-read-only", CLERK, page_address)
    yield page("page-preview", "decoration:preview")
    yield page("page-versions", "decoration:versions")
    yield page("page-version", "decoration:version", 1)
    yield page("page-add", "decoration:add")
    for kind in ("banners", "goods"):  # a list of pictures, a choice of products
        yield Page(
            f"page-add-{kind}", OWNER, f"{reverse('backoffice:decoration:add', args=[scene.shop.slug])}?kind={kind}"
        )
    for block in draft_of(scene.shop).blocks[:2]:
        yield page(f"page-block-{block['kind']}", "decoration:block", block["id"])
    yield page("reviews", "reviews:list")
    yield page("review", "reviews:detail", scene.review.public_id)
    yield page("questions", "reviews:questions")
    yield page("question", "reviews:question", scene.question.public_id)
    yield page("imports", "catalog:imports")
    yield page("import-add", "catalog:import-add")
    yield page("import-checked", "catalog:import", scene.imports["checked"].public_id)
    yield page("import-done", "catalog:import", scene.imports["done"].public_id)
    yield page("import-failed", "catalog:import", scene.imports["failed"].public_id)
    yield page("codes", "catalog:codes", scene.codes.product.public_id)
    yield page("slots", "catalog:slots", scene.service.product.public_id)
    yield page("verify", "orders:verify")
    yield page("offline", "orders:offline")
    yield page("offline-list", "orders:offline-list", scene.offline.public_id)
    yield page("gift-cards", "orders:cards")
    yield page("invoices", "orders:invoices")
    for status in ("completed", "shipped"):
        yield page(f"invoice-{status}", "orders:invoice", scene.orders[status].invoice.public_id)
    yield page("production", "orders:production")
    yield page("order-deposit", "orders:detail", scene.presales["waiting"].public_id)
    yield page("promotion-presale", "marketing:detail", scene.presale.public_id)
    yield page("orders", "orders:list")
    for status in (
        "paid", "partly-shipped", "shipped", "returned", "address", "completed", "canceled", "routed", "pick-up",
        "ready", "picked-up",
    ):  # fmt: skip
        yield page(f"order-{status}", "orders:detail", scene.orders[status].public_id)
    sheets = reverse("backoffice:orders:packing-lists", args=[scene.shop.slug])
    yield Page("packing-lists", OWNER, f"{sheets}?order={scene.orders['paid'].public_id}")
    yield page("ship", "orders:ship", scene.orders["paid"].public_id)
    yield page("ship-by-file", "orders:by-file")
    yield page("ship-rest", "orders:ship", scene.orders["partly-shipped"].public_id)
    returned = scene.orders["returned"]
    yield page("send-again", "orders:send-again", returned.public_id, returned.parcels.get().public_id)
    yield page("after-sales", "after-sales:list")
    yield page("after-sale", "after-sales:case", scene.case.public_id)
    yield page("compensate", "after-sales:compensate", scene.orders["completed"].public_id)
    yield page("money", "settlement:home")
    yield page("money-of-an-order", "settlement:order", scene.orders["completed"].public_id)
    yield page("commission", "settlement:commission")
    yield page("bookings", "settlement:entries")
    yield page("parties", "settlement:parties")
    yield page("party", "settlement:party", scene.party.public_id)
    yield page("party-account", "settlement:party-account", scene.party.public_id)
    yield page("bank-accounts", "settlement:bank-accounts")
    yield page("withdrawals", "settlement:withdrawals")
    yield page("withdrawal", "settlement:withdrawal", scene.withdrawal.public_id)
    yield page("held-money", "settlement:money-case", scene.money_case.public_id)
    yield page("statements", "settlement:statements")
    yield page("statement", "settlement:statement", scene.statement.public_id)
    yield page("statement-invoiced", "settlement:statement", scene.invoiced.public_id)
    yield page("exports", "merchants:exports")
    yield page("export", "merchants:export", scene.export.public_id)
    yield page("staff", "merchants:staff")
    yield page("invitations", "merchants:invitations")
    yield page("health", "merchants:health")
    yield page("shop", "merchants:shop")
    yield page("opening", "merchants:opening")
    yield page("life", "merchants:life")
    yield page("trades", "merchants:trades")
    yield page("agreements", "merchants:agreements")
    yield page("growth", "merchants:growth")
    yield page("conduct", "merchants:conduct")
    yield page("exit", "merchants:exit")
    yield Page("forbidden", CLERK, reverse("backoffice:merchants:shop", args=[scene.shop.slug]), 403)


def _admin(scene: Scene) -> Iterator[Page]:
    """The first page, every list with rows, and the newest row of each; forms to add where adding is allowed."""
    request = HttpRequest()
    request.user = scene.staff
    yield Page("index", STAFF, reverse("admin:index"))
    yield Page("tunables", STAFF, reverse("admin:tunables"))
    yield Page("operations", STAFF, reverse("admin:operations_overview"))
    yield Page("held-money", STAFF, reverse("admin:risk_moneycase_change", args=[scene.money_case.pk]))
    yield Page("trial-balance", STAFF, reverse("admin:settlement_trial_balance"))
    yield Page("simulation", STAFF, reverse("admin:settlement_simulation") + "?month=2026-03-01&rate=3")
    yield Page("transit", STAFF, reverse("admin:settlement_transit"))
    yield Page("report", STAFF, reverse("admin:settlement_report"))
    yield Page("read-statement", STAFF, reverse("admin:orders_bankstatement_read"))
    for status in ("review", "trade-review"):
        row = scene.applications[status]
        yield Page(f"case-{status}-row", STAFF, reverse("admin:merchants_application_change", args=[row.pk]))
    for model, site in sorted(admin.site._registry.items(), key=lambda entry: entry[0]._meta.label_lower):
        label = model._meta.label_lower.replace(".", "_")
        yield Page(label, STAFF, reverse(f"admin:{label}_changelist"))
        row = model._default_manager.order_by("-pk").first()
        if row is not None:
            yield Page(f"{label}-row", STAFF, reverse(f"admin:{label}_change", args=[row.pk]))
        if site.has_add_permission(request):
            yield Page(f"{label}-add", STAFF, reverse(f"admin:{label}_add"))


NO_PAGES = {
    "storefront:accounts:divisions": "answers a script",
    "storefront:orders:invoice-withdraw": "a press of a button",
    "storefront:orders:invoice-paper": "a file",
    "backoffice:orders:invoice-answer": "a press of a button",
    "backoffice:orders:invoice-paper": "a file",
    "backoffice:orders:address-answer": "a press of a button",
    "backoffice:orders:offline-file": "a file",
    "backoffice:orders:move": "a press of a button",
    "backoffice:orders:ready": "a press of a button",
    "backoffice:orders:packing-lists-pdf": "a file",
    "backoffice:orders:labels-pdf": "a file",
    "storefront:catalog:complain-shop": "looks like the report of a product",
    "storefront:catalog:sitemap": "for machines",
    "storefront:catalog:sitemap-part": "for machines",
    "storefront:catalog:suggest": "answers a script",
    "storefront:catalog:helpful": "a press of a button",
    "storefront:catalog:favorite": "a press of a button",
    "storefront:catalog:follow": "a press of a button",
    "storefront:catalog:alert": "a press of a button",
    "storefront:catalog:compare-change": "a press of a button",
    "storefront:catalog:history-change": "a press of a button",
    "storefront:catalog:marks": "answers a script",
    "backoffice:catalog:brand-document": "a file",
    "backoffice:catalog:shelf": "a press of a button",
    "backoffice:catalog:freight-do": "a press of a button",
    "backoffice:reviews:answer": "a press of a button",
    "backoffice:reviews:appeal": "a press of a button",
    "backoffice:reviews:evidence": "a file",
    "backoffice:reviews:question-answer": "a press of a button",
    "backoffice:marketing:choose": "a list of links",
    "backoffice:marketing:edit": "looks like promotion-new",
    "backoffice:marketing:do": "a press of a button",
    "backoffice:marketing:mall-do": "a press of a button",
    "backoffice:marketing:campaign-enrol": "looks like campaign-open",
    "backoffice:marketing:campaign-withdraw": "a press of a button",
    "storefront:marketing:campaign-new": "looks like campaign",
    "backoffice:marketing:application-choose": "a press of a button",
    "storefront:marketing:bargain-open": "a press of a button",
    "storefront:marketing:bargain-help": "a press of a button",
    "backoffice:marketing:joint-do": "a press of a button",
    "storefront:marketing:claim": "a press of a button",
    "storefront:orders:flash-buy": "a press of a button; its page for who is too late is plain",
    "storefront:orders:flash-leave": "a press of a button",
    "storefront:orders:balance-refunds": "a press of a button",
    "storefront:marketing:code": "a press of a button",
    "storefront:marketing:group-poster": "a picture",
    "storefront:orders:cart-add": "a press of a button",
    "storefront:orders:cart-change": "a press of a button",
    "storefront:orders:cart-region": "a press of a button",
    "storefront:orders:importer-forget": "a press of a button",
    "storefront:orders:pay-start": "a press of a button",
    "storefront:orders:payment-notify": "a bank speaks",
    "storefront:merchants:file": "a file",
    "storefront:merchants:paper-file": "a file",
    "storefront:merchants:hand-in": "a press of a button",
    "storefront:merchants:withdraw": "a press of a button",
    "storefront:settlement:deposit-notify": "a bank speaks",
    "storefront:settlement:deposit-return": "looks like the shopper's way back from the bank",
    "storefront:orders:cancel": "a press of a button",
    "storefront:after-sales:do": "a press of a button",
    "storefront:after-sales:file": "a file",
    "storefront:after-sales:protect": "a press of a button",
    "storefront:orders:receive": "a press of a button",
    "storefront:orders:extend": "a press of a button",
    "storefront:orders:buy-again": "a press of a button",
    "storefront:orders:codes": "a press of a button",
    "storefront:orders:card-keep": "a press of a button",
    "backoffice:catalog:code-withdraw": "a press of a button",
    "backoffice:catalog:slot-close": "a press of a button",
    "storefront:accounts:address-remove": "a press of a button",
    "storefront:catalog:feed": "for machines",
    "storefront:catalog:feed-of-shop": "for machines",
    "backoffice:settlement:bank-account-remove": "a press of a button",
    "backoffice:settlement:party-end": "a press of a button",
    "backoffice:settlement:party-rule-agree": "a press of a button",
    "backoffice:settlement:party-rule-end": "a press of a button",
    "backoffice:settlement:statement-accept": "a press of a button",
    "backoffice:settlement:line-dispute": "a press of a button",
    "backoffice:settlement:statement-file": "a file",
    "backoffice:settlement:statement-invoice": "a file",
    "backoffice:catalog:bulk": "a press of a button",
    "backoffice:stock:bulk": "a press of a button",
    "backoffice:stock:low": "a press of a button",
    "backoffice:stock:warehouse-do": "a press of a button",
    "backoffice:stock:transfer-do": "a press of a button",
    "backoffice:stock:count-do": "a press of a button",
    "backoffice:catalog:import-start": "a press of a button",
    "backoffice:catalog:import-discard": "a press of a button",
    "backoffice:catalog:import-errors": "a file",
    "backoffice:catalog:import-template-xlsx": "a file",
    "backoffice:catalog:import-template-csv": "a file",
    "backoffice:merchants:agreement-accept": "a press of a button",
    "storefront:merchants:ask-for-trade": "a press of a button",
    "backoffice:merchants:staff-role": "a press of a button",
    "backoffice:merchants:staff-leave": "a press of a button",
    "backoffice:merchants:export-start": "a press of a button",
    "backoffice:merchants:export-file": "a file",
    "backoffice:merchants:filter-keep": "a press of a button",
    "backoffice:merchants:filter-forget": "a press of a button",
    "backoffice:decoration:theme": "a press of a button",
    "backoffice:decoration:order": "a press of a button",
    "backoffice:decoration:publish": "a press of a button",
    "backoffice:decoration:discard": "a press of a button",
    "backoffice:decoration:block-do": "a press of a button",
    "backoffice:decoration:version-restore": "a press of a button",
    "backoffice:catalog:status": "a press of a button",
    "backoffice:catalog:sale-times": "a press of a button",
    "backoffice:catalog:unfinished-discard": "a press of a button",
    "backoffice:catalog:picture": "a press of a button",
    "backoffice:catalog:video": "a press of a button",
    "backoffice:orders:cancel": "a press of a button",
    "backoffice:after-sales:do": "a press of a button",
    "backoffice:after-sales:file": "a file",
    "storefront:notifications:follow": "a press of a button",
    "storefront:notifications:read-all": "a press of a button",
    "storefront:merchants:invitation": "leads in from an e-mail; tests/merchants/test_invitations.py opens it",
    "backoffice:merchants:invitation-withdraw": "a press of a button",
    "backoffice:merchants:sanction-appeal": "a press of a button",
    "backoffice:merchants:trade-appeal": "a press of a button",
    "backoffice:merchants:exit-stay": "a press of a button",
    "backoffice:merchants:exit-data": "a file",
    "backoffice:merchants:health-appeal": "a press of a button",
    "backoffice:merchants:holiday-start": "a press of a button",
    "backoffice:merchants:holiday-end": "a press of a button",
    "backoffice:merchants:revival-ask": "a press of a button",
    "storefront:accounts:go-on": "what was typed waits there; tests/accounts/test_factors.py opens it",
    "storefront:accounts:privacy-file": "a file",
    "storefront:accounts:session-end": "a press of a button",
    "storefront:accounts:sessions-end": "a press of a button",
    "account_set_password": "for who has none; every one here has",
    "account_confirm_login_code": "no sign-in by code",
}
"""Addresses at which nobody looks, and why."""
