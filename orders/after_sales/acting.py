"""What pages offer a side to do with a case: each action of the table with its form, its words and its verb."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mall.refusals import Refusal
from orders.after_sales import answering, arbitration, asking, ending, forms, gifts, returning, table, talking
from orders.models import AfterSale, AfterSaleNote

Side = AfterSaleNote.Side


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a side may do on the page of a case."""

    label: Promise
    form: type
    call: Callable
    done: Promise
    is_primary: bool = False
    is_grave: bool = False
    knows_side: bool = False


ACTIONS = {
    "agree": Action(_("Agree"), forms.AgreeForm, answering.agree, _("You have agreed."), is_primary=True),
    "refuse": Action(_("Refuse"), forms.ReasonForm, answering.refuse, _("You have refused."), is_grave=True),
    "answer": Action(_("Answer"), forms.ReasonForm, answering.answer, _("Your answer is with the shopper."), True),
    "note_arrival": Action(
        _("The goods have arrived"), forms.CaseForm, returning.note_arrival, _("Now look at them."), is_primary=True
    ),
    "inspect": Action(
        _("Accept what came back"), forms.InspectForm, returning.inspect, _("What came back is accepted."), True
    ),
    "reject": Action(
        _("Do not accept it"), forms.ReasonForm, returning.reject, _("The shopper reads why."), is_grave=True
    ),
    "count": Action(_("Count what came back"), forms.CountForm, returning.count, _("The stock is right again."), True),
    "restock": Action(
        _("Count the replacement that came back"),
        forms.RestockForm,
        returning.restock,
        _("The stock is right again."),
        is_primary=True,
    ),
    "resend": Action(_("Send the goods"), forms.ParcelForm, returning.resend, _("The goods are on their way."), True),
    "give_money": Action(
        _("Return the money instead"), forms.WordsForm, returning.give_money, _("The money goes back."), is_grave=True
    ),
    "send_back": Action(
        _("I have sent it back"), forms.ParcelForm, returning.send_back, _("The shop knows that it is coming."), True
    ),
    "receive": Action(_("I have received it"), forms.CaseForm, returning.receive, _("Thank you."), is_primary=True),
    "be_content": Action(_("I am content"), forms.CaseForm, ending.be_content, _("Thank you."), is_primary=True),
    "revise": Action(_("Ask again"), forms.RevisionForm, asking.revise, _("The shop answers you."), is_primary=True),
    "escalate": Action(
        _("Ask the mall to decide"), forms.ReasonForm, arbitration.escalate, _("The mall's staff look into it.")
    ),
    "appeal": Action(
        _("Appeal"), forms.ReasonForm, arbitration.appeal, _("Somebody else decides it again."), knows_side=True
    ),
    "say": Action(_("Write"), forms.SayForm, talking.say, _("It stands in the case now."), knows_side=True),
    "withdraw": Action(_("Let it be"), forms.CaseForm, ending.withdraw, _("The case is closed."), is_grave=True),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that fits now, with its form."""

    name: str
    action: Action
    form: object
    is_open: bool

    @property
    def is_plain(self) -> bool:
        """Whether a button says it all."""
        return not self.form.fields

    @property
    def has_files(self) -> bool:
        return "files" in self.form.fields


def offers(case: AfterSale, side: str, *, now: datetime, tried: str = "", bound=None) -> list[Offer]:
    """What this side may do now; the form that was tried comes back as it was filled in."""
    return [
        Offer(name, action, bound if name == tried else form_of(name, case, now=now), is_open=name == tried)
        for name, action in ACTIONS.items()
        if table.may(name, case, side)
    ]


def form_of(name: str, case: AfterSale, *, now: datetime, data=None, files=None):
    """The form of an action, empty or filled in."""
    kind = ACTIONS[name].form
    given = {"auto_id": f"{name}-%s"} | ({"data": data, "files": files} if data is not None else {})
    if kind is not forms.RevisionForm:
        return kind(case=case, **given)
    kinds = [AfterSale.Kind.REFUND] if case.is_unshipped else asking.kinds_for(case.order, now, case.line)
    return kind(
        kinds=[*kinds, *([] if case.kind in kinds else [AfterSale.Kind(case.kind)])],
        replacements=asking.replacements_for(case.line),
        goes_whole=case.is_unshipped or case.order.is_of_cards,
        look=gifts.look_of(case.order, case.line, is_unshipped=case.is_unshipped, worth=lambda _pieces: case.worth),
        initial={"kind": case.kind, "reason": case.reason},
        **given,
    )


def act(name: str, case: AfterSale, side: str, form, *, by, now: datetime) -> str:
    """Do it; what is said about it, or nothing when the form has something to say."""
    if not form.is_valid():
        return ""
    action = ACTIONS[name]
    given = {"side": side} if action.knows_side else {}
    try:
        action.call(case=case, by=by, now=now, **given, **form.said)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return ""
    return str(action.done)
