"""What stands covered of merchants: whom to call about an application, and the papers that were handed in."""

from django.utils.translation import gettext_lazy as _

from mall.access.guarding import guard
from mall.accounts.models import User
from merchants.models import Application, Document, Merchant, Seat


def owners_of(merchant: Merchant | None) -> list[User]:
    """The people who own the merchant's shops: they are told what happens to its data."""
    if merchant is None:
        return []
    held = Seat.objects.filter(shop__merchant=merchant, role=Seat.Role.OWNER, user__is_active=True)
    return list(User.objects.filter(pk__in=held.values("user")).order_by("pk"))


def _subjects(application: Application) -> tuple[str, ...]:
    merchant = (application.merchant.public_id,) if application.merchant_id else ()
    return (application.public_id, application.applicant.public_id, *merchant)


def _of_document(document: Document) -> tuple[str, ...]:
    merchant = (document.merchant.public_id,) if document.merchant_id else ()
    above = _subjects(document.application) if document.application_id else ()
    return (document.public_id, *merchant, *above)


def _told_of_document(document: Document) -> list[User]:
    return owners_of(document.merchant) or ([document.application.applicant] if document.application_id else [])


guard(
    Application,
    fields=["contact_name", "contact_phone"],
    permission="merchants.view_application",
    owners=_subjects,
    told=lambda application: [application.applicant],
)
guard(
    Document,
    fields=["number", "file"],
    permission="merchants.view_document",
    owners=_of_document,
    told=_told_of_document,
    labels={"file": _("File")},
    elsewhere=["file"],
)
