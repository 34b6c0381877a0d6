"""
Invitations to a shop (A4): by e-mail, with a token that expires; taken by whoever owns the address, account or not.

The token is the invitation's id signed with the mall's secret: nothing secret lies in the database or in the queue.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mall.accounts.guessing import may_send_code
from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import InvitationAccepted
from mall.notifications import mails
from mall.refusals import Refusal
from merchants.models import Invitation, Seat, Shop
from merchants.seats import give_seat
from merchants.tunables import INVITATION_DAYS

_SIGNER = Signer(salt="merchants.invitation")


class AlreadySeated(Refusal):
    """The person works in the shop already."""

    code = "already-seated"


class EnoughMessages(Refusal):
    """The address has been sent as many messages as it may be sent in a day."""

    code = "enough-messages"


class InvitationGone(Refusal):
    """The invitation was taken, withdrawn, or its time is over."""

    code = "invitation-gone"
    status = 410


class ForSomebodyElse(Refusal):
    """The invitation was sent to another address."""

    code = "for-somebody-else"
    status = 403


@transaction.atomic
def invite(*, shop: Shop, email: str, role: str, by, now: datetime) -> Invitation:
    """
    Ask somebody by e-mail to take a seat; an open invitation to the same address is replaced.

    :raises AlreadySeated: who has this address sits in the shop
    :raises EnoughMessages: it has had its messages for today
    """
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    email = email.strip()
    if Seat.objects.filter(shop=shop, user__email__iexact=email).exists():
        raise AlreadySeated(_("This person works in the shop already."))
    if not may_send_code(email):
        raise EnoughMessages(_("This address has been sent enough messages for today. Try again tomorrow."))
    _open(shop, email).update(withdrawn_at=now)
    invitation = Invitation.objects.create(
        shop=shop,
        email=email,
        role=Seat.Role(role),
        language=_known(get_language()),
        invited_by=by,
        invited_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS.value),
    )
    record(
        "merchants.invite",
        invitation.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"role": invitation.role},
    )
    transaction.on_commit(lambda: _nudge(invitation.public_id), robust=True)
    return invitation


def _known(language: str | None) -> str:
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _open(shop: Shop, email: str):
    return Invitation.objects.owned_by(shop).filter(email__iexact=email, accepted_at=None, withdrawn_at=None)


def _nudge(public_id: str) -> None:
    from merchants.tasks import mail_invitation

    mail_invitation.apply_async(kwargs={"public_id": public_id}, retry=False, ignore_result=True)


def mail(*, public_id: str, now: datetime) -> bool:
    """Send the e-mail of an invitation that is still open, in the language of who invites."""
    invitation = Invitation.objects.select_related("shop", "invited_by").get(public_id=public_id)
    if not invitation.is_open(now):
        return False
    with translation.override(invitation.language):
        mails.send(
            to=invitation.email,
            title=_("Work in %(shop)s") % {"shop": invitation.shop.name},
            words=_(
                "%(person)s invites you to work in the shop %(shop)s as: %(role)s."
                " The invitation is good until %(until)s."
            )
            % {
                "person": invitation.invited_by.get_full_name(),
                "shop": invitation.shop.name,
                "role": invitation.get_role_display(),
                "until": f"{invitation.expires_at:%Y-%m-%d}",
            },
            path=path_of(invitation),
            button=_("Look at the invitation"),
        )
    return True


def path_of(invitation: Invitation) -> str:
    from django.urls import reverse

    return reverse("storefront:merchants:invitation", args=[_SIGNER.sign(invitation.public_id)])


def find(token: str) -> Invitation | None:
    """The invitation that a token names; ``None`` when nobody of ours signed it."""
    try:
        public_id = _SIGNER.unsign(token)
    except BadSignature:
        return None
    return Invitation.objects.select_related("shop", "invited_by").filter(public_id=public_id).first()


@transaction.atomic
def accept(*, invitation: Invitation, by, now: datetime) -> Seat:
    """
    Take the seat; it holds from the next request on.

    :raises InvitationGone: it was taken, withdrawn, or expired
    :raises ForSomebodyElse: ``by`` has another address
    """
    Shop.objects.select_for_update().get(pk=invitation.shop_id)
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("shop").get(pk=invitation.pk)
    if not invitation.is_open(now):
        raise InvitationGone(_("This invitation is no longer good. Ask the shop for another."))
    if by.email.casefold() != invitation.email.casefold():
        raise ForSomebodyElse(
            _("This invitation was sent to %(email)s. Sign in with that address.") % {"email": invitation.email}
        )
    seat = give_seat(shop=invitation.shop, user=by, role=invitation.role, by=by, now=now)
    invitation.accepted_at, invitation.accepted_by = now, by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    publish(
        InvitationAccepted(
            invitation_id=invitation.public_id,
            shop_id=invitation.shop.public_id,
            person_id=by.public_id,
            role=invitation.role,
            accepted_at=now,
        )
    )
    return seat


@transaction.atomic
def withdraw(*, invitation: Invitation, by, now: datetime) -> None:
    """
    Nobody can take the seat any more.

    :raises InvitationGone: it was taken or withdrawn already
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("shop").get(pk=invitation.pk)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise InvitationGone(_("This invitation is no longer open."))
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    record(
        "merchants.withdraw_invitation", invitation.public_id, by=by, now=now, shop_slug=invitation.shop.slug
    )  # fmt: skip


def open_invitations(shop: Shop) -> list[Invitation]:
    """What was neither taken nor withdrawn, newest first; expired ones too, so that they can be sent anew."""
    rows = Invitation.objects.owned_by(shop).filter(accepted_at=None, withdrawn_at=None)
    return list(rows.select_related("invited_by").order_by("-pk"))
