"""What is asked of an applicant (M1): the rows that apply to a kind of business and its trades, and their editing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q, Sum
from django.utils.translation import gettext as _

from mall import clock
from mall.audit.trail import record
from mall.money import DEFAULT_CURRENCY, Money
from mall.nudges import run_soon
from mall.refusals import Refusal
from mall.texts import Text
from merchants.models import (
    Agreement,
    AgreementAcceptance,
    AgreementRenewal,
    Application,
    Document,
    Merchant,
    Requirement,
    Trade,
)
from merchants.tunables import AGREEMENT_DAYS

Type = Requirement.Type


class NothingNew(Refusal):
    """A new version of an agreement says something else than the one before."""

    code = "nothing-new"


class BindsTooSoon(Refusal):
    """A newer agreement gives shops time before it binds them."""

    code = "binds-too-soon"
    status = 422


@dataclass(frozen=True)
class Asked:
    """Everything asked of one applicant; a thing that several rows ask for stands here once, at its strictest."""

    documents: list[Requirement] = field(default_factory=list)
    statements: list[Requirement] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    deposit: Money = field(default_factory=lambda: Money(0, DEFAULT_CURRENCY))
    trades: list[Trade] = field(default_factory=list)

    @property
    def needs_expert(self) -> bool:
        return any(trade.review == Trade.Review.EXPERT for trade in self.trades)

    @property
    def needs_person(self) -> bool:
        return any(trade.review != Trade.Review.MACHINE for trade in self.trades) or any(
            row.needs_person for row in self.documents
        )

    def document(self, kind: str) -> Requirement | None:
        return next((row for row in self.documents if row.code == kind), None)


def asked_of(kind: str, trades: Iterable[str], *, now: datetime) -> Asked:
    """What a business of this kind must bring to sell in these trades (their codes)."""
    chosen = list(Trade.objects.filter(slug__in=list(trades)).order_by("position", "pk"))
    rows = (
        Requirement.objects.filter(Q(merchant_kind="") | Q(merchant_kind=kind), is_active=True)
        .filter(Q(trade=None) | Q(trade__in=chosen))
        .order_by("position", "pk")
    )
    found: dict[tuple[str, str], Requirement] = {}
    amounts = []
    for row in rows:
        if row.type == Type.DEPOSIT:
            amounts.append(row.amount)
        elif standing := found.get((row.type, row.code)):
            standing.expires |= row.expires
            standing.needs_person |= row.needs_person
            standing.registry = standing.registry or row.registry
        else:
            found[row.type, row.code] = row
    agreed = [code for type_, code in found if type_ == Type.AGREEMENT]
    versions = {one.code: one for one in current_agreements(agreed, now=now)}
    return Asked(
        documents=[row for row in found.values() if row.type == Type.DOCUMENT],
        statements=[row for row in found.values() if row.type == Type.PROFILE],
        agreements=[versions[code] for code in agreed if code in versions],
        deposit=max(amounts, key=lambda amount: amount.minor, default=Money(0, DEFAULT_CURRENCY)),
        trades=chosen,
    )


def asked_of_application(application: Application, *, now: datetime) -> Asked:
    """What an application must bring; for one more trade, what that trade asks for and the merchant has not got."""
    asked = asked_of(application.kind, application.trades, now=now)
    return _asked_beside(application, asked, now) if application.is_for_trade else asked


def _asked_beside(application: Application, asked: Asked, now: datetime) -> Asked:
    """
    Less the papers of the merchant that are accepted and have not run out, the agreements that it accepted, and the
    deposit that it has paid, or that its trades asked for so far. What is asked for beside it and not yet paid does not
    count, for it may never come; when it comes, this one asks for less (``merchants.applications``).
    """
    merchant, today = application.merchant, clock.business_date(now)
    papers = merchant.documents.filter(status=Document.Status.ACCEPTED).exclude(application=application)
    until = {paper.kind: paper.valid_to for paper in papers if not paper.has_run_out(today)}
    agreed = codes_accepted(merchant, but=application)
    before = asked_of_merchant(merchant, now=now).deposit
    others = merchant.applications.filter(status__in=Application.WITHIN).exclude(pk=application.pk)
    paid = others.aggregate(Sum("deposit"))["deposit__sum"] or 0
    more = asked.deposit.minor - max(before.minor, int(paid))
    return replace(
        asked,
        documents=[
            row
            for row in asked.documents
            if row.code not in until or (row.expires and until[row.code] is None)
        ],
        statements=[row for row in asked.statements if row.trade_id is not None],
        agreements=[one for one in asked.agreements if one.code not in agreed],
        deposit=Money(max(more, 0), asked.deposit.currency),
    )  # fmt: skip


def codes_accepted(merchant: Merchant, *, but: Application | None = None) -> set[str]:
    """The agreements that a merchant accepted in any version, or is asked to accept anew."""
    with_application = AgreementAcceptance.objects.filter(application__merchant=merchant)
    if but is not None:
        with_application = with_application.exclude(application=but)
    renewed = AgreementRenewal.objects.filter(merchant=merchant)
    return {
        *with_application.values_list("agreement__code", flat=True),
        *renewed.values_list("agreement__code", flat=True),
    }


def asked_of_merchant(merchant: Merchant, *, now: datetime) -> Asked:
    """What is asked of a merchant who is in: by its kind and the trades that it may sell in."""
    trades = merchant.admitted_trades.values_list("trade__slug", flat=True)
    return asked_of(merchant.kind, trades, now=now)


def current_agreements(codes: Iterable[str], *, now: datetime) -> list[Agreement]:
    """The newest published version of each of these."""
    return list(
        Agreement.objects.filter(code__in=list(codes), published_at__lte=now)
        .order_by("code", "-version")
        .distinct("code")
    )


def trades_to_choose() -> list[Trade]:
    return list(Trade.objects.filter(is_active=True).order_by("position", "pk"))


def names_of(codes: Iterable[str]) -> dict[str, Text]:
    """How the kinds of documents are called today."""
    rows = Requirement.objects.filter(code__in=set(codes)).order_by("-pk").values_list("code", "name")
    return dict(rows)


@transaction.atomic
def save_requirement(*, requirement: Requirement, by, now: datetime) -> Requirement:
    """Write a row as staff typed it; who changed what is on the record. It holds for who hands in from now on."""
    former = Requirement.objects.filter(pk=requirement.pk).first()
    requirement.save()
    record(
        "merchants.save_requirement",
        f"requirement {requirement.code}"[:80],
        by=by,
        now=now,
        before=_plain(former) if former else {},
        after=_plain(requirement),
    )
    return requirement


@transaction.atomic
def save_trade(*, trade: Trade, by, now: datetime) -> Trade:
    """Write a trade as staff typed it; on the record."""
    former = Trade.objects.filter(pk=trade.pk).first()
    trade.save()
    told = {"slug", "name", "review", "is_active", "position"}
    record(
        "merchants.save_trade",
        f"trade {trade.slug}",
        by=by,
        now=now,
        before={name: getattr(former, name) for name in sorted(told)} if former else {},
        after={name: getattr(trade, name) for name in sorted(told)},
    )
    return trade


@transaction.atomic
def publish_agreement(
    *, code: str, title: Mapping, text: Mapping, by, now: datetime, binds_on: date | None = None
) -> Agreement:
    """
    Publish the next version of an agreement; who applies from now on accepts this one.

    :param binds_on: from when on shops that are open must have accepted it; they are told soon. Without it none is
        asked
    :raises NothingNew: it says what the version before says
    :raises BindsTooSoon: shops would have less time than ``merchants.agreement_days``
    """
    title, text = Text(title), Text(text)
    if binds_on is not None and binds_on < earliest_binding(now):
        raise BindsTooSoon(
            _("Shops need time to read it: %(day)s is the earliest day.") % {"day": earliest_binding(now)}
        )
    digest = Agreement.hash_of(title, text)
    versions = Agreement.objects.filter(code=code)
    latest = versions.order_by("-version").first()
    if latest is not None and latest.text_hash == digest:
        raise NothingNew(_("This is what the present version says."))
    number = (versions.aggregate(most=Max("version"))["most"] or 0) + 1
    agreement = Agreement.objects.create(
        code=code,
        version=number,
        title=title,
        text=text,
        text_hash=digest,
        published_at=now,
        published_by=by,
        binds_on=binds_on,
    )
    record(
        "merchants.publish_agreement",
        f"agreement {code}",
        by=by,
        now=now,
        after={"version": number, "text_hash": digest, "binds_on": str(binds_on or "")},
    )
    if binds_on is not None:
        run_soon("merchants.watch_agreements")
    return agreement


def earliest_binding(now: datetime) -> date:
    return clock.business_date(now) + timedelta(days=AGREEMENT_DAYS.value)


def _plain(row: Requirement) -> dict:
    return {
        "merchant_kind": row.merchant_kind,
        "trade": row.trade.slug if row.trade_id else "",
        "type": row.type,
        "code": row.code,
        "name": dict(row.name),
        "amount": row.amount.minor if row.amount is not None else None,
        "registry": row.registry,
        "expires": row.expires,
        "needs_person": row.needs_person,
        "is_active": row.is_active,
    }
