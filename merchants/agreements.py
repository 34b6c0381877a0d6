"""
A newer agreement (M2): staff publish a version with the day from which it binds shops that are open. Their merchants
are asked, reminded, and accept; who has not accepted by that day puts nothing new on sale until she has.

Merchants are asked by one statement over the rows as they stand, so it may run late or twice, and finds those who came
in with an older version too: they get the same time.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mall import clock
from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import AgreementRenewalAsked, AgreementRenewalDue, AgreementRenewed
from mall.refusals import Refusal
from mall.rows import select_rows
from merchants import tunables
from merchants.models import AgreementRenewal, Shop

REMIND_DAYS = (7, 1)
HELD_BACK = "offer"  # the one action of merchants.states that waits; orders, after-sale and money never do
Status = AgreementRenewal.Status

ASK = """
    INSERT INTO merchants_agreementrenewal (merchant_id, agreement_id, asked_at, due_on)
    SELECT m.id, a.id, %(now)s, greatest(a.binds_on, %(soonest)s::date)
    FROM (
        SELECT DISTINCT ON (code) id, code, version, binds_on FROM merchants_agreement
        WHERE binds_on IS NOT NULL AND published_at <= %(now)s
        ORDER BY code, version DESC
    ) a CROSS JOIN merchants_merchant m
    WHERE EXISTS (SELECT FROM merchants_shop s WHERE s.merchant_id = m.id AND s.status NOT IN ('exiting', 'closed'))
        AND EXISTS (
            SELECT FROM merchants_requirement r
            WHERE r.type = 'agreement' AND r.code = a.code AND r.is_active AND r.merchant_kind IN ('', m.kind)
                AND (r.trade_id IS NULL OR EXISTS (
                    SELECT FROM merchants_admittedtrade t WHERE t.merchant_id = m.id AND t.trade_id = r.trade_id
                ))
        )
        AND NOT EXISTS (
            SELECT FROM merchants_agreementacceptance c
            JOIN merchants_agreement seen ON seen.id = c.agreement_id
            JOIN merchants_application p ON p.id = c.application_id
            WHERE p.merchant_id = m.id AND seen.code = a.code AND seen.version >= a.version
        )
    ON CONFLICT (merchant_id, agreement_id) DO NOTHING
    RETURNING id
"""
REMIND = """
    UPDATE merchants_agreementrenewal n
    SET reminded = (SELECT min(d) FROM unnest(%(days)s) d WHERE d >= n.due_on - %(today)s)
    WHERE n.status = 'asked' AND n.due_on > %(today)s
        AND n.due_on - %(today)s <= (SELECT max(d) FROM unnest(%(days)s) d)
        AND (SELECT min(d) FROM unnest(%(days)s) d WHERE d >= n.due_on - %(today)s) < coalesce(n.reminded, 32767)
    RETURNING n.id
"""


class AgreementNotAccepted(Refusal):
    """A newer agreement binds the shop's merchant, and nobody has accepted it."""

    code = "agreement-not-accepted"


class NotThisVersion(Refusal):
    """What was read is not what is to be accepted."""

    code = "not-this-version"


def watch_agreements(*, now: datetime) -> dict:
    """Ask whoever must be asked, remind 7 days and 1 day before; however often it runs."""
    counts = {"asked": ask_merchants(now=now), "reminded": remind_merchants(now=now)}
    return {name: count for name, count in counts.items() if count}


@transaction.atomic
def ask_merchants(*, now: datetime) -> int:
    soonest = clock.business_date(now) + timedelta(days=tunables.AGREEMENT_DAYS.value)
    keys = [pk for (pk,) in select_rows(ASK, {"now": now, "soonest": soonest})]
    publish(*(AgreementRenewalAsked(**_facts(row), asked_at=now) for row in _rows(keys)))
    return len(keys)


@transaction.atomic
def remind_merchants(*, now: datetime) -> int:
    keys = [pk for (pk,) in select_rows(REMIND, {"days": list(REMIND_DAYS), "today": clock.business_date(now)})]
    publish(*(AgreementRenewalDue(**_facts(row), days=row.reminded, told_at=now) for row in _rows(keys)))
    return len(keys)


