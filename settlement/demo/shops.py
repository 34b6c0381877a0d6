"""Merchants that apply and are approved, their shops, and the people who keep them."""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from mall.accounts.models import User
from mall.money import Money
from mall.texts import Text
from merchants.applications import approve_application, submit_application
from merchants.models import Seat, Shop
from merchants.shops import open_shop, update_shop
from settlement.demo import data, pictures
from settlement.demo.data import shapes

PASSWORD = "mall-demo-2026"  # noqa: S105  the demonstration's, printed on every start
SHOPPER, OWNER, STAFF = "shopper@demo.example.com", "owner@demo.example.com", "staff@demo.example.com"
OWNERS_SHOPS = 2  # how many of the shops the demonstration's owner keeps
DAYS_OPEN = {"star": 400, "steady": 300, "low_health": 200, "near_zombie": 150, "frozen": 180, "newcomer": 9}


def make_staff() -> tuple[User, User]:
    """The administrator and the expert who reviews goods."""
    administrator = User.objects.create_superuser(STAFF, PASSWORD, display_name="平台管理员（示例）")
    expert = User.objects.create_user(
        "expert@demo.example.com", PASSWORD, display_name="类目专家（示例）", is_staff=True, is_superuser=True
    )
    return administrator, expert


def make_shops(*, staff: User, now: datetime) -> tuple[dict[str, Shop], dict[str, User]]:
    """All shops and their owners, by slug; each opened as long ago as its story says."""
    shops: dict[str, Shop] = {}
    owners: dict[str, User] = {}
    theirs: dict[str, User] = {}
    for number, described in enumerate(data.shops()):
        opened_at = now - timedelta(days=DAYS_OPEN[described.story], hours=number)
        merchant = described.merchant
        first = shops.get(next((slug for slug, owner in owners.items() if owner is theirs.get(merchant.slug)), ""))
        if first is None:
            owner = theirs[merchant.slug] = _owner(number, merchant)
            shop = _apply_and_open(described, owner, staff, opened_at)
        else:
            owner = theirs[merchant.slug]
            shop = open_shop(
                merchant=first.merchant, slug=described.slug, name=Text(described.name), owner=owner, by=staff,
                now=opened_at,
            )  # fmt: skip
        shops[described.slug] = _furnish(shop, described, owner, opened_at)
        owners[described.slug] = owner
    demonstrator = User.objects.get(email=OWNER)
    for slug in list(shops)[:OWNERS_SHOPS]:
        Seat.objects.get_or_create(shop=shops[slug], user=demonstrator, defaults={"role": Seat.Role.OWNER})
    return shops, owners


def _owner(number: int, merchant: shapes.Merchant) -> User:
    email = OWNER if number == 0 else f"owner-{merchant.slug}@demo.example.com"
    return User.objects.create_user(email, PASSWORD, display_name=f"{merchant.contact_name}（示例）")


def _apply_and_open(described: shapes.Shop, owner: User, staff: User, opened_at: datetime) -> Shop:
    merchant = described.merchant
    application = submit_application(
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
        },
        now=opened_at - timedelta(days=1),
    )
    return approve_application(application=application, by=staff, now=opened_at)


def _furnish(shop: Shop, described: shapes.Shop, owner: User, at: datetime) -> Shop:
    logo = ContentFile(
        pictures.logo(described.emoji, described.color, tint=described.emoji_tint), name=f"{described.slug}.webp"
    )
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
            "shipping_fee": Money(described.freight),
            "free_shipping_over": Money(described.freight_free_over) if described.freight_free_over else None,
        },
        by=owner,
        now=at,
    )


def make_waiting_applications(now: datetime) -> None:
    """Two businesses that wait for an answer: one in order, one whose credit code does not check."""
    hopefuls = [
        ("溪石家纺（示例）工作室", "individual", data.shops()[0].merchant.credit_code[:-1], ("溪石家纺", "Xishi Linen"),
         "xishi-linen", "水洗棉床品、毛巾", "李示溪"),
        ("北港渔获（示例）有限公司", "enterprise", "", ("北港渔获", "Beigang Catch"), "beigang-catch",
         "冷冻海鲜、鱼干", "孙示港"),
    ]  # fmt: skip
    from settlement.demo.data.credit_codes import credit_code

    for number, (name, kind, spoiled, (zh, en), slug, goods, contact) in enumerate(hopefuls):
        applicant = User.objects.create_user(f"applicant-{slug}@demo.example.com", PASSWORD, display_name=contact)
        code = credit_code(kind="91", region="330200", organization=f"MAWAIT{number:02d}")
        if spoiled:
            code = code[:-1] + ("A" if code[-1] != "A" else "B")
        submit_application(
            applicant=applicant,
            fields={
                "merchant_name": name, "kind": kind, "credit_code": code, "contact_name": contact,
                "contact_phone": f"+861990099000{number}", "shop_name": Text({"zh-hans": zh, "en": en}),
                "shop_slug": slug, "goods": goods,
            },
            now=now - timedelta(hours=5 + number),
        )  # fmt: skip
