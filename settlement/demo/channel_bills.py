"""
Bills of the sandbox bank against the mall's books (O3): money on them that the mall knows nothing of, at every point of
being worked off by staff.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from mall import clock
from mall.accounts.models import User
from mall.money import Money
from orders.differences import confirm_difference, note_difference, resolve_difference, take_difference
from orders.gateways import sandbox_bank
from orders.models import Bill, Difference
from orders.reconciliation import compare_bill

CHANNEL, DAYS = "sandbox", 7
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UNKNOWN = {  # by how many days ago: its number, for what, how much (fen), who looks into it and what she has found
    6: ("till-0412", "收银台测试", 1, "银行技术人员验收时刷的一分钱。 A fen that the bank's engineers paid as a test."),
    4: ("shop-transfer-88", "货款", 128_800, "付款人打电话说转错了户，银行已原路退回。 Sent to the wrong account by its payer; the bank returned it."),  # noqa: E501
    2: ("ord-unknown-7", "订单", 26_600, ""),
}  # fmt: skip


def show_bills(*, staff: tuple[User, User], now: datetime) -> list[Difference]:
    """A week of bills: of their differences two people have resolved one, one waits for the second, one is open."""
    for days, (number, subject, fen, _found) in UNKNOWN.items():
        _paid_by_nobody(number, subject, Money(fen), now - days * DAY)
    for days in range(DAYS, 1, -1):
        bill, _new = Bill.objects.get_or_create(channel=CHANNEL, day=clock.business_date(now - days * DAY))
        compare_bill(bill=bill, now=now)
    found = {row.reference: row for row in Difference.objects.filter(reference__in=_numbers(UNKNOWN))}
    for days, (number, _subject, _fen, words) in UNKNOWN.items():
        _work_off(found[number], words, staff, now - HOUR * days, is_confirmed=days == max(UNKNOWN))
    return [Difference.objects.get(pk=row.pk) for row in found.values()]


def _numbers(unknown: Mapping) -> list[str]:
    return [number for number, *_rest in unknown.values()]


def _paid_by_nobody(number: str, subject: str, amount: Money, at: datetime) -> None:
    """Somebody pays the mall's account at the bank, and the mall has never asked for it."""
    sandbox_bank.open_trade(
        merchant_reference=number, subject=subject, amount=amount, notify_url="https://mall.example/nothing",
        return_url="https://mall.example/", expires_at=at + HOUR, now=at,
    )  # fmt: skip
    sandbox_bank.decide(token=sandbox_bank.token_of(number), outcome="success", now=at)
    sandbox_bank.deliver_notices(now=at, post=lambda _url, _headers, _body: 200)


def _work_off(row: Difference, words: str, staff: tuple[User, User], at: datetime, *, is_confirmed: bool) -> None:
    first, second = staff
    take_difference(difference=row, by=first, now=at)
    if not words:
        return
    note_difference(difference=row, text=words, by=first, now=at)
    how = Difference.Resolution.EXPLAINED if is_confirmed else Difference.Resolution.CORRECTED_THERE
    resolve_difference(difference=row, resolution=how, reason=words, by=first, now=at)
    if is_confirmed:
        confirm_difference(difference=row, by=second, now=at)