def _rows(keys: list[int]):
    return AgreementRenewal.objects.filter(pk__in=keys).select_related("merchant", "agreement").order_by("pk")


def _facts(row: AgreementRenewal) -> dict:
    return {
        "merchant_id": row.merchant.public_id,
        "code": row.agreement.code,
        "version": row.agreement.version,
        "due_on": row.due_on,
    }


@transaction.atomic
def accept_renewal(*, shop: Shop, code: str, version: int, by, now: datetime) -> AgreementRenewal:
    """
    An owner accepts the newest version for the business; who, when, and the hash of the text are kept. Older versions
    that were still to be accepted are settled with it. Accepting again changes nothing.

    :param version: the one that she read
    :raises AgreementRenewal.DoesNotExist: the business is not asked to accept this
    :raises NotThisVersion: a newer one has been published meanwhile
    """
    rows = AgreementRenewal.objects.select_for_update(of=["self"]).select_related("agreement")
    asked = list(rows.filter(merchant=shop.merchant_id, agreement__code=code).order_by("-agreement__version"))
    if not asked:
        raise AgreementRenewal.DoesNotExist
    newest = asked[0]
    if newest.agreement.version != version:
        raise NotThisVersion(_("A newer version has been published meanwhile. Please read that one."))
    if newest.status == Status.ACCEPTED:
        return newest
    AgreementRenewal.FLOW.move(newest, Status.ACCEPTED)
    newest.accepted_at, newest.accepted_by = now, by
    newest.text_hash, newest.language = newest.agreement.text_hash, (get_language() or "")[:10]
    newest.save()
    for older in asked[1:]:
        if older.status == Status.ASKED:
            AgreementRenewal.FLOW.move(older, Status.SUPERSEDED)
            older.save(update_fields=["status"])
    record(
        "merchants.accept_renewal",
        shop.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"agreement": f"{code} v{version}", "text_hash": newest.text_hash},
    )
    publish(AgreementRenewed(shop_id=shop.public_id, code=code, version=version, accepted_at=now))
    return newest


# What it holds back


def to_accept(shop: Shop) -> list[AgreementRenewal]:
    """What the shop's merchant is still to accept: the newest of each agreement, the most pressing first. One query."""
    rows = AgreementRenewal.objects.filter(merchant=shop.merchant_id, status=Status.ASKED).select_related("agreement")
    newest = {row.agreement.code: row for row in rows.order_by("agreement__version")}
    due = {code: min(row.due_on for row in rows if row.agreement.code == code) for code in newest}
    for code, row in newest.items():
        row.due_on = due[code]  # a newer version gives no more time for what an older one bound already
    return sorted(newest.values(), key=lambda row: row.due_on)


def renewals_of(shop: Shop) -> list[AgreementRenewal]:
    """Everything that the shop's merchant was asked to accept, newest first."""
    rows = AgreementRenewal.objects.filter(merchant=shop.merchant_id).select_related("agreement")
    return list(rows.order_by("-pk"))


def holds_back(shop: Shop, *, today: date) -> bool:
    """Whether a newer agreement binds the merchant that it has not accepted."""
    waiting = AgreementRenewal.objects.filter(merchant=shop.merchant_id, status=Status.ASKED)
    return waiting.filter(due_on__lte=today).exists()


def may_offer(shop: Shop, *, now: datetime) -> bool:
    """Whether something new may be put on sale, as far as agreements go."""
    return not holds_back(shop, today=clock.business_date(now))


def check_offer(shop: Shop, *, now: datetime) -> None:
    """
    Asked before something new is put on sale.

    :raises AgreementNotAccepted: an owner must accept the newer agreement first
    """
    if not may_offer(shop, now=now):
        raise AgreementNotAccepted(
            _("The newer agreement is in force: goods can be put on sale again when an owner has accepted it."),
            way="backoffice:merchants:agreements",
        )
