"""One export: what was asked for, how far it has come, and where its file is."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned


class Export(ShopOwned):
    """
    A file that a person of a shop asked for. ``kind`` names a declaration of the registry; ``asked`` is the filter.

    ``attempts`` counts who has worked on it: a worker that was given up writes nothing any more. ``beat_at`` is the
    last sign of life, in real time.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("a file", "Waiting")
        RUNNING = "running", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")

    FLOW = Flow(
        {
            Status.WAITING: {Status.RUNNING, Status.FAILED},
            Status.RUNNING: {Status.READY, Status.FAILED, Status.WAITING},
            Status.READY: {Status.EXPIRED},
            Status.FAILED: set(),
            Status.EXPIRED: set(),
        }
    )

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    public_id = PublicIdField(prefix="exp")
    kind = models.CharField(_("of"), max_length=40)
    format = models.CharField(_("format"), max_length=4, choices=Format)
    asked = models.JSONField(_("filter"), default=dict)
    is_personal = models.BooleanField(_("with personal data"), default=False)
    language = models.CharField(_("language"), max_length=10)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    rows_total = models.PositiveIntegerField(_("rows"), null=True)
    rows_done = models.PositiveIntegerField(_("rows written"), default=0)
    file = models.CharField(_("file"), max_length=200, blank=True, default="")
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    asked_at = models.DateTimeField(_("asked at"))
    beat_at = models.DateTimeField(_("last sign of life"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    expires_at = models.DateTimeField(_("expires at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("export"), _("exports")
        indexes = [
            models.Index(fields=["shop", "-id"], name="export_of_shop"),
            models.Index(fields=["beat_at"], name="export_at_work", condition=Q(status__in=["waiting", "running"])),
            models.Index(fields=["expires_at"], name="export_ready", condition=Q(status="ready")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="ready") | (~Q(file="") & Q(expires_at__isnull=False)),
                name="export_ready_has_a_file",
            ),
            models.CheckConstraint(condition=Q(status="ready") | Q(file=""), name="export_file_only_when_ready"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_at_work(self) -> bool:
        return self.status in {self.Status.WAITING, self.Status.RUNNING}

    @property
    def percent(self) -> int:
        """How far it has come, 0-100."""
        if self.status == self.Status.READY:
            return 100
        return min(99, 100 * self.rows_done // self.rows_total) if self.rows_total else 0
