"""
Who else gets parts in the demonstration (S2): a kiln that sends the teaware shop's cups, a brand of the mall's to which
that shop pays a royalty and another shop is asked to, a carrier that gets its share of the freight, and a promoter whom
the mall pays out of its commission.
"""

from datetime import datetime, timedelta

from catalog.models import Sku
from mall.accounts.models import User
from mall.clock import business_date, start_of
from mall.money import Money
from mall.texts import Text
from merchants.models import Shop
from orders.models import Party, PartyRuleVersion
from orders.parties.rules import agree, confirm_version, enter_party, propose_version
from settlement.party_payouts import NothingToPay, add_account, draw_up_payouts, pay_payout, verify_accounts

DAY = timedelta(days=1)
TEAWARE, HOME = "yunjian", "hemu"
SINCE = 50  # days ago
KILN, BRAND, CARRIER = "德化县白云瓷业有限公司", "云间品牌管理（杭州）有限公司", "浙江飞燕物流有限公司"
PROMOTER = "杭州青禾文化传播有限公司"


def make_parties(*, shops: dict[str, Shop], owners: dict[str, User], staff: tuple[User, User], now: datetime) -> None:
    """Their rules, in force since fifty days, so that orders of all kinds have been divided; with bank accounts."""
    if TEAWARE not in shops:
        return
    shop, owner, since = shops[TEAWARE], owners[TEAWARE], start_of(business_date(now - SINCE * DAY))
    author, second = staff
    kiln = enter_party(kind=Party.Kind.SUPPLIER, name=KILN, shop=shop, by=owner, now=since)
    carrier = enter_party(kind=Party.Kind.CARRIER, name=CARRIER, shop=shop, by=owner, now=since)
    brand = enter_party(kind=Party.Kind.BRAND, name=BRAND, by=author, now=since)
    promoter = enter_party(kind=Party.Kind.PROMOTER, name=PROMOTER, by=author, now=since)
    if goods := _sent_by_the_kiln(shop):
        _propose(
            kiln, {"zh-hans": "一件代发供货价", "en": "Supply price, sent by the kiln"}, owner, since, position=20,
            fixed=Money(goods.price.minor * 45 // 100), product=goods.product, reason="窑厂一件代发，按件结算供货价。",
        )  # fmt: skip
    _propose(
        carrier, {"zh-hans": "运费分成", "en": "Share of the freight"}, owner, since, base="freight", bps=7_000,
        reason="承运合同：实收运费的七成归承运商。",
    )  # fmt: skip
    royalty = _propose(
        brand, {"zh-hans": "品牌许可费", "en": "Brand royalty"}, author, since, position=10,
        ladder=[[0, 300], [50_000, 200]], cap=Money(8_000), reason="许可使用“云间”商标，单价高者费率递减。",
    )  # fmt: skip
    confirm_version(version=royalty, by=second, now=since)
    reward = _propose(
        promoter, {"zh-hans": "直播推广佣金", "en": "Reward for live shows"}, author, since, position=30, bps=2_000,
        base="commission", bearer="mall", shop=shop, reason="直播推广费由商城从佣金中支付，商家不承担。",
    )  # fmt: skip
    confirm_version(version=reward, by=second, now=since)
    agree(version=royalty, shop=shop, by=owner, now=since)
    if HOME in shops:
        asked = _propose(
            brand, {"zh-hans": "联名款许可费", "en": "Royalty of the joint series"}, author, now - 3 * DAY, bps=250,
            shop=shops[HOME], reason="禾木家居与云间的联名系列，待商家同意。",
        )  # fmt: skip
        confirm_version(version=asked, by=second, now=now - 2 * DAY)
    for number, (party, by) in enumerate(((kiln, owner), (carrier, owner), (brand, author), (promoter, author))):
        add_account(
            party=party, kind="company", holder=party.name, number=f"62223880{number}0001000{number}",
            bank="中国农业银行", branch="德化支行", by=by, now=since,
        )  # fmt: skip
    verify_accounts(now=since)


def pay_parties(*, staff: tuple[User, User], now: datetime) -> None:
    """What became available until last week is paid, one payout waits for its second person."""
    author, second = staff
    try:
        drawn = draw_up_payouts(by=author, now=now - DAY)
    except NothingToPay:
        return
    for number, payout in enumerate(drawn[:-1] or drawn):
        pay_payout(payout=payout, reference=f"ABC{now:%Y%m%d}{number:04d}", by=second, now=now - DAY)


def _sent_by_the_kiln(shop: Shop) -> Sku | None:
    """Of the cheaper goods of the shop one that people buy."""
    goods = Sku.objects.filter(shop=shop, is_active=True, product__status="on_sale", product__kind="physical")
    return goods.select_related("product").order_by("price", "pk").first()


def _propose(party: Party, name: dict, by: User, at: datetime, **said) -> PartyRuleVersion:
    return propose_version(party=party, name=Text(name), by=by, now=at, **said)
