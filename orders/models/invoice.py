"""Invoices that shoppers ask of shops for what they paid (O2, O9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.crypto import EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet
from orders.models.order import Order


class InvoiceKind(models.TextChoices):
    PERSONAL = "personal", pgettext_lazy("invoice", "Personal")
    COMPANY = "company", pgettext_lazy("invoice", "Company")


class InvoiceProfile(models.Model):
    """To whom a shopper's last invoice was made out, encrypted; the next one takes it from here."""

    shopper = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invoice_profile")
    kind = models.CharField(_("kind"), max_length=8, choices=InvoiceKind)
    title = EncryptedTextField(pgettext_lazy("invoice", "title"), row="shopper_id")
    tax_number = EncryptedTextField(_("tax number"), row="shopper_id")
    email = EncryptedTextField(_("e-mail address"), row="shopper_id")
    said_at = models.DateTimeField(_("said at"))

    class Meta:
        verbose_name, verbose_name_plural = _("invoice profile"), _("invoice profiles")

    def __str__(self) -> str:
        return f"{self.title}"


class InvoiceQuerySet(ShopOwnedQuerySet):
    def to_answer(self):
        """What waits for the shop: to be issued since it is paid, or to be corrected."""
        return self.filter(Q(status=Invoice.Status.ASKED, order__paid_at__isnull=False) | Q(status="due"))


class Invoice(ShopOwned):
    """
    To whom the invoice of an order is made out, and how far the shop is with it. What it issued stands in
    ``InvoicePaper``: one invoice, and a red-letter one for each time money went back afterwards.
    """

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("invoice", "Asked for")
        ISSUED = "issued", pgettext_lazy("invoice", "Issued")
        REFUSED = "refused", pgettext_lazy("invoice", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("invoice", "Withdrawn")
        CORRECTION_DUE = "due", pgettext_lazy("invoice", "Correction due")
        REVERSED = "reversed", pgettext_lazy("invoice", "Reversed")

    FLOW = Flow(
        {
            Status.ASKED: {Status.ISSUED, Status.REFUSED, Status.WITHDRAWN},
            Status.REFUSED: {Status.ASKED},
            Status.WITHDRAWN: {Status.ASKED},
            Status.ISSUED: {Status.CORRECTION_DUE},
            Status.CORRECTION_DUE: {Status.ISSUED, Status.REVERSED},
            Status.REVERSED: set(),
        }
    )

    public_id = PublicIdField(prefix="ivc")
    order = models.OneToOneField(Order, models.PROTECT, related_name="invoice", verbose_name=_("order"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ASKED)
    kind = models.CharField(_("kind"), max_length=8, choices=InvoiceKind)
    title = EncryptedTextField(pgettext_lazy("invoice", "title"))
    tax_number = EncryptedTextField(_("tax number"))
    email = EncryptedTextField(_("e-mail address"))
    asked_at = models.DateTimeField(_("asked at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    due_at = models.DateTimeField(_("correction due since"), null=True)
    reason = models.CharField(_("why not"), max_length=200, blank=True, default="")

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("invoice"), _("invoices")
        indexes = [models.Index(fields=["shop", "status", "id"], name="invoice_of_shop")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["asked", "withdrawn"]) | Q(answered_at__isnull=False),
                name="invoice_answered_has_a_moment",
            ),
            models.CheckConstraint(condition=~Q(status="refused") | ~Q(reason=""), name="invoice_refused_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(status="due") | Q(due_at__isnull=False), name="invoice_due_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open_to_changes(self) -> bool:
        """Whether its shopper may still say to whom it is made out."""
        return self.status in {self.Status.ASKED, self.Status.REFUSED, self.Status.WITHDRAWN}


class InvoicePaper(ShopOwned):
    """What a shop issued: the invoice, or a red-letter one that takes back a part of it. A sealed PDF, written once."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="papers", verbose_name=_("invoice"))
    number = models.CharField(_("invoice number"), max_length=20)
    is_red = models.BooleanField(_("red-letter"), default=False)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    file = models.CharField(_("file"), max_length=120)
    issued_at = models.DateTimeField(pgettext_lazy("invoice", "issued at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name, verbose_name_plural = _("invoice paper"), _("invoice papers")
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="invoice_number_once_per_shop"),
            models.UniqueConstraint(fields=["invoice"], condition=Q(is_red=False), name="invoice_issued_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.number
