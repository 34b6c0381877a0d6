"""Businesses and people whom the mall does not want; the automatic check looks here (M2)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.crypto import blind_index, normal_phone
from mall.refusals import Refusal
from merchants import credit_code, id_card
from merchants.application_checks import normal_name
from merchants.models import Blacklisted

Kind = Blacklisted.Kind


class WrongValue(Refusal):
    """This can be no code, number or name of the kind."""

    code = "wrong-value"
    status = 422


@transaction.atomic
def add_to_blacklist(*, kind: str, value: str, why: str, by, now: datetime) -> Blacklisted:
    """
    Note a business or a person, encrypted; noting it again changes the reason.

    :raises WrongValue: it can be none of this kind
    """
    value = normal(kind, value)
    row = Blacklisted.objects.filter(kind=kind, value_index=blind_index(value)).first()
    row = row or Blacklisted(kind=kind, value=value)
    row.why, row.added_at, row.added_by = why.strip()[:300], now, by
    row.save()
    record("merchants.add_to_blacklist", f"blacklist {row.pk}", by=by, now=now, after={"kind": kind, "why": row.why})
    return row


@transaction.atomic
def remove_from_blacklist(*, entry: Blacklisted, by, now: datetime) -> None:
    """Take an entry away again; that it stood there stays on the record."""
    record(
        "merchants.remove_from_blacklist",
        f"blacklist {entry.pk}",
        by=by,
        now=now,
        before={"kind": entry.kind, "why": entry.why},
    )
    entry.delete()


def normal(kind: str, value: str) -> str:
    """
    The form in which values are compared.

    :raises WrongValue: it can be none of this kind
    """
    if kind == Kind.PHONE:
        try:
            return normal_phone(value)
        except ValidationError as error:
            raise WrongValue(" ".join(error.messages)) from None
    value = {
        Kind.CREDIT_CODE: credit_code.normal,
        Kind.PERSON: id_card.normal,
        Kind.NAME: normal_name,
    }[Kind(kind)](value)
    if not value or (kind == Kind.CREDIT_CODE and not credit_code.is_valid(value)):
        raise WrongValue(_("Compare it with the document: it cannot be so."))
    if kind == Kind.PERSON and not (
        id_card.SHAPE.fullmatch(value) and id_card.check_character(value[:17]) == value[17]
    ):
        raise WrongValue(_("Compare it with the document: it cannot be so."))
    return value
