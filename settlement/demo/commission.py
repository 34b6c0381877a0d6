"""Rules of commission: some in force during the ninety days, one announced, one that waits for its second person."""

from datetime import datetime, timedelta

from catalog.commission_rules import confirm_version, propose_version
from catalog.models import CommissionVersion
from catalog.tunables import COMMISSION_NOTICE_DAYS
from mall.accounts.models import User
from mall.clock import business_date, start_of
from mall.money import Money
from mall.texts import Text

DAY = timedelta(days=1)


def make_rules(*, staff: tuple[User, User], now: datetime) -> None:
    """Since sixty days newcomers pay less, dear goods by a ladder, cheap ones at least so much."""
    since = start_of(business_date(now - 60 * DAY))
    _rule(
        {"zh-hans": "新店扶持", "en": "Help for new shops"}, since, staff, position=10, shop_days=180, bps=300,
        reason="新店开业半年内降佣，助力起步。",
    )  # fmt: skip
    dear = _rule(
        {"zh-hans": "高价商品阶梯佣金", "en": "Ladder for dear goods"}, since, staff, position=20,
        price_from=Money(50_000), ladder=[[0, 500], [100_000, 300], [500_000, 200]],
        reason="高客单价商品按阶梯收取，单价越高费率越低。",
    )  # fmt: skip
    _rule(
        {"zh-hans": "低价商品最低佣金", "en": "Least commission of cheap goods"}, since, staff, position=30,
        price_below=Money(2_000), bps=500, floor=Money(20), cap=Money(300),
        reason="覆盖低价商品的支付与客服成本，并设封顶。",
    )  # fmt: skip
    coming = start_of(business_date(now + 10 * DAY))
    _propose(
        None, coming, staff, at=now - DAY, confirmed_at=now, rule=dear.rule, position=20, price_from=Money(50_000),
        ladder=[[0, 450], [100_000, 250], [500_000, 150]], reason="大促前全面下调阶梯费率。",
    )  # fmt: skip
    _propose(
        {"zh-hans": "预售按件收费", "en": "Pre-sales by the piece"}, coming + 20 * DAY, staff, at=now - DAY,
        position=40, kind="presale", bps=200, fixed=Money(100), reason="预售履约周期长，试行“费率＋每件”方案。",
    )  # fmt: skip


def _rule(name: dict, since: datetime, staff: tuple[User, User], **said) -> CommissionVersion:
    at = since - (COMMISSION_NOTICE_DAYS.value + 1) * DAY
    return _propose(name, since, staff, at=at, confirmed_at=at + timedelta(hours=3), **said)


def _propose(
    name: dict | None, since: datetime, staff: tuple[User, User], *, at: datetime,
    confirmed_at: datetime | None = None, **said,
) -> CommissionVersion:  # fmt: skip
    author, second = staff
    version = propose_version(name=Text(name) if name else None, effective_at=since, by=author, now=at, **said)
    if confirmed_at:
        confirm_version(version=version, by=second, now=confirmed_at)
    return version
