"""
Statements of the custodian's account (O3): each line that came is counted once, matched by the reference that it quotes
and by its amount, and pays through the door that notices use. What does not fit is worked off by two people.

A file is read whole or not at all. Lines of one payment add up: who has sent too little sends the rest under the same
reference.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.clock import start_of
from mall.events.bus import publish
from mall.events.orders import TransferDecided, TransferReturned, TransferUnmatched
from mall.flow import WrongStatus
from mall.money import DEFAULT_CURRENCY, Money
from mall.refusals import Refusal
from orders.gateways import transfer_bank
from orders.gateways.base import Answer, Standing
from orders.gateways.transfer import is_reference
from orders.locks import lock_group, lock_payment
from orders.models import BankLine, BankStatement, Payment, SentBack, Transfer
from orders.payments import confirm_payment, owed_now

MOST_BYTES = 5 * 1024 * 1024
EVER = datetime(2000, 1, 1, tzinfo=UTC)
OVERLAP = timedelta(days=2)  # of what is fetched; what was read before counts no more
COLUMNS = {  # what banks call the columns of their statements
    "at": {"booked_at", "date", "booking date", "交易时间", "交易日期", "记账日期"},
    "number": {"bank_reference", "transaction id", "交易流水号", "流水号", "凭证号"},
    "credit": {"credit", "amount", "贷方发生额", "收入金额", "收入"},
    "currency": {"currency", "币种"},
    "name": {"payer_name", "counterparty", "对方户名", "对方名称"},
    "account": {"payer_account", "counterparty account", "对方账号", "对方账户"},
    "remark": {"remark", "description", "附言", "摘要", "备注"},
}
NEEDED = ("at", "number", "credit", "remark")
YUAN = {"", "CNY", "RMB", "人民币"}
QUOTED = re.compile(r"T[\s-]*(?:\d[\s-]*){11}(?!\d)", re.IGNORECASE)
Why, Status, Decision = BankLine.Why, BankLine.Status, BankLine.Decision


class UnreadableStatement(Refusal):
    """Not a statement, or a line of it cannot be read; nothing of it counts."""

    code = "unreadable-statement"
    status = 400


class WrongDecision(Refusal):
    """A transfer that came cannot become this."""

    code = "wrong-decision"
    status = 400


class AnotherPersonAgrees(Refusal):
    """Who proposed it is not who agrees."""

    code = "another-person-agrees"


@dataclass(frozen=True, slots=True)
class Came:
    """A line of a statement, read."""

    number: str
    at: datetime
    amount: Money
    name: str
    account: str
    remark: str


# Reading


@transaction.atomic
def read_statement(*, content: bytes, name: str, by=None, now: datetime) -> BankStatement:
    """
    Take a statement in: count what is new, pay what fits, leave the rest for staff. The same file again changes
    nothing.

    :raises UnreadableStatement: not a statement, or a line is wrong; nothing of it counts
    """
    digest = hashlib.sha256(content).hexdigest()
    with connection.cursor() as cursor:  # one after the other: statements overlap
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('orders.read_statement'))")
    if known := BankStatement.objects.filter(digest=digest).first():
        return known
    lines = parse(content)
    known = {
        line.bank_reference: line for line in BankLine.objects.filter(bank_reference__in=[one.number for one in lines])
    }
    for line in lines:
        if line.number in known and known[line.number].amount != line.amount:
            raise UnreadableStatement(
                _("%(number)s was another amount on an earlier statement.") % {"number": line.number}
            )
    fresh = [line for line in lines if line.number not in known]
    statement = BankStatement.objects.create(
        name=name[:100], digest=digest, by=by, read_at=now, lines_count=len(lines), fresh_count=len(fresh),
        paid_count=0,
    )  # fmt: skip
    paid = sum(_count(statement, line, now) for line in fresh)
    if paid:
        BankStatement.objects.filter(pk=statement.pk).update(paid_count=paid)
        statement.paid_count = paid
    record(
        "orders.read_statement", statement.public_id, by=by, now=now,
        after={"lines": len(lines), "fresh": len(fresh), "paid": paid},
    )  # fmt: skip
    return statement


def fetch_statement(*, now: datetime) -> dict:
    """Read what the bank says since the last time, where the mall can ask it; nothing new leaves no row."""
    if not transfer_bank.is_sandbox():
        return {}
    last = BankLine.objects.order_by("-booked_at").values_list("booked_at", flat=True).first()
    content = transfer_bank.statement(since=(last or EVER) - OVERLAP)
    came = parse(content)
    if BankLine.objects.filter(bank_reference__in=[line.number for line in came]).count() == len(came):
        return {}
    read = read_statement(content=content, name="sandbox.csv", now=now)
    return {"fresh": read.fresh_count, "paid": read.paid_count}


def parse(content: bytes) -> list[Came]:
    """:raises UnreadableStatement: with the number of the line"""
    if len(content) > MOST_BYTES:
        raise UnreadableStatement(_("This file is too large."))
    rows = csv.reader(io.StringIO(_text(content), newline=""))
    try:
        table = [[cell.strip().strip("\t") for cell in row] for row in rows]
    except csv.Error:
        raise UnreadableStatement(_("This is not a CSV file.")) from None
    head = next((number for number, row in enumerate(table) if set(NEEDED) <= set(_places(row))), None)
    if head is None:
        raise UnreadableStatement(
            _("A statement needs columns for the time, the bank's number, the amount that came, and the remark.")
        )
    places = _places(table[head])
    found: dict[str, Came] = {}
    for number, row in enumerate(table[head + 1 :], head + 2):
        if not any(row):
            continue
        line = _line(row, places, number)
        if line is None:
            continue
        if found.setdefault(line.number, line) != line:
            raise UnreadableStatement(_("Line %(line)d: this number of the bank stands here twice.") % {"line": number})
    return list(found.values())


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise UnreadableStatement(_("This is not a CSV file."))


def _places(row: list[str]) -> dict[str, int]:
    heads = [cell.casefold() for cell in row]
    return {
        name: next(place for place, head in enumerate(heads) if head in called)
        for name, called in COLUMNS.items()
        if any(head in called for head in heads)
    }


def _line(row: list[str], places: dict[str, int], number: int) -> Came | None:
    """``None`` for what left the account: that is not what payments wait for."""

    def cell(name: str) -> str:
        place = places.get(name, len(row))
        return row[place] if place < len(row) else ""

    if cell("currency").upper() not in YUAN:
        raise UnreadableStatement(_("Line %(line)d: only yuan are taken.") % {"line": number})
    if cell("credit") in {"", "-", "--"}:
        return None
    try:
        amount = Money.parse(cell("credit"), DEFAULT_CURRENCY)
    except ValueError:
        raise UnreadableStatement(_("Line %(line)d: the amount cannot be read.") % {"line": number}) from None
    if amount.minor <= 0:
        return None
    if (at := _moment(cell("at"))) is None:
        raise UnreadableStatement(_("Line %(line)d: the time cannot be read.") % {"line": number})
    if not cell("number") or len(cell("number")) > 64:
        raise UnreadableStatement(_("Line %(line)d: the bank's number is missing.") % {"line": number})
    return Came(cell("number"), at, amount, cell("name")[:200], cell("account")[:40], cell("remark")[:300])


def _moment(text: str) -> datetime | None:
    text = text.replace("/", "-")
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)):
            return start_of(day)
    except ValueError:
        return None
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


# Counting


def _count(statement: BankStatement, came: Came, now: datetime) -> bool:
    """Write a line down, and whether it paid something."""
    line = BankLine(
        statement=statement, bank_reference=came.number, booked_at=came.at, currency=came.amount.currency,
        amount=came.amount, payer_name=came.name, payer_account=came.account, remark=came.remark, read_at=now,
    )  # fmt: skip
    payment = payment_quoted(came.remark)
    if payment is None:
        return _leave(line, Why.UNKNOWN)
    line.payment = payment
    payment, is_owed = _locked(payment, now)
    if not is_owed:
        return _leave(line, Why.LATE)
    before = _waiting_for(payment)
    total = Money.total([*(one.amount for one in before), came.amount], payment.currency)
    if total != payment.amount:
        return _leave(line, Why.UNDER if total < payment.amount else Why.OVER)
    line.why, line.was_open = Why.EXACT, False
    line.status, line.used, line.done_at = Status.DONE, came.amount, now
    line.save()
    _use(before, now=now)
    _confirm(payment, came.number, came.account, now)
    return True


def payment_quoted(text: str) -> Payment | None:
    """The payment whose reference stands in a remark; ``None`` where there is none, or several."""
    found = {re.sub(r"[\s-]", "", quoted).upper() for quoted in QUOTED.findall(text)}
    valid = [reference for reference in found if is_reference(reference)]
    transfers = list(Transfer.objects.filter(reference__in=valid).select_related("payment"))
    return transfers[0].payment if len(transfers) == 1 else None


def _locked(payment: Payment, now: datetime) -> tuple[Payment, bool]:
    """The payment as it stands, its group locked before it, and whether its group waits for it now."""
    group, orders = lock_group(payment.group_id)
    payment = lock_payment(payment.pk)
    owed = owed_now(group, orders)
    is_owed = owed is not None and owed.part == payment.part and group.pay_by >= now
    return payment, is_owed and payment.status == Payment.Status.PENDING


def _waiting_for(payment: Payment) -> list[BankLine]:
    """What came for it before and was too little."""
    rows = BankLine.objects.select_for_update(of=("self",), no_key=True)
    return list(rows.filter(payment=payment, status=Status.OPEN, why=Why.UNDER).order_by("pk"))


def _leave(line: BankLine, why: str) -> bool:
    """Nothing becomes of it before two people have decided; the money is noted as nobody's yet."""
    line.why, line.was_open, line.status = why, True, Status.OPEN
    line.save()
    publish(
        TransferUnmatched(
            line_id=line.public_id, amount=line.amount.minor, currency=line.currency, came_at=line.read_at
        )
    )
    return False


