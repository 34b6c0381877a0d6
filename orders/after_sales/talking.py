"""Words and pictures between the two sides and the mall."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.events.bus import publish
from mall.events.orders import AfterSaleMoved
from mall.flow import WrongStatus
from orders.after_sales import evidence, table
from orders.after_sales.cases import Did, Side, Status, WordsMissing, lock_case, note, on_record
from orders.models import AfterSale, AfterSaleNote


@transaction.atomic
def say(*, case: AfterSale, side: str, text: str, files: Iterable = (), by, now: datetime) -> AfterSaleNote:
    """
    Write into the thread of an open case. Before the mall it is evidence: the other side reads it when the days for it
    are over, and after them nothing more is taken.

    :raises WrongStatus: the case has ended, or the days for evidence are over
    :raises WordsMissing: nothing is said or shown
    :raises TooManyFiles, NotADocument: as for evidence
    """
    case = lock_case(case)
    table.check("say", case, side)
    files = list(files)
    if not text.strip() and not files:
        raise WordsMissing(_("Write something, or choose a picture."))
    is_evidence = side != Side.MALL and case.status == Status.ARBITRATION
    if is_evidence and not (case.evidence_until and now < case.evidence_until):
        raise WrongStatus(_("The days for evidence are over: the mall decides by what it has."))
    did = Did.EVIDENCE if is_evidence else Did.SAID
    said = note(case, did, side=side, by=by, now=now, text=text, files=evidence.keep(files))
    on_record(case, did, by=by, now=now)
    publish(
        AfterSaleMoved(
            case_id=case.public_id,
            order_id=case.order.public_id,
            shop_id=case.order.shop.public_id,
            shopper_id=case.shopper_id,
            status=case.status,
            by=str(side),
            did=str(did),
            moved_at=now,
        )
    )
    return said


def say_for_mall(*, case: AfterSale, text: str, by, now: datetime) -> AfterSaleNote:
    """The mall's staff write to both sides."""
    return say(case=case, side=Side.MALL, text=text, by=by, now=now)
