"""Doing the same to many rows of a list: each by its own verb, each with its own outcome."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.refusals import Refusal

MOST_CHOSEN = 200


@dataclass
class Outcome:
    """What came of it: the rows that were done, and the refused ones with the reason of each."""

    done: list = field(default_factory=list)
    refused: list[tuple[object, str]] = field(default_factory=list)

    def said(self, label: object) -> str:
        """``Take off sale – 7 done, 2 refused: why``; reasons that repeat are told once, with their number."""
        parts = []
        if self.done:
            parts.append(ngettext("%(count)d done", "%(count)d done", len(self.done)) % {"count": len(self.done)})
        if self.refused:
            count = len(self.refused)
            parts.append(ngettext("%(count)d refused", "%(count)d refused", count) % {"count": count})
        sentence = _("%(action)s – %(outcome)s") % {"action": label, "outcome": _(", ").join(parts)}
        reasons = Counter(reason for _row, reason in self.refused)
        told = [f"{reason} ×{count}" if count > 1 else reason for reason, count in reasons.most_common()]
        return _("%(sentence)s: %(reasons)s") % {"sentence": sentence, "reasons": " ".join(told)} if told else sentence


def chosen_ids(request: HttpRequest) -> list[str]:
    """The public ids that were ticked, each once; no more than a page can offer."""
    return list(dict.fromkeys(value for value in request.POST.getlist("chosen") if len(value) <= 40))[:MOST_CHOSEN]


def do_to_each(rows: Iterable, verb: Callable[[object], object]) -> Outcome:
    """Hand each row to the verb; what it refuses changes nothing and stops nobody else."""
    outcome = Outcome()
    for row in rows:
        try:
            with transaction.atomic():
                verb(row)
        except Refusal as refusal:
            outcome.refused.append((row, str(refusal)))
        else:
            outcome.done.append(row)
    return outcome


def tell(request: HttpRequest, outcome: Outcome, label: object) -> None:
    """Say what came of it, in the tone that fits, unless an undo has said it."""
    if not outcome.done and not outcome.refused:
        messages.warning(request, _("Choose at least one row."))
    elif outcome.refused:
        messages.warning(request, outcome.said(label))
    else:
        messages.success(request, outcome.said(label))
