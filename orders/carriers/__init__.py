"""Carriers: who brings parcels, behind one interface (O6)."""

from django.utils.translation import gettext as _

from mall.refusals import Refusal
from orders.carriers.base import Carrier, Scan, Sent
from orders.carriers.real import CARRIERS
from orders.carriers.sandbox import SandboxCarrier
from orders.models.carrier import Carrier as Code

_CARRIERS: dict[str, Carrier] = {carrier.code: carrier for carrier in (*CARRIERS, SandboxCarrier())}

__all__ = ["BadTrackingNumber", "Carrier", "Scan", "Sent", "carrier", "clean_tracking_number"]


class BadTrackingNumber(Refusal):
    """The carrier's numbers do not look like this."""

    code = "bad-tracking-number"
    status = 400


def carrier(code: str) -> Carrier:
    """:raises BadTrackingNumber: no such carrier"""
    if code not in _CARRIERS:
        raise BadTrackingNumber(_("Choose a carrier."))
    return _CARRIERS[code]


def clean_tracking_number(code: str, typed: str) -> str:
    """
    The number as the carrier writes it, without spaces, in capitals; empty when nothing was typed and the carrier draws
    it itself.

    :raises BadTrackingNumber: not a number of this carrier
    """
    number = "".join(typed.split()).upper()
    chosen = carrier(code)
    if not number and chosen.gives_numbers:
        return ""
    if not chosen.reads(number):
        raise BadTrackingNumber(
            _("A tracking number of %(carrier)s looks like %(example)s.")
            % {"carrier": Code(code).label, "example": chosen.example}
        )
    return number
