"""
Money that leaves the mall: bank accounts, withdrawals in every state, bills, one of them with a disputed line, and the
mall's invoices for its commission.
"""

import io
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from reportlab.lib.pagesizes import A5, landscape
from reportlab.pdfgen.canvas import Canvas

from mall.accounts.models import User
from mall.events import deliver_everything
from mall.money import Money
from mall.printing import RARE, ready
from merchants.models import Shop
from risk.models import MoneyCase
from risk.money.cases import appeal, note_check, propose
from settlement.bank_accounts import add_bank_account, verify_bank_accounts
from settlement.commission_invoices import issue_commission_invoice
from settlement.corrections import book_correction, draw_up_correction
from settlement.models import BankAccount, Correction, Entry, Statement
from settlement.payouts import ask_about_payouts, pay_withdrawals
from settlement.seizure_orders import draw_up_order
from settlement.seizures import decide_case
from settlement.statements import accept_due_statements, dispute_line, freeze_statements, lines_of
from settlement.withdrawals import ask_withdrawal, check_withdrawals, withdrawable

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BANKS = (("中国工商银行", "杭州西湖支行"), ("招商银行", "景德镇分行"), ("中国建设银行", "厦门湖里支行"))
# how long ago, which part of what is there (percent), what the number tells the sandbox
TAKEN = ((18, 30, 0), (9, 25, 0), (4, 10, 1), (0, 20, 0))
TELLS = ("000", "503")  # paid; unknown first, then failed


def move_money(*, shops: dict[str, Shop], owners: dict[str, User], staff: tuple[User, User], now: datetime) -> None:
    """
    Three shops withdraw, a fourth and a fifth one so unusually that their money is held, some of the fifth's seized;
    every shop has its bills, and the mall's invoices of its accepted months, but for three that wait; the first owner
    does not agree with a line of the latest; a booking of the second is corrected, and another correction waits for its
    second person.
    """
    rich = sorted(shops.values(), key=lambda shop: (-withdrawable(shop).minor, shop.pk))[: len(BANKS)]
    for number, shop in enumerate(rich):
        _withdraw(shop, owners[shop.slug], number, now)
    deliver_everything()
    others = [shop for shop in shops.values() if shop not in rich and withdrawable(shop).minor > 60_000]
    for shop, show in zip(others, (_raise_alarm, _seize), strict=False):
        show(shop, owners[shop.slug], staff, now)
    _correct(rich[1:], staff, now - 6 * DAY)
    freeze_statements(now=now - 5 * DAY)
    accept_due_statements(now=now)
    _invoice_commission(staff[0], now)
    freeze_statements(now=now)
    latest = Statement.objects.filter(shop=rich[0], status=Statement.Status.ISSUED).order_by("-pk").first()
    if latest is not None:
        reason = "这一单的佣金好像算高了，请核对。"
        dispute_line(line=lines_of(latest).first(), reason=reason, by=owners[rich[0].slug], now=now)


def _invoice_commission(by: User, now: datetime) -> None:
    """What shops owe the mall for its services is invoiced; of the latest month three invoices wait for staff."""
    due = list(Statement.objects.to_invoice().select_related("shop__merchant").order_by("-period_from", "shop_id"))
    for serial, statement in enumerate(due[3:], start=1):
        number = f"26332000{serial:012d}"
        file = ContentFile(_printed_invoice(statement, number, now), name="invoice.pdf")
        issue_commission_invoice(statement=statement, number=number, file=file, by=by, now=now - HOUR)
    deliver_everything()


def _printed_invoice(statement: Statement, number: str, now: datetime) -> bytes:
    """
    As such an invoice looks, and says that it is an example; a real one comes from the tax office's service. Its font
    is the one that readers bring along, so each is as small as its words.
    """
    ready()
    out = io.BytesIO()
    page = Canvas(out, pagesize=landscape(A5), pageCompression=0)
    net, tax = statement.invoice_parts
    rows = [
        ("电子发票（普通发票） · 示例 EXAMPLE", 17),
        (f"发票号码：{number}    开票日期：{now:%Y-%m-%d}", 10),
        (f"购买方：{statement.shop.merchant.name}    纳税人识别号：{statement.shop.merchant.credit_code}", 10),
        ("销售方：万象商城（演示，不是真实企业）", 10),
        (f"项目：*经纪代理服务* 平台佣金与手续费 {statement.period_from:%Y-%m}    对账单：{statement.public_id}", 10),
        (f"金额：{net}    税率：{statement.tax_bps / 100:g} %    税额：{tax}", 10),
        (f"价税合计：{statement.invoiced}", 13),
    ]
    top = 370
    for words, size in rows:
        page.setFont(RARE, size)
        page.drawString(40, top, words)
        top -= 46 if size == 17 else 34
    page.save()
    return out.getvalue()