def _use(lines: Iterable[BankLine], *, now: datetime) -> None:
    """Lines that were too little by themselves have paid together."""
    for line in lines:
        BankLine.FLOW.move(line, Status.DONE)
        line.used, line.done_at = line.amount, now
        line.save(update_fields=["status", "used", "done_at"])
        _tell(line, now)


def _tell(line: BankLine, now: datetime) -> None:
    publish(
        TransferDecided(
            line_id=line.public_id, used=line.used.minor, back=line.back.minor, currency=line.currency, decided_at=now
        )
    )


def _confirm(payment: Payment, number: str, account: str, now: datetime) -> None:
    answer = Answer(Standing.SUCCEEDED, payment.amount, number, account)
    confirm_payment(payment=payment, answer=answer, now=now)


# Deciding


@transaction.atomic
def propose_return(*, line: BankLine, reason: str, by, now: datetime) -> BankLine:
    """
    The money goes back to who has sent it, once another person agrees.

    :raises WrongStatus: something was proposed or decided before
    """
    line = _line_locked(line)
    return _propose(line, Decision.RETURN, line.payment, reason, by, now)


@transaction.atomic
def propose_match(*, line: BankLine, reference: str, reason: str, by, now: datetime) -> BankLine:
    """
    The money pays a payment that it did not quote, or is too much for, once another person agrees; what is left of it
    goes back.

    :param reference: that the payer was given; that of the line's own payment when empty
    :raises WrongDecision: no such reference, nothing is owed there, or this is too little
    :raises WrongStatus: something was proposed or decided before
    """
    payment = payment_quoted(reference) if reference.strip() else line.payment
    if payment is None:
        raise WrongDecision(_("There is no payment with this reference."), field="reference")
    payment, is_owed = _locked(payment, now)
    line = _line_locked(line)
    _check_match(line, payment, is_owed)
    return _propose(line, Decision.MATCH, payment, reason, by, now)


