"""Documents that prove what a business says (M1), and the trades that they let it sell in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.crypto import BlindIndexField, EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.sealed_files import document_storage
from mall.texts import TextField
from merchants.models.application import Application
from merchants.models.merchant import Merchant
from merchants.models.requirement import Trade


class DocumentQuerySet(models.QuerySet):
    def current(self):
        return self.exclude(status=Document.Status.REPLACED)


class Document(models.Model):
    """
    One paper: what it is, its number, issuer and validity, and its file, encrypted.

    It comes with an application, or later from the merchant as a renewal. A changed paper is a new row; the former one
    is kept as replaced.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Awaiting review")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        REPLACED = "replaced", _("Replaced")

    FLOW = Flow(
        {
            Status.WAITING: {Status.ACCEPTED, Status.REFUSED, Status.REPLACED},
            Status.ACCEPTED: {Status.REFUSED, Status.REPLACED},
            Status.REFUSED: {Status.ACCEPTED, Status.REPLACED},
            Status.REPLACED: set(),
        }
    )

    public_id = PublicIdField(prefix="doc")
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, related_name="documents", verbose_name=_("application")
    )
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, related_name="documents", verbose_name=_("merchant")
    )
    kind = models.SlugField(_("kind"), max_length=30)  # the code of a requirement
    name = TextField(_("name"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    number = EncryptedTextField(_("number"))
    number_index = BlindIndexField(source="number")
    issuer = models.CharField(_("issued by"), max_length=120, blank=True, default="")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True)  # none: without end
    file = models.FileField(_("file"), storage=document_storage, max_length=120)
    content_type = models.CharField(_("type of file"), max_length=20)
    size = models.PositiveIntegerField(_("size in bytes"))
    checksum = models.CharField(_("SHA-256"), max_length=64)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    findings = models.JSONField(_("automatic check"), default=list)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    check_tries = models.PositiveSmallIntegerField(_("tries of the check"), default=0)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replacements", verbose_name=_("replaces")
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("paper", "document"), _("documents")
        permissions = [("audit_document", "Can decide about documents")]
        indexes = [
            models.Index(fields=["valid_to"], name="document_runs_out", condition=Q(status="accepted")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=False) | Q(merchant__isnull=False), name="document_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="document_valid_forwards"
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="document_refused_says_who_and_why",
            ),
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(decided_at__isnull=False), name="document_accepted_has_a_moment"
            ),
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(merchant=None) & ~Q(status="replaced"),
                name="document_one_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["merchant", "kind"], condition=Q(status="accepted"), name="document_one_accepted"
            ),
            models.UniqueConstraint(
                fields=["merchant", "kind"], condition=Q(status="waiting"), name="document_one_renewal"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def has_run_out(self, today) -> bool:
        """Its last day has passed."""
        return self.valid_to is not None and self.valid_to < today


class RegistryAnswer(models.Model):
    """What a public register said when it was asked about a document, or that it said nothing; written once."""

    class Outcome(models.TextChoices):
        YES = "yes", _("Agrees")
        NO = "no", _("Does not know it")
        MISMATCH = "mismatch", _("Knows it otherwise")
        TIMEOUT = "timeout", _("Did not answer")

    document = models.ForeignKey(
        Document, models.PROTECT, related_name="answers", verbose_name=pgettext_lazy("paper", "document")
    )
    registry = models.CharField(_("register"), max_length=10)
    outcome = models.CharField(_("answer"), max_length=10, choices=Outcome)
    detail = models.CharField(_("words"), max_length=300, blank=True, default="")
    asked_at = models.DateTimeField(_("asked at"))
    took_ms = models.PositiveIntegerField(_("milliseconds"))

    class Meta:
        verbose_name, verbose_name_plural = _("register's answer"), _("registers' answers")

    def __str__(self) -> str:
        return f"{self.registry}: {self.outcome}"


class DocumentWarning(models.Model):
    """A merchant was told that a document runs out in so many days; once for each of 30, 15 and 7."""

    document = models.ForeignKey(
        Document, models.CASCADE, related_name="warnings", verbose_name=pgettext_lazy("paper", "document")
    )
    days = models.PositiveSmallIntegerField(_("days before"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("warning"), _("warnings")
        constraints = [models.UniqueConstraint(fields=["document", "days"], name="document_warned_once")]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.days}"


class AdmittedTrade(models.Model):
    """A merchant may sell in a trade; suspended while a document that the trade needs has run out."""

    merchant = models.ForeignKey(
        Merchant, models.PROTECT, related_name="admitted_trades", verbose_name=_("merchant")
    )  # fmt: skip
    trade = models.ForeignKey(Trade, models.PROTECT, related_name="admitted", verbose_name=_("trade"))
    admitted_at = models.DateTimeField(_("admitted at"))
    suspended_at = models.DateTimeField(_("suspended at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("admitted trade"), _("admitted trades")
        constraints = [models.UniqueConstraint(fields=["merchant", "trade"], name="trade_admitted_once")]

    def __str__(self) -> str:
        return f"{self.merchant_id}: {self.trade_id}"
