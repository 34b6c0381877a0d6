"""What shoppers report: goods and shops that should not be here as they are."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField


class Complaint(models.Model):
    """
    Somebody says that something is wrong with a product or a shop, named by its public id; staff decide.

    ``subject_name`` is what it was called then, ``shop_id`` the shop that answers for it.
    """

    class Kind(models.TextChoices):
        PRODUCT = "product", _("A product")
        SHOP = "shop", _("A shop")

    class Reason(models.TextChoices):
        COUNTERFEIT = "counterfeit", _("Counterfeit, or a brand it is not")
        PROHIBITED = "prohibited", _("May not be sold")
        MISLEADING = "misleading", _("Promises what is not true")
        UNSAFE = "unsafe", _("Dangerous, or bad for the health")
        STOLEN = "stolen", _("Uses pictures or words of somebody else")
        OFF_MALL = "off_mall", _("Asks for money or contact outside the mall")
        OTHER = "other", _("Something else")

    class Status(models.TextChoices):
        OPEN = "open", _("Waits for a decision")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")

    FLOW = Flow({Status.OPEN: {Status.UPHELD, Status.DISMISSED}, Status.UPHELD: set(), Status.DISMISSED: set()})

    public_id = PublicIdField(prefix="cpl")
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    subject_id = models.CharField(_("number of what is reported"), max_length=40)
    subject_name = models.CharField(_("what is reported"), max_length=200, blank=True, default="")
    shop_id = models.CharField(_("shop"), max_length=40)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="complaints", verbose_name=_("who reported it")
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    words = models.CharField(_("in her words"), max_length=500, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    reported_at = models.DateTimeField(_("reported at"))
    verdict = models.CharField(_("verdict"), max_length=300, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("report of goods or a shop"), _("reports of goods and shops")
        permissions = [("decide_complaint", "Can uphold and dismiss reports of goods and shops")]
        indexes = [
            models.Index(fields=["status", "reported_at"], name="complaint_queue"),
            models.Index(fields=["reporter", "reported_at"], name="complaint_of_person"),
            models.Index(fields=["subject_id", "decided_at"], name="complaint_of_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "subject_id"], condition=Q(status="open"), name="complaint_one_open_per_person"
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="complaint_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.subject_name or self.subject_id