def _check_match(line: BankLine, payment: Payment, is_owed: bool) -> Money:
    """What of the line pays the payment. :raises WrongDecision: nothing is owed there, or it is too little"""
    if not is_owed:
        raise WrongDecision(_("Nothing is owed under this reference any more; the money can only go back."))
    before = [one.amount for one in _waiting_for(payment) if one.pk != line.pk]
    missing = payment.amount - Money.total(before, payment.currency)
    if line.amount < missing:
        raise WrongDecision(
            _("This is too little: %(missing)s is missing. The payer sends the rest under the same reference.")
            % {"missing": missing - line.amount}
        )
    return missing


def _propose(line: BankLine, decision: str, payment: Payment | None, reason: str, by, now: datetime) -> BankLine:
    BankLine.FLOW.move(line, Status.PROPOSED)
    line.decision, line.payment, line.proposed_by, line.reason = decision, payment, by, reason.strip()[:200]
    line.save(update_fields=["status", "decision", "payment", "proposed_by", "reason"])
    _note(line, f"propose_{decision}", by, now)
    return line


@transaction.atomic
def agree_on_line(*, line: BankLine, by, now: datetime) -> BankLine:
    """
    Do what was proposed, as another person than who proposed it.

    :raises AnotherPersonAgrees: ``by`` proposed it herself
    :raises WrongStatus: nothing is proposed
    :raises WrongDecision: the payment is paid or closed meanwhile
    """
    line.refresh_from_db()
    payment, is_owed = None, False
    if line.decision == Decision.MATCH:
        payment, is_owed = _locked(line.payment, now)
    line = _line_locked(line)
    if line.status != Status.PROPOSED:
        raise WrongStatus(_("Nothing is proposed for this transfer."))
    if line.proposed_by_id == by.pk:
        raise AnotherPersonAgrees(_("You proposed it yourself: somebody else agrees."))
    used = _check_match(line, payment, is_owed) if payment else Money(0, line.currency)
    BankLine.FLOW.move(line, Status.DONE)
    line.used, line.back, line.decided_by, line.done_at = used, line.amount - used, by, now
    line.save(update_fields=["status", "used", "back", "decided_by", "done_at"])
    _tell(line, now)
    _note(line, f"agree_{line.decision}", by, now)
    if payment:
        _use([one for one in _waiting_for(payment) if one.pk != line.pk], now=now)
        _confirm(payment, line.bank_reference, line.payer_account.reveal(), now)
    if line.back:
        SentBack.objects.create(
            reference=line.public_id, currency=line.currency, amount=line.back, line=line, asked_at=now
        )
    return line


