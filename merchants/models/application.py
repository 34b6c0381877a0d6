"""A business asks to join the mall (M2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.crypto import BlindIndexField, EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.texts import TextField
from merchants.models.merchant import Merchant


class Application(models.Model):
    """What an applicant says of her business, what the automatic check found, what staff decided."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", _("Awaiting review")
        CHANGES_REQUESTED = "changes", _("Changes requested")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    FLOW = Flow(
        {
            Status.SUBMITTED: {Status.APPROVED, Status.CHANGES_REQUESTED, Status.REJECTED},
            Status.CHANGES_REQUESTED: {Status.SUBMITTED},
            Status.APPROVED: set(),
            Status.REJECTED: set(),
        }
    )

    public_id = PublicIdField(prefix="app")
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications", verbose_name=_("applicant")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SUBMITTED)
    merchant_name = models.CharField(_("registered name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Merchant.Kind)
    credit_code = models.CharField(_("unified social credit code"), max_length=18)
    contact_name = EncryptedTextField(_("contact"))
    contact_phone = EncryptedTextField(_("phone"))
    contact_phone_index = BlindIndexField(source="contact_phone")
    shop_name = TextField(_("shop name"))
    shop_slug = models.SlugField(_("shop address"), max_length=40)
    goods = models.CharField(_("what you will sell"), max_length=300)
    findings = models.JSONField(_("automatic check"), default=list)
    submitted_at = models.DateTimeField(_("submitted at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, related_name="applications", verbose_name=_("merchant")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("application"), _("applications")
        permissions = [("audit_application", "Can decide about applications")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="submitted") | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="application_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status="approved", merchant__isnull=False) | (~Q(status="approved") & Q(merchant=None)),
                name="application_approved_means_merchant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_name} ({self.get_status_display()})"
