"""What a page says of a case: what happens next and who must act, as each side reads it, and its thread."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.models import AfterSale, AfterSaleNote

Status, Side = AfterSale.Status, AfterSaleNote.Side

# For the shopper and for the shop, what a case waits for
NEXT = {
    Status.ASKED: (
        _("The shop answers you. If it does not, you are taken to be right by"),
        _("Answer the shopper. Without an answer she is taken to be right by"),
    ),
    Status.REFUSED: (
        _("Ask again for something else, or ask the mall to decide; else the case closes by"),
        _("The shopper may ask again, or ask the mall, by"),
    ),
    Status.ANSWERED: (
        _("If the answer does not help, ask the mall; else the complaint counts as settled by"),
        _("The shopper may ask the mall, by"),
    ),
    Status.AWAITING_RETURN: (
        _("Send the goods back and note the tracking number; else the case closes by"),
        _("The shopper sends the goods back by"),
    ),
    Status.RETURNING: (
        _("Your parcel is on its way to the shop; it counts as arrived by"),
        _("The goods are on their way to you; they count as arrived by"),
    ),
    Status.INSPECTING: (
        _("The shop looks at what came back. If it says nothing, it is accepted by"),
        _("Look at what came back. If you say nothing, it is accepted by"),
    ),
    Status.RESENDING: (
        _("The shop sends you the goods. If it does not, your money goes back by"),
        _("Send the goods. If you do not, the money goes back by"),
    ),
    Status.RESENT: (
        _("The goods are on their way to you; they count as received by"),
        _("The goods are on their way to the shopper; they count as received by"),
    ),
    Status.ARBITRATION: (
        _("The mall decides. Show what speaks for you, the shop does not see it before"),
        _("The mall decides. Show what speaks for you, the shopper does not see it before"),
    ),
    Status.DECIDED: (
        _("The mall has decided. You may appeal once, by"),
        _("The mall has decided. You may appeal once, by"),
    ),
    Status.REFUNDING: (
        _("Your money is on its way back the way it came."),
        _("The money is on its way back to the shopper."),
    ),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the thread, as the component ``_case.html`` shows it."""

    who: str
    side: str
    title: str
    at: datetime
    text: str = ""
    files: list[str] = field(default_factory=list)


def waiting_for(case: AfterSale, side: str) -> tuple[str, datetime | None]:
    """What the case waits for in words, and until when."""
    said = NEXT.get(Status(case.status))
    if said is None:
        return "", None
    until = case.evidence_until if case.status == Status.ARBITRATION else case.due_at
    return str(said[1 if side == Side.SHOP else 0]), until


def entries(
    case: AfterSale, notes: list[AfterSaleNote], *, reader: str, url_of: Callable[[AfterSaleNote, int], str]
) -> list[Entry]:
    """The thread; ``url_of`` tells where the reader looks at a file."""
    names = {
        Side.SHOPPER: gettext("The shopper"),
        Side.SHOP: str(case.order.shop),
        Side.MALL: gettext("The mall"),
        Side.CLOCK: gettext("By itself"),
    }
    if reader in (Side.SHOPPER, Side.SHOP):
        names[Side(reader)] = gettext("You")
    shown_as = {Side.CLOCK: "mall"}
    return [
        Entry(
            who=names[Side(note.side)],
            side=shown_as.get(Side(note.side), note.side),
            title=note.get_did_display(),
            at=note.at,
            text=note.text,
            files=[url_of(note, number) for number in range(1, len(note.files) + 1)],
        )
        for note in notes
    ]
