"""Money at rest: pending shares with everything that was booked before."""

from datetime import datetime, timedelta
from uuid import uuid4

from benchmarks.completed_orders import write_completed_orders
from mall.money import Money
from risk.models import MoneyCase
from risk.money.cases import note_check, propose
from settlement.bank_accounts import add_bank_account, note_verification
from settlement.commission_invoices import issue_commission_invoice
from settlement.ledger import Leg, account, post
from settlement.models import Account, BankAccount, CommissionInvoice, Entry, Posting, Share, Statement, Withdrawal
from settlement.seizure_orders import draw_up_order
from settlement.seizures import decide_case
from settlement.statements import accept_due_statements, freeze_statements
from settlement.verifiers import Outcome
from settlement.withdrawals import ask_withdrawal
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop
from tests.factories.papers import pdf

LONG_AGO = NOON - timedelta(days=30)


def completed_orders(owner, count: int, *, shops: list | None = None, completed_at: datetime = LONG_AGO) -> list:
    """Committed: so many completed orders, booked and waiting to be released, dealt among the shops (returned)."""
    shops = shops or [shop(), shop(), shop()]
    write_completed_orders(
        owner,
        orders=count,
        shops=[row.pk for row in shops],
        shopper=shopper().pk,
        completed_from=completed_at,
    )
    return shops


def released_amounts() -> dict[int, tuple[int, int]]:
    """What stands on each shop's available account: how many postings, and their sum as the shop sees it (fen)."""
    found = {}
    for posting in Posting.objects.filter(account__kind=Account.Kind.SHOP_AVAILABLE).values_list("shop_id", "amount"):
        count, total = found.get(posting[0], (0, 0))
        found[posting[0]] = (count + 1, total - posting[1])
    return found


def how_often_released() -> dict[int, int]:
    """How many shares were booked as released how many times: ``{1: 5000}`` is what we want."""
    times = {}
    booked = {}
    for ref in Entry.objects.filter(kind=Entry.Kind.RELEASED).values_list("ref", flat=True):
        booked[ref.partition("#")[0]] = booked.get(ref.partition("#")[0], 0) + 1
    for order_id in Share.objects.values_list("order_public_id", flat=True):
        count = booked.get(order_id, 0)
        times[count] = times.get(count, 0) + 1
    return times


def luhn(first: str) -> str:
    """The number with the check digit that belongs to it."""
    total = 0
    for place, character in enumerate(reversed(first)):
        value = int(character) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return first + str(-total % 10)


def card(told: str = "000") -> str:
    """A card's number that nobody else has; ``told`` is what it tells the sandbox."""
    return luhn(f"62220{number():08d}{told}")


def bank_account(shop, *, told: str = "000", by=None, now: datetime = NOON, is_usable: bool = True) -> BankAccount:
    """A verified account of the shop's business, past its waiting time unless told otherwise."""
    since = now - timedelta(days=4) if is_usable else now
    added = add_bank_account(
        shop=shop, kind="card", holder=shop.merchant.name, number=card(told), bank="工商银行", branch="西湖支行",
        by=by or shopper(), now=since,
    )  # fmt: skip
    note_verification(account=added, outcome=Outcome.YES, now=since)
    added.refresh_from_db()
    return added


def with_money(shop, fen: int, *, kind: str = Account.Kind.SHOP_AVAILABLE, at: datetime = LONG_AGO) -> None:
    """So much on the shop's account; booked as if released, without the order behind it."""
    legs = [Leg(account("escrow"), Money(fen)), Leg(account(kind, shop=shop), Money(-fen))]
    post(kind=Entry.Kind.RELEASED, ref=f"ord_{number():020d}", at=at, legs=legs)


def month(shop, commission: int = 10_600, *, at: datetime = LONG_AGO, now: datetime = NOON) -> Statement:
    """A month's bill with so much commission (fen), just made; booked as if split, without the order behind it."""
    legs = [
        Leg(account("escrow"), Money(50_000)),
        Leg(account(Account.Kind.SHOP_PENDING, shop=shop), Money(commission - 50_000)),
    ]
    if commission:
        legs.append(Leg(account("commission"), Money(-commission)))
    post(kind=Entry.Kind.COMPLETED, ref=f"ord_{number():020d}", at=at, legs=legs)
    freeze_statements(now=now, kinds=(Statement.Kind.MONTHLY,))
    return Statement.objects.filter(shop=shop, kind=Statement.Kind.MONTHLY).latest("pk")


def accepted_month(shop, commission: int = 10_600, **given) -> Statement:
    """The same when nobody has disputed it in time."""
    made = month(shop, commission, **given)
    accept_due_statements(now=made.accept_by)
    made.refresh_from_db()
    return made


def commission_invoice(shop, *, digits: str = "", by=None, now: datetime = NOON) -> CommissionInvoice:
    """The mall's invoice of an accepted month, issued."""
    return issue_commission_invoice(
        statement=accepted_month(shop, now=now), number=digits or f"2533{number():016d}", file=pdf(), by=by or staff(),
        now=now,
    )  # fmt: skip


def asked(
    shop, fen: int, *, to: BankAccount | None = None, by=None, key=None, now: datetime = NOON, device: str | None = None
) -> Withdrawal:
    """A withdrawal just asked for."""
    return ask_withdrawal(
        shop=shop, bank_account=to or bank_account(shop, now=now), amount=Money(fen), request_key=key or uuid4(),
        by=by or shopper(), now=now, device=device,
    )  # fmt: skip


def held_money(shop, fen: int = 20_000, *, now: datetime = NOON, by=None) -> MoneyCase:
    """
    A case in force, made by a withdrawal of so much: no turnover, a bank account added just now, and a device that
    nobody knows.
    """
    account = bank_account(shop, now=now)
    bank_account(shop, now=now, is_usable=False)
    asked(shop, fen, to=account, now=now, device="", by=by)
    return MoneyCase.objects.get(shop_id=shop.public_id, status=MoneyCase.Status.OPEN)


def looked_into(case: MoneyCase, *, by=None, now: datetime = NOON) -> MoneyCase:
    """Everything on its list is done."""
    by = by or staff()
    for check in case.checks.order_by("pk"):
        note_check(case=case, item=check.item, note="…", by=by, now=now)
    return case


def seized_money(shop, fen: int = 15_000, *, now: datetime = NOON) -> MoneyCase:
    """So much of the shop's money is seized; its days to appeal run from ``now``."""
    return decide_case(case=proposed_seizure(held_money(shop, now=now), fen, now=now), by=staff(), now=now)


def seizure_order(case: MoneyCase, fen: int = 15_000, *, way: str = "over", by=None, now: datetime, **said):
    """What a court orders about it, drawn up and waiting for the second person."""
    account = (
        {"holder": "杭州市中级人民法院", "number": "330501618327000", "bank": "中国建设银行"} if way == "over" else {}
    )
    terms = {"authority": "court", "file_number": "（2026）浙 01 执 88 号", **account, **said}
    return draw_up_order(case=case, way=way, amount=Money(fen), by=by or staff(), now=now, **terms)


def proposed_seizure(case: MoneyCase, fen: int = 15_000, *, by=None, now: datetime = NOON) -> MoneyCase:
    """Looked into, and so much is to be seized."""
    by = by or staff()
    return propose(
        case=looked_into(case, by=by, now=now), decision="seize", amount=Money(fen), authority="police",
        order_number="杭公冻字 12 号", reason="…", by=by, now=now,
    )  # fmt: skip
