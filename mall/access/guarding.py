"""
What stands covered before staff: each app declares its rows and their fields in its ``guarded.py``.

::

    guard(
        Order,
        fields=["consignee", "phone", "address_line"],
        permission="orders.view_order",
        owners=lambda order: (order.public_id, order.shop.public_id, order.shopper.public_id),
        told=lambda order: [order.shopper],
    )
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Model

from mall.crypto import Veiled, covered


@dataclass(frozen=True)
class Guarded:
    """
    Rows with fields that staff see covered.

    :ivar permission: who holds it sees the rows, covered; nobody else may ask for more
    :ivar owners: the public ids under which access to a row can be asked for, its own first: the row, its shop, its
        merchant, its person
    :ivar told: who learns that somebody looked
    :ivar read: a field of a row in clear
    :ivar cover: how it is shown until then
    :ivar elsewhere: fields that are no text, and are shown by a door of their own
    """

    model: type[Model]
    fields: tuple[str, ...]
    permission: str
    owners: Callable[[Model], Sequence[str]]
    told: Callable[[Model], Iterable]
    read: Callable[[Model, str], str]
    cover: Callable[[str], str]
    labels: dict
    elsewhere: frozenset[str]

    @property
    def kind(self) -> str:
        return self.model._meta.label_lower

    def key(self, field: str) -> str:
        """How a request names a field: ``orders.order.phone``."""
        return f"{self.kind}.{field}"

    def label(self, field: str) -> str:
        return str(self.labels.get(field) or self.model._meta.get_field(field).verbose_name)

    def subject(self, row: Model) -> str:
        """Under which id a look at the row is on the record."""
        return self.owners(row)[0]


_register: dict[str, Guarded] = {}


def _in_clear(row: Model, field: str) -> str:
    value = getattr(row, field)
    return value.reveal() if isinstance(value, Veiled) else str(value or "")


def guard(
    model: type[Model],
    *,
    fields: Sequence[str],
    permission: str,
    owners: Callable[[Model], Sequence[str]],
    told: Callable[[Model], Iterable] = lambda row: (),
    read: Callable[[Model, str], str] = _in_clear,
    cover: Callable[[str], str] = covered,
    labels: dict | None = None,
    elsewhere: Sequence[str] = (),
) -> None:
    """Declare fields of a model that staff see covered."""
    kept = Guarded(
        model, tuple(fields), permission, owners, told, read, cover, labels or {}, frozenset(elsewhere)
    )  # fmt: skip
    _register[kept.kind] = kept


def all_guarded() -> list[Guarded]:
    return [_register[kind] for kind in sorted(_register)]


def guarded_of(model: type[Model]) -> Guarded | None:
    return _register.get(model._meta.label_lower)


def guarded_named(kind: str) -> Guarded | None:
    return _register.get(kind)


def field_labels() -> dict[str, str]:
    """Every field that can be asked for, with the name of its thing."""
    return {
        one.key(field): f"{str(one.model._meta.verbose_name).capitalize()}: {one.label(field)}"
        for one in all_guarded()
        for field in one.fields
    }