def _raise_alarm(shop: Shop, owner: User, staff: tuple[User, User], now: datetime) -> None:
    """Held at once (R4). The shop says something to it, staff have begun to look into it."""
    if case := _unusual(shop, owner, now):
        words = "我们在外地进货，换了新手机，款是付给厂家的货款，可以提供采购合同。"
        appeal(case=case, words=words, by=owner, now=now - HOUR)
        found = "已致电法人，称在外地进货，声音与备案一致。"
        note_check(case=case, item="call", note=found, by=staff[0], now=now - HOUR / 2)


def _seize(shop: Shop, owner: User, staff: tuple[User, User], now: datetime) -> None:
    """
    Weeks ago a part was seized on the order of the police; nobody appealed. Now a court orders that it is paid over,
    and the second person has not looked at the paper yet.
    """
    maker, checker = staff
    case = _unusual(shop, owner, now - 24 * DAY)
    if case is None:
        return
    at = now - 23 * DAY
    for check in case.checks.order_by("pk"):
        note_check(case=case, item=check.item, note="已核对，与商家所述不符。", by=maker, now=at)
    amount = Money(withdrawable(shop).minor // 400 * 100, shop.currency)
    why = "公安机关通知该款涉嫌盗刷，依法扣划。"
    propose(
        case=case, decision="seize", amount=amount, authority="police", order_number="杭公（西）冻财字〔2026〕0315 号",
        reason=why, by=maker, now=at,
    )  # fmt: skip
    case = decide_case(case=case, by=checker, now=at + HOUR)
    draw_up_order(
        case=case, way="over", authority="court", file_number="（2026）浙 0106 执 2207 号", amount=amount,
        holder="杭州市西湖区人民法院", number="330501616427080002207", bank="中国建设银行", branch="杭州西湖支行",
        by=maker, now=now - 3 * HOUR,
    )  # fmt: skip


def _unusual(shop: Shop, owner: User, now: datetime) -> MoneyCase | None:
    """
    Three withdrawals in one night, from a device that nobody knows, right after another bank account was named.
    """
    account = _account(shop, owner, "622230880003000", "中国银行", "宁波海曙支行", now - 20 * DAY)
    _account(shop, owner, "622230880004000", "中国农业银行", "温州鹿城支行", now - 5 * HOUR)
    part = Money(withdrawable(shop).minor // 500 * 100, shop.currency)  # a fifth, in whole yuan
    for serial in range(3):
        case = MoneyCase.objects.filter(shop_id=shop.public_id).first()
        if case is None:
            ask_withdrawal(
                shop=shop, bank_account=account, amount=part, request_key=UUID(int=shop.pk * 1000 + serial), by=owner,
                now=now - (4 - serial) * HOUR, device="",
            )  # fmt: skip
    return MoneyCase.objects.filter(shop_id=shop.public_id).first()


def _correct(shops: list[Shop], staff: tuple[User, User], at: datetime) -> None:
    """One that was booked, in favour of the shop, and one that waits."""
    drawer, booker = staff
    words = ("合同约定佣金少收一个点，现补退。", "重复补贴，请核对后扣回。")
    ways = (("to_shop", Correction.Side.COMMISSION), ("from_shop", Correction.Side.SUBSIDY))
    for number, shop in enumerate(shops[:2]):
        booked = Entry.objects.filter(kind=Entry.Kind.COMPLETED, postings__shop=shop, at__lt=at).order_by("pk").last()
        if booked is None:
            continue
        direction, side = ways[number]
        given = {"direction": direction, "side": side, "amount": Money(100), "reason": words[number]}
        correction = draw_up_correction(entry=booked, by=drawer, now=at, **given)
        if number == 0:
            book_correction(correction=correction, by=booker, now=at)
    deliver_everything()


def _withdraw(shop: Shop, owner: User, number: int, now: datetime) -> None:
    bank, branch = BANKS[number]
    accounts = [_account(shop, owner, f"6222{number}0880001{told}", bank, branch, now - 30 * DAY) for told in TELLS]
    there = withdrawable(shop).minor
    for serial, (days, percent, which) in enumerate(TAKEN):
        at = now - days * DAY - timedelta(minutes=40)
        amount = Money(there * percent // 10_000 * 100, shop.currency)  # whole yuan
        if amount < Money(10_000):
            continue
        ask_withdrawal(
            shop=shop, bank_account=accounts[which], amount=amount, request_key=UUID(int=shop.pk * 100 + serial),
            by=owner, now=at,
        )  # fmt: skip
        check_withdrawals(now=at)
        if days:
            pay_withdrawals(now=at)
            ask_about_payouts(now=at + timedelta(minutes=3))


def _account(shop: Shop, owner: User, first: str, bank: str, branch: str, at: datetime) -> BankAccount:
    account = add_bank_account(
        shop=shop, kind=BankAccount.Kind.COMPANY, holder=shop.merchant.name, number=f"{first}8", bank=bank,
        branch=branch, by=owner, now=at,
    )  # fmt: skip
    verify_bank_accounts(now=at)
    account.refresh_from_db()
    return account
