"""What the floor knows of a person (A3)."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from mall.accounts.models import Consent, Erasure, KnownDevice, PersonalFile, User
from mall.accounts.privacy.registry import DELETE, KEEP, obstacle, personal
from mall.audit.models import AuditRecord
from mall.backoffice.models import SavedFilter
from mall.exports.models import Export
from mall.notifications.models import Notice

personal("account/profile", lambda person: User.objects.filter(pk=person.pk), erase=KEEP)  # ``forget`` empties it
personal("account/addresses", lambda person: person.addresses.all(), erase=DELETE)
personal("account/consents", lambda person: Consent.objects.filter(person=person), erase=KEEP)
personal("account/devices", lambda person: KnownDevice.objects.filter(person=person), erase=DELETE)
personal("account/e-mail", lambda person: EmailAddress.objects.filter(user=person), erase=DELETE)
personal("account/second-factors", lambda person: Authenticator.objects.filter(user=person), erase=DELETE)
personal("account/sessions", lambda person: UserSession.objects.filter(user=person), erase=DELETE)
personal("account/notices", lambda person: Notice.objects.filter(person=person), erase=DELETE)
personal("account/filters", lambda person: SavedFilter.objects.filter(person=person), erase=DELETE)
personal("account/data", lambda person: PersonalFile.objects.filter(person=person), erase=DELETE)
personal("account/erasures", lambda person: Erasure.objects.filter(person=person), erase=KEEP)
personal("account/exports", lambda person: Export.objects.filter(by=person), erase=KEEP)
personal("account/actions", lambda person: AuditRecord.objects.filter(actor=person), erase=KEEP)  # chained


@obstacle
def works_for_the_mall(person) -> list[str]:
    return [_("You work for the platform: your account is closed when you leave.")] if person.is_staff else []
