"""What can be voted for and reported, found by its public id: a review, a question or an answer."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Answer, Question, Review
from mall.refusals import Refusal


class NoSuchWords(Refusal):
    """Nothing that stands there has this number."""

    code = "no-such-words"
    status = 404


@dataclass(frozen=True)
class _Kind:
    model: type[Model]
    author: str  # the field that names who said it
    said: Callable[[Model], str]
    related: tuple[str, ...]


_KINDS = {
    "rev": _Kind(Review, "shopper_id", lambda row: f"{row.text}\n{row.follow_up}".strip(), ("product__shop",)),
    "qst": _Kind(Question, "asker_id", lambda row: row.text, ("product__shop",)),
    "ans": _Kind(Answer, "author_id", lambda row: row.text, ("question__product__shop",)),
}


def find(public_id: str, *, is_locked: bool = False, with_hidden: bool = False) -> Model:
    """
    The row, with its product and shop.

    :raises NoSuchWords: there is none, or nobody can read it
    """
    kind = _KINDS.get(public_id.partition("_")[0])
    row = None
    if kind is not None:
        rows = kind.model.objects.select_related(*kind.related).filter(public_id=public_id)
        if is_locked:
            rows = rows.select_for_update(of=("self",), no_key=True)
        row = (rows if with_hidden else rows.filter(hidden_at=None)).first()
    if row is None:
        raise NoSuchWords(_("This does not stand here any more."))
    return row


def product_of(row: Model):
    return row.question.product if isinstance(row, Answer) else row.product


def author_of(row: Model) -> int:
    """The key of who said it."""
    return getattr(row, _KINDS[row.public_id.partition("_")[0]].author)


def said_by(row: Model) -> str:
    return _KINDS[row.public_id.partition("_")[0]].said(row)


def page_of(row: Model) -> str:
    """Where it stands."""
    if isinstance(row, Review):
        return reverse("storefront:catalog:reviews", args=[row.product.public_id])
    question = row.question if isinstance(row, Answer) else row
    return reverse("storefront:catalog:question", args=[question.public_id])
