"""What merchants knows of a person (A3): what she applied for, and where she works."""

from django.utils.translation import gettext as _

from mall.accounts.privacy.registry import KEEP, blank, obstacle, personal
from merchants.models import AgreementAcceptance, Application, Invitation, Seat

NO_ADDRESS = "erased@erased.invalid"
CONTACT = {"contact_name": "", "contact_phone": "", "contact_phone_index": ""}

personal("merchants/applications", lambda person: Application.objects.filter(applicant=person), erase=blank(**CONTACT))
personal("merchants/seats", lambda person: Seat.objects.filter(user=person).select_related("shop"), erase=KEEP)
personal(
    "merchants/invitations",
    lambda person: Invitation.objects.filter(accepted_by=person).select_related("shop"),
    erase=blank(email=NO_ADDRESS),
)
personal("merchants/agreements", lambda person: AgreementAcceptance.objects.filter(by=person), erase=KEEP)


@obstacle
def works_in_a_shop(person) -> list[str]:
    names = [str(seat.shop.name) for seat in Seat.objects.filter(user=person).select_related("shop").order_by("pk")]
    return (
        [_("You have a seat in %(shops)s: leave it, or close the shop.") % {"shops": ", ".join(names)}] if names else []
    )


@obstacle
def applies(person) -> list[str]:
    is_open = Application.objects.filter(applicant=person).exclude(status__in=Application.ENDED).exists()
    return [_("Your application is being looked at: withdraw it first.")] if is_open else []
