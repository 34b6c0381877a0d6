"""
The devices that a person signs in with (R9): she is told of each new one, with when, roughly where, and what to do.

A device is a browser's number (``marks``), so who throws her cookies away is told once more: rather that than silence.
"""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from mall import clock
from mall.accounts.marks import marks_of, network_shown, number_device
from mall.accounts.models import KnownDevice, User
from mall.accounts.notices import NEW_DEVICE
from mall.accounts.sessions import device_of
from mall.audit.trail import record
from mall.notifications.sending import notify


def note_device(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Somebody has signed in: number her browser, and tell her when it is none of those that she is known to use."""
    number_device(request, response)
    see_device(
        person=person,
        device=marks_of(request).device,
        user_agent=request.headers.get("User-Agent", ""),
        network=network_shown(request),
        now=clock.now(),
    )


@transaction.atomic
def see_device(*, person: User, device: str, user_agent: str, network: str, now: datetime) -> bool:
    """Note that a person signed in with a device; returns whether she was told of it."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two sign-ins at once: one is the first
    is_first = not person.devices.exists()
    row, is_new = KnownDevice.objects.get_or_create(
        person=person, device=device, defaults={"first_at": now, "seen_at": now}
    )
    if not is_new:
        row.seen_at = now
        row.save(update_fields=["seen_at"])
        return False
    if is_first:
        return False
    with override(person.language):
        facts = {
            "device": " · ".join(filter(None, device_of(user_agent))) or _("A browser that does not say its name"),
            "at": now.astimezone(clock.BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M"),
            "network": network or _("(not known)"),
        }
    notify([person], NEW_DEVICE, facts, url=reverse("usersessions_list"), now=now)
    record("accounts.new_device", person.public_id, by=person, now=now, after={"network": network})
    return True


def hours_known(*, person: User, device: str, now: datetime) -> int:
    """For how many whole hours a person is known to use a device; none for one that she never signed in with."""
    first = KnownDevice.objects.filter(person=person, device=device).values_list("first_at", flat=True).first()
    return int((now - first).total_seconds() // 3600) if first and device else 0