@transaction.atomic
def disagree_on_line(*, line: BankLine, by, now: datetime) -> BankLine:
    """What was proposed is not done; it is open again. :raises WrongStatus: nothing is proposed"""
    line = _line_locked(line)
    if line.status != Status.PROPOSED:
        raise WrongStatus(_("Nothing is proposed for this transfer."))
    BankLine.FLOW.move(line, Status.OPEN)
    line.decision, line.reason, line.proposed_by = "", "", None
    if line.why == Why.UNKNOWN:
        line.payment = None
    line.save(update_fields=["status", "decision", "reason", "proposed_by", "payment"])
    _note(line, "disagree", by, now)
    return line


def _line_locked(line: BankLine) -> BankLine:
    return BankLine.objects.select_for_update(of=("self",), no_key=True).select_related("payment").get(pk=line.pk)


def _note(line: BankLine, what: str, by, now: datetime) -> None:
    after = {"amount": line.amount.minor, "used": line.used.minor, "back": line.back.minor, "reason": line.reason}
    record(f"orders.{what}_line", line.public_id, by=by, now=now, after=after)


# Sending back


@transaction.atomic
def note_sent_back(*, sent: SentBack, bank_reference: str, by, now: datetime) -> SentBack:
    """
    Whoever has told the bank to send it says so, with the bank's number.

    :raises WrongStatus: it has gone already
    """
    sent = SentBack.objects.select_for_update(no_key=True).get(pk=sent.pk)
    if sent.sent_at is not None:
        raise WrongStatus(_("This money went back already."))
    sent.sent_at, sent.sent_by, sent.bank_reference = now, by, bank_reference.strip()[:64]
    sent.save(update_fields=["sent_at", "sent_by", "bank_reference"])
    record("orders.note_sent_back", sent.reference, by=by, now=now, after={"amount": sent.amount.minor})
    return tell_sent_back(sent=sent)


def tell_sent_back(*, sent: SentBack) -> SentBack:
    """Of a line the ledger hears it now; of a refund when it is finished, which asks whether the money has gone."""
    if sent.reference == sent.line.public_id:
        publish(
            TransferReturned(
                line_id=sent.reference, amount=sent.amount.minor, currency=sent.currency, returned_at=sent.sent_at
            )
        )
    return sent


def send_back_lines(*, now: datetime) -> int:
    """Have the bank send back what staff have decided about, where the mall can tell it; returns how many went."""
    if not transfer_bank.is_sandbox():
        return 0
    count = 0
    for row in SentBack.objects.filter(sent_at=None, reference__startswith="bln_").order_by("pk")[:200]:
        with transaction.atomic():
            if transfer_bank.send_back(row=row, now=now):
                row.refresh_from_db()
                tell_sent_back(sent=row)
                count += 1
    return count
