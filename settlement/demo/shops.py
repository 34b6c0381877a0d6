"""Merchants that apply and are let in, their shops, and the people who keep them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group

from mall import clock
from mall.accounts.mfa import give_demonstration_factor
from mall.accounts.models import User
from mall.events import deliver_everything
from mall.money import Money
from mall.texts import Text
from merchants import applications
from merchants.invitations import invite
from merchants.models import Application, Seat, Shop
from merchants.petitions import appeal_sanction, ask_revival
from merchants.sanctions import enforce_fines, impose
from merchants.seats import give_seat
from merchants.shops import open_shop, update_shop
from orders.gateways import sandbox_bank
from settlement import deposits
from settlement.demo import data, goods, papers, pictures
from settlement.demo.data import shapes
from settlement.demo.data.credit_codes import credit_code
from settlement.demo.people import make_person

SHOPPER, OWNER, STAFF = "shopper@demo.example.com", "owner@demo.example.com", "staff@demo.example.com"
RUNS_OUT_SOON = ("food-test-report", "id-card")  # of the demonstration's owner: he is warned
STAFF_OF_GROUPS = {
    "auditor": ("auditor@demo.example.com", "商家审核员（示例）"),
    "category_expert": ("expert@demo.example.com", "类目专家（示例）"),
    "operations": ("operations@demo.example.com", "运营（示例）"),
    "finance": ("finance@demo.example.com", "财务（示例）"),
    "risk": ("risk@demo.example.com", "风控（示例）"),
    "support": ("support@demo.example.com", "平台客服（示例）"),
}
OWNERS_FURTHER_SHOPS = ("shanlan", "hemu")  # where the demonstration's owner sits besides his own shop
# Nobody is idle for long before the ninety days of trade begin, or the clock would freeze shops without a chance.
DAYS_OPEN = {"star": 97, "steady": 94, "low_health": 95, "near_zombie": 96, "frozen": 96, "newcomer": 9}


def make_staff() -> tuple[User, User]:
    """The administrator, and one person for each group of staff; the expert among them reviews goods."""
    administrator = make_person(STAFF, "平台管理员（示例）", is_staff=True, is_superuser=True)
    people = {}
    for group, (email, name) in STAFF_OF_GROUPS.items():
        people[group] = make_person(email, name, is_staff=True)
        people[group].groups.add(Group.objects.get(name=group))
    if settings.MALL_EMBEDDED:
        for person in (administrator, *people.values()):
            give_demonstration_factor(person)
    return administrator, people["category_expert"]


def make_shops(*, staff: User, expert: User, now: datetime) -> tuple[dict[str, Shop], dict[str, User]]:
    """All shops and their owners, by slug; each opened as long ago as its story says."""
    shops: dict[str, Shop] = {}
    owners: dict[str, User] = {}
    first: dict[str, str] = {}  # merchant to the slug of its first shop
    for number, described in enumerate(data.shops()):
        slug, merchant = described.slug, described.merchant
        opened_at = now - timedelta(days=DAYS_OPEN[described.story], hours=number)
        if merchant.slug not in first:
            first[merchant.slug] = slug
            owners[slug] = _owner(number, merchant)
            shop = _apply_and_open(number, described, owners[slug], (staff, expert), opened_at, now)
        else:
            owners[slug] = owners[first[merchant.slug]]
            shop = open_shop(
                merchant=shops[first[merchant.slug]].merchant,
                slug=slug,
                name=Text(described.name),
                owner=owners[slug],
                by=staff,
                now=opened_at,
            )
        shops[slug] = _furnish(shop, described, owners[slug], opened_at)
    for slug in OWNERS_FURTHER_SHOPS:
        give_seat(shop=shops[slug], user=User.objects.get(email=OWNER), role=Seat.Role.MANAGER, by=staff, now=now)
    return shops, owners


def _owner(number: int, merchant: shapes.Merchant) -> User:
    email = OWNER if number == 0 else f"owner-{merchant.slug}@demo.example.com"
    owner = make_person(email, f"{merchant.contact_name}（示例）")
    if settings.MALL_EMBEDDED:
        give_demonstration_factor(owner)
    return owner


def _apply_and_open(
    number: int, described: shapes.Shop, owner: User, clerks: tuple[User, User], opened_at: datetime, now: datetime
) -> Shop:
    """The whole way: papers, check, two people where they must decide, agreement, deposit through the bank."""
    merchant = described.merchant
    asked_at = opened_at - timedelta(days=1)
    application = applications.start_application(
        applicant=owner,
        fields={
            "merchant_name": merchant.legal_name,
            "kind": merchant.kind,
            "credit_code": merchant.credit_code,
            "contact_name": merchant.contact_name,
            "contact_phone": f"+8619900{len(merchant.slug):02d}{sum(merchant.slug.encode()) % 10000:04d}",
            "shop_name": Text(described.name),
            "shop_slug": described.slug,
            "goods": described.tagline["zh-hans"],
            "trades": _trades_of(merchant),
        },
        now=asked_at,
    )
    runs_out = {kind: clock.business_date(now) + timedelta(days=12) for kind in RUNS_OUT_SOON if number == 0}
    application = papers.hand_in_papers(application, number=number, runs_out=runs_out, now=asked_at)
    application = applications.submit_application(application=application, now=asked_at)
    application = applications.check_application(application=application, now=asked_at)
    for clerk in clerks:
        if application.status in Application.WITH_STAFF:
            application = applications.approve_application(application=application, by=clerk, now=asked_at)
    agreements = [one.pk for one in applications.agreements_for(application, now=asked_at)]
    application = applications.accept_agreements(
        application=application, agreement_ids=agreements, by=owner, now=asked_at
    )
    payment = deposits.start_deposit_payment(application=application, channel="sandbox", now=opened_at)
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", now=opened_at)

    def hear(_url: str, headers: dict[str, str], body: bytes) -> int:
        deposits.receive_deposit_notice(channel="sandbox", headers=headers, body=body, now=opened_at)
        return 200

    sandbox_bank.deliver_notices(now=opened_at, post=hear)
    deliver_everything()
    application.refresh_from_db()
    return application.shop


def _trades_of(merchant: shapes.Merchant) -> list[str]:
    """The trades of everything that its shops sell."""
    theirs = {shop.slug for shop in data.shops() if shop.merchant.slug == merchant.slug}
    found = {goods.trade_of(listing.category) for listing in data.products() if listing.shop in theirs}
    return sorted(found | {"general"})


def _furnish(shop: Shop, described: shapes.Shop, owner: User, at: datetime) -> Shop:
    logo = pictures.logo(described.emoji, described.color, tint=described.emoji_tint)
    return update_shop(
        shop=shop,
        fields={
            "name": Text(described.name),
            "tagline": Text(described.tagline),
            "about": Text(described.about),
            "logo": logo,
            "colour": described.color,
            "province": described.province,
            "city": described.city,
            "contact_phone": f"199 0098 {shop.pk:04d}",
            "contact_email": f"service@{shop.slug}.example.com",
            "hours": ["09:00-21:00"] * 5 + ["10:00-18:00"] * 2,
            "shipping_fee": Money(described.freight),
            "free_shipping_over": Money(described.freight_free_over) if described.freight_free_over else None,
        },
        by=owner,
        now=at,
    )


def make_waiting_applications(clerks: tuple[User, User], now: datetime) -> None:
    """Businesses on their way: let in by the machine, waiting for an auditor, for an expert, being filled in."""
    hopefuls = (
        ("溪石家纺工作室（示例）", "individual", "溪石家纺", "Xishi Linen", "水洗棉床品、毛巾", "李示溪", "general"),
        ("北港渔获有限公司（示例）", "enterprise", "北港第一鲜", "Beigang Catch", "冷冻海鲜、鱼干", "孙示港", "food"),
        ("南屿养生食品有限公司（示例）", "brand", "南屿食养", "Nanyu Care", "蜂胶、鱼油", "周示屿", "health-food"),
        (
            "远帆进口商贸有限公司（示例）",
            "cross_border",
            "远帆进口",
            "Yuanfan Import",
            "进口护肤品",
            "吴示帆",
            "cosmetics",
        ),
    )
    for number, (name, kind, zh, en, wares, contact, trade) in enumerate(hopefuls):
        slug = en.lower().replace(" ", "-")
        applicant = make_person(f"applicant-{slug}@demo.example.com", contact)
        at = now - timedelta(hours=5 + 24 * number)
        application = applications.start_application(
            applicant=applicant,
            fields={
                "merchant_name": name,
                "kind": kind,
                "credit_code": credit_code(kind="91", region="330200", organization=f"MAWAKE{number:02d}"),
                "contact_name": contact,
                "contact_phone": f"+861990099000{number}",
                "shop_name": Text({"zh-hans": zh, "en": en}),
                "shop_slug": slug,
                "goods": wares,
                "trades": [trade],
            },
            now=at,
        )
        if kind == "cross_border":  # still looking for her papers
            continue
        application = papers.hand_in_papers(application, number=30 + number, runs_out={}, now=at)
        application = applications.submit_application(application=application, now=at)
        application = applications.check_application(application=application, now=at)
        if trade == "health-food":
            applications.approve_application(application=application, by=clerks[0], now=at)


def show_shop_life(shops: dict[str, Shop], *, owners: dict[str, User], staff: User, now: datetime) -> None:
    """What the pages on shop life have to show: a revival and an appeal that wait, a fine taken, an invitation."""
    stories = {described.slug: described.story for described in data.shops()}
    by_story = {story: [shops[slug] for slug in shops if stories[slug] == story] for story in set(stories.values())}
    for shop in by_story.get("frozen", []):
        shop.refresh_from_db()
        if shop.status == Shop.Status.FROZEN:
            ask_revival(shop=shop, reason="新品已备好，请恢复展示。", by=owners[shop.slug], now=now)
    for shop in by_story.get("low_health", [])[:1]:
        words, fine = "详情页所称“纯手工”与实物不符。", Money(20_000)
        impose(shop=shop, code="false_words", note=words, fine=fine, by=staff, now=now - timedelta(days=12))
        enforce_fines(now=now - timedelta(days=4))
        late = "近三十天多笔订单超过 72 小时才发货。"
        given = {"fine": Money(10_000), "by": staff, "now": now - timedelta(days=2)}
        sanction = impose(shop=shop, code="late_shipping", note=late, **given)
        appeal_sanction(sanction=sanction, reason="仓库搬迁所致，现已恢复。", by=owners[shop.slug], now=now)
    for shop in by_story.get("newcomer", [])[:1]:
        invite(shop=shop, email="packer@demo.example.com", role="clerk", by=owners[shop.slug], now=now)
