"""Verbs of the address book."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mall.accounts.models import Address, User
from mall.crypto import normal_phone
from mall.divisions import by_code, find

MOST_ADDRESSES = 20


@transaction.atomic
def save_address(*, shopper: User, fields: dict, address: Address | None = None) -> Address:
    """
    Add an address or change one of the shopper's own; the first one becomes the default.

    :param fields: ``consignee, phone, province, city, district, line, is_default``
    Province, city and district may be spelled as people do; their full names are kept.

    :raises django.core.exceptions.ValidationError: the phone number is impossible, or China has no such division
    """
    fields = with_divisions(fields)
    User.objects.select_for_update().get(pk=shopper.pk)
    row = address or Address(shopper=shopper)
    others = shopper.addresses.exclude(pk=row.pk)
    for name in ("consignee", "province", "city", "district", "line"):
        setattr(row, name, fields.get(name, ""))
    row.phone = normal_phone(fields["phone"])
    row.is_default = bool(fields.get("is_default")) or not others.filter(is_default=True).exists()
    if row.is_default:
        others.update(is_default=False)
    row.save()
    return row


def with_divisions(fields: Mapping[str, str]) -> dict:
    """
    The fields with the full names of province, city and district; the last may be left out.

    :raises django.core.exceptions.ValidationError: one of them is not there, or does not lie in the one before
    """
    named = [fields.get(name, "").strip() for name in ("province", "city", "district")]
    city = find(*named[:2]) if named[1] else None
    if city is None:
        raise ValidationError(_("There is no such city in this province."))
    district = find(*named) if named[2] else None
    if named[2] and district is None:
        raise ValidationError(_("There is no such district in this city."))
    names = {"province": by_code(city.above).name, "city": city.name, "district": district.name if district else ""}
    return {**fields, **names}


@transaction.atomic
def remove_address(*, address: Address) -> None:
    """Forget an address; the newest of the others becomes the default if this one was."""
    shopper, was_default = address.shopper, address.is_default
    address.delete()
    if was_default and (heir := shopper.addresses.order_by("-pk").first()):
        heir.is_default = True
        heir.save(update_fields=["is_default"])
