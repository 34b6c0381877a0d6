"""The first steps of a new shop. Nothing of it is kept: each step is done when what it asks for is there."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from merchants.models import Shop


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing that a new shop needs: what, why, whether it is there, and the address where it is done."""

    label: str
    why: str
    is_done: bool
    address: str  # the name of a back-office address that takes the shop


def first_steps(shop: Shop) -> list[FirstStep]:
    """Everything a new shop needs, of every room of the mall."""
    return [step for name in settings.SHOP_FIRST_STEPS for step in import_string(name)(shop)]


def steps_of_profile(shop: Shop) -> list[FirstStep]:
    place = "backoffice:merchants:shop"
    return [
        FirstStep(_("A sign"), _("Shoppers recognise you by it."), bool(shop.logo), place),
        FirstStep(
            _("Words about the shop"),
            _("Who you are and what is special about your goods."),
            bool(str(shop.about)),
            place,
        ),
        FirstStep(_("Where you are"), _("Shoppers like to know where parcels come from."), bool(shop.city), place),
        FirstStep(
            _("Terms of delivery"),
            _("What shipping costs, and from what amount it is free."),
            bool(shop.shipping_fee) or shop.free_shipping_over is not None,
            place,
        ),
    ]
