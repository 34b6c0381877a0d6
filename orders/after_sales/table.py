"""
Who may do what with a case in which status: the one table that verbs ask, that pages show buttons by, and that a test
walks whole (F6).
"""

from collections.abc import Set
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mall.flow import WrongStatus
from orders.models import AfterSale, AfterSaleNote, Parcel
from orders.models.after_sale import MOST_REVISIONS

Side, Status, Kind = AfterSaleNote.Side, AfterSale.Status, AfterSale.Kind
SHOPPER, SHOP, MALL, CLOCK = Side.SHOPPER, Side.SHOP, Side.MALL, Side.CLOCK
OPEN = frozenset(Status) - frozenset(AfterSale.ENDED)
ABOUT_GOODS = frozenset(Kind) - {Kind.COMPLAINT, *AfterSale.MONEY_ONLY}


@dataclass(frozen=True)
class Rule:
    """Who may take an action, in which statuses, and with which kinds of cases."""

    sides: Set[str]
    statuses: Set[str]
    kinds: Set[str] = frozenset(Kind)


def _rule(sides, statuses, kinds=frozenset(Kind)) -> Rule:
    return Rule(frozenset(sides), frozenset(statuses), frozenset(kinds))


TABLE = {
    "revise": _rule({SHOPPER}, {Status.REFUSED}, ABOUT_GOODS),
    "withdraw": _rule(
        {SHOPPER},
        {Status.ASKED, Status.REFUSED, Status.ANSWERED, Status.AWAITING_RETURN, Status.ARBITRATION},
    ),
    "send_back": _rule({SHOPPER}, {Status.AWAITING_RETURN}),
    "receive": _rule({SHOPPER}, {Status.RESENT}),
    "be_content": _rule({SHOPPER}, {Status.ANSWERED}),
    "escalate": _rule({SHOPPER}, {Status.REFUSED, Status.ANSWERED, Status.RESENT}),
    "appeal": _rule({SHOPPER, SHOP}, {Status.DECIDED}),
    "say": _rule({SHOPPER, SHOP, MALL}, OPEN),
    "agree": _rule({SHOP}, {Status.ASKED, Status.REFUSED}, ABOUT_GOODS),
    "refuse": _rule({SHOP}, {Status.ASKED}, ABOUT_GOODS),
    "answer": _rule({SHOP}, {Status.ASKED}, {Kind.COMPLAINT}),
    "note_arrival": _rule({SHOP}, {Status.RETURNING}),
    "inspect": _rule({SHOP}, {Status.INSPECTING}),
    "reject": _rule({SHOP}, {Status.INSPECTING}),
    "count": _rule({SHOP}, {Status.REFUNDING, Status.DONE}, {Kind.RETURN, Kind.EXCHANGE, Kind.REPAIR}),
    "restock": _rule(
        {SHOP},
        {Status.ARBITRATION, Status.DECIDED, Status.REFUNDING, Status.DONE, Status.CLOSED},
        {Kind.EXCHANGE},
    ),
    "resend": _rule({SHOP}, {Status.RESENDING}),
    "give_money": _rule({SHOP}, {Status.RESENDING}),
    "decide": _rule({MALL}, {Status.ARBITRATION}),
    "run_out": _rule(
        {CLOCK},
        {
            Status.ASKED, Status.REFUSED, Status.ANSWERED, Status.AWAITING_RETURN, Status.RETURNING,
            Status.INSPECTING, Status.RESENDING, Status.RESENT, Status.DECIDED,
        },
    ),
}  # fmt: skip


def may(action: str, case: AfterSale, side: str) -> bool:
    """Whether this side may take this action with the case as it stands."""
    rule = TABLE[action]
    if side not in rule.sides or case.status not in rule.statuses or case.kind not in rule.kinds:
        return False
    return _FURTHER.get(action, lambda case: True)(case)


def check(action: str, case: AfterSale, side: str) -> None:
    """:raises WrongStatus: this side may not take this action now"""
    if not may(action, case, side):
        raise WrongStatus(
            _("This cannot be done now: the status is “%(status)s”.") % {"status": case.get_status_display()}
        )


TAKEN_IN = [AfterSaleNote.Did.GAVE_MONEY, AfterSaleNote.Did.RESTOCKED]  # it is on the shelf, or counted


def undelivered(case: AfterSale) -> Parcel | None:
    """What was sent for a case, came back and was not sent again."""
    return Parcel.objects.filter(after_sale=case, returned_at__isnull=False, replaced_by=None).first()


# What an action needs beside the status
_FURTHER = {
    "revise": lambda case: case.revision_count < MOST_REVISIONS and case.came_back_at is None,
    "count": lambda case: case.came_back_at is not None and case.inspected_at is None,
    "restock": lambda case: undelivered(case) is not None and not case.notes.filter(did__in=TAKEN_IN).exists(),
}
