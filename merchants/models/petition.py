"""What a shop asks of the platform's staff, and what they answered (M6, M7, M9)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned


class Petition(ShopOwned):
    """
    A request with its reason and its decision.

    ``subject`` names what it is about: nothing for a revival, the month of a score, a sanction's public id.
    ``against`` is the person whose decision it asks to undo; somebody else answers.
    """

    class Kind(models.TextChoices):
        REVIVAL = "revival", _("Revival of a frozen shop")
        SCORE = "score", _("Appeal against a score")
        SANCTION = "sanction", _("Appeal against a sanction")
        TRADE = "trade", _("Appeal against a case of fake trade")

    class Status(models.TextChoices):
        ASKED = "asked", _("Awaiting an answer")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    FLOW = Flow({Status.ASKED: {Status.GRANTED, Status.REFUSED}, Status.GRANTED: set(), Status.REFUSED: set()})

    public_id = PublicIdField(prefix="pet")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ASKED)
    subject = models.CharField(_("about"), max_length=40, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=1000)
    named = models.JSONField(_("entries of the growth file that it names"), default=list)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    against = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("against a decision of")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("petition"), _("petitions")
        permissions = [("decide_petition", "Can answer petitions of shops")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="asked", decided_at=None, decided_by=None)
                | (~Q(status="asked") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="petition_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="petition_not_decided_by_who_asked"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(against=None) | ~Q(decided_by=F("against")),
                name="petition_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["shop", "kind", "subject"], condition=Q(status="asked"), name="petition_one_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="petition_waiting", condition=Q(status="asked"))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}".strip()
