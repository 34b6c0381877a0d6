"""A member of staff asks to see personal data, another grants it for some hours; and every look that followed."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.flow import Flow
from mall.ids import PublicIdField


class AccessRequest(models.Model):
    """
    Who wants to see which fields, of what, for which purpose and how long; and what became of it.

    Access that is granted ends by itself: what counts is the moment, not a job that comes along.
    """

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("access", "Asked for")
        GRANTED = "granted", pgettext_lazy("access", "Granted")
        REFUSED = "refused", pgettext_lazy("access", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("access", "Withdrawn")
        ENDED = "ended", pgettext_lazy("access", "Ended early")

    class Purpose(models.TextChoices):
        ASKED_FOR_HELP = "help", _("The person or the shop asked for help")
        DISPUTE = "dispute", _("A dispute over an order")
        PAYOUT = "payout", _("A payout that does not arrive")
        DOCUMENTS = "documents", _("Documents that must be compared again")
        CUSTOMS = "customs", _("A question of customs")
        FRAUD = "fraud", _("Suspected fraud")
        AUTHORITY = "authority", _("A demand of an authority")

    QUIET = frozenset({Purpose.FRAUD, Purpose.AUTHORITY})
    """For these nobody is told of a look: it would warn whom it concerns."""

    FLOW = Flow(
        {
            Status.ASKED: {Status.GRANTED, Status.REFUSED, Status.WITHDRAWN},
            Status.GRANTED: {Status.ENDED},
            Status.REFUSED: set(),
            Status.WITHDRAWN: set(),
            Status.ENDED: set(),
        }
    )

    public_id = PublicIdField(prefix="acr")
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.ASKED)
    subject = models.CharField(_("of what"), max_length=40)
    fields = models.JSONField(_("which fields"))
    purpose = models.CharField(_("purpose"), max_length=9, choices=Purpose)
    reason = models.CharField(_("why this is needed"), max_length=500)
    ticket = models.CharField(_("ticket"), max_length=60)
    hours = models.PositiveSmallIntegerField(_("hours"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer = models.CharField(_("refused because"), max_length=300, blank=True, default="")
    expires_at = models.DateTimeField(_("lasts until"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("access request"), _("access requests")
        permissions = [("decide_accessrequest", "Can grant or refuse access to personal data that another asks for")]
        indexes = [
            models.Index(fields=["asked_by", "expires_at"], name="access_in_force", condition=Q(status="granted")),
            models.Index(fields=["asked_at"], name="access_waiting", condition=Q(status="asked")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="access_never_granted_to_oneself"),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "withdrawn"], decided_by=None, decided_at=None)
                | Q(status__in=["granted", "refused", "ended"], decided_by__isnull=False, decided_at__isnull=False),
                name="access_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["granted", "ended"], expires_at__gt=F("decided_at"))
                | Q(status__in=["asked", "refused", "withdrawn"], expires_at=None),
                name="access_granted_has_an_end",
            ),
            models.CheckConstraint(condition=~Q(status="refused") | ~Q(answer=""), name="access_refused_says_why"),
            models.CheckConstraint(
                condition=Q(status__in=["withdrawn", "ended"], ended_by__isnull=False, ended_at__isnull=False)
                | Q(status__in=["asked", "granted", "refused"], ended_by=None, ended_at=None),
                name="access_ended_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(ticket="") & ~Q(reason=""), name="access_has_ticket_and_reason"),
            models.CheckConstraint(condition=Q(hours__gte=1), name="access_lasts_at_least_an_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} ({self.subject})"

    def is_in_force(self, now: datetime) -> bool:
        return self.status == self.Status.GRANTED and now < self.expires_at

    @property
    def is_quiet(self) -> bool:
        return self.purpose in self.QUIET


class AccessLook(models.Model):
    """One look at one field, under one request; written once, beside its line in the audit trail."""

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="looks", verbose_name=_("access request"))
    subject = models.CharField(_("of what"), max_length=40)
    field = models.CharField(_("field"), max_length=80)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("look"), _("looks")

    def __str__(self) -> str:
        return f"{self.subject} {self.field}"
