"""Verbs of the address book."""

from django.db import transaction

from mall.accounts.models import Address, User
from mall.crypto import normal_phone

MOST_ADDRESSES = 20


@transaction.atomic
def save_address(*, shopper: User, fields: dict, address: Address | None = None) -> Address:
    """
    Add an address or change one of the shopper's own; the first one becomes the default.

    :param fields: ``consignee, phone, province, city, district, line, is_default``
    :raises django.core.exceptions.ValidationError: the phone number is impossible
    """
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


@transaction.atomic
def remove_address(*, address: Address) -> None:
    """Forget an address; the newest of the others becomes the default if this one was."""
    shopper, was_default = address.shopper, address.is_default
    address.delete()
    if was_default and (heir := shopper.addresses.order_by("-pk").first()):
        heir.is_default = True
        heir.save(update_fields=["is_default"])
