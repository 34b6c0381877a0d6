"""Which shops may sell the goods of a protected brand, and until when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.category import Brand
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.sealed_files import document_storage
from mall.tenancy import ShopOwned


class BrandAuthorization(ShopOwned):
    """A shop shows that a brand lets it sell; staff decide, and it holds through its last day."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Waits for a decision")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn by the platform")

    FLOW = Flow(
        {
            Status.ASKED: {Status.GRANTED, Status.REFUSED},
            Status.GRANTED: {Status.WITHDRAWN},
            Status.REFUSED: set(),
            Status.WITHDRAWN: set(),
        }
    )

    public_id = PublicIdField(prefix="bra")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="authorizations", verbose_name=_("brand"))
    number = models.CharField(_("number of the document"), max_length=60)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    file = models.FileField(_("document"), max_length=120, storage=document_storage, upload_to="")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("authorization of a brand"), _("authorizations of brands")
        permissions = [("decide_brandauthorization", "Can decide authorizations of brands")]
        indexes = [
            models.Index(fields=["status", "asked_at"], name="brand_authorization_queue"),
            models.Index(fields=["shop", "brand", "status"], name="brand_authorization_of_shop"),
            models.Index(fields=["valid_to"], name="brand_authorization_ends", condition=Q(status="granted")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "brand"], condition=Q(status="asked"), name="brand_authorization_asked_once"
            ),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="brand_authorization_has_days"),
            models.CheckConstraint(
                condition=Q(status="asked") | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="brand_authorization_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["refused", "withdrawn"]) | ~Q(reason=""),
                name="brand_authorization_refused_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class AuthorizationWarning(models.Model):
    """A shop was told that an authorization runs out in so many days."""

    authorization = models.ForeignKey(BrandAuthorization, models.CASCADE, related_name="warnings")
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authorization", "days"], name="authorization_warning_once")]

    def __str__(self) -> str:
        return f"{self.authorization_id}: {self.days}"
