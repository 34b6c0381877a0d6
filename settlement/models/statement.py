"""Statements (S5): the daily and monthly bill of a shop, frozen; and what the shop says of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, Money, MoneyField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet
from settlement.models.ledger import Account, Posting

# An accepted month of which the mall has something to invoice, and has not yet.
TO_INVOICE = Q(kind="monthly", status="accepted", invoice_issued_at=None, commission__gt=0 - F("fees"))


class StatementQuerySet(ShopOwnedQuerySet):
    def to_invoice(self):
        return self.filter(TO_INVOICE)


class Statement(ShopOwned):
    """
    A shop's bill for a day or a month, in one currency: opening balance, movements, closing balance, over all of the
    shop's accounts. Amounts are as the shop reads them: what it is owed is positive.

    Its figures are written once; what happens later with an earlier date stands on the next one.
    """

    class Kind(models.TextChoices):
        DAILY = "daily", _("Daily")
        MONTHLY = "monthly", _("Monthly")

    class Status(models.TextChoices):
        ISSUED = "issued", pgettext_lazy("statement of account", "To be looked at")
        DISPUTED = "disputed", pgettext_lazy("statement of account", "Disputed")
        ACCEPTED = "accepted", pgettext_lazy("statement of account", "Accepted")

    FLOW = Flow(
        {
            Status.ISSUED: {Status.ACCEPTED, Status.DISPUTED},
            Status.DISPUTED: {Status.ACCEPTED},
            Status.ACCEPTED: set(),
        }
    )

    public_id = PublicIdField(prefix="stm")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    currency = CurrencyField()
    period_from = models.DateField(_("first day"))
    period_to = models.DateField(_("last day"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ISSUED)
    line_count = models.PositiveIntegerField(_("lines"))
    opening = MoneyField(_("opening balance"))
    moved = MoneyField(_("movements"))
    closing = MoneyField(_("closing balance"))
    commission = MoneyField(_("commission"))
    fees = MoneyField(_("fees"))
    parties = MoneyField(_("parts of others"), default=0, db_default=0)
    tax_bps = models.PositiveIntegerField(_("tax rate (bps)"))
    next_posting = models.BigIntegerField()  # no posting below it is left for a later statement of this kind
    frozen_at = models.DateTimeField(_("made at"))
    accept_by = models.DateTimeField(_("counts as accepted from"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("accepted by")
    )
    invoice_issued_at = models.DateTimeField(_("commission invoice issued at"), null=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("statement of account"), _("statements of account")
        indexes = [
            models.Index(fields=["shop", "kind", "-period_from", "-id"], name="statement_of_shop"),
            models.Index(fields=["accept_by"], name="statement_to_accept", condition=Q(status="issued")),
            models.Index(fields=["accepted_at"], name="statement_to_invoice", condition=TO_INVOICE),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "kind", "currency", "period_from"], name="statement_once_per_period"
            ),
            models.CheckConstraint(condition=Q(closing=F("opening") + F("moved")), name="statement_adds_up"),
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="statement_period_has_days"),
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(accepted_at__isnull=False),
                name="statement_accepted_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def invoiced(self) -> Money:
        """What the platform's invoice is over: commission and fees, tax included."""
        return self.commission + self.fees

    @property
    def invoice_parts(self) -> tuple[Money, Money]:
        """The invoice's amount without tax, and the tax; both add up to what is invoiced."""
        net, tax = self.invoiced.allocate([10_000, self.tax_bps])
        return net, tax

    @property
    def is_to_invoice(self) -> bool:
        """Whether the mall may issue its invoice now."""
        is_open = self.status == self.Status.ACCEPTED and self.invoice_issued_at is None
        return self.kind == self.Kind.MONTHLY and is_open and self.invoiced.minor > 0


class CommissionInvoice(ShopOwned):
    """
    The mall's invoice to a shop for the commission and fees of a month: the figures of its statement, the number under
    which it was issued, and the PDF, sealed. Written once.
    """

    statement = models.OneToOneField(
        Statement, models.PROTECT, related_name="commission_invoice", verbose_name=_("statement of account")
    )
    number = models.CharField(_("invoice number"), max_length=20, unique=True)
    currency = CurrencyField()
    net = MoneyField(_("without tax"))
    tax = MoneyField(_("tax"))
    gross = MoneyField(_("together"))
    tax_bps = models.PositiveIntegerField(_("tax rate (bps)"))
    file = models.CharField(_("file"), max_length=120)
    issued_at = models.DateTimeField(pgettext_lazy("invoice", "issued at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name, verbose_name_plural = _("commission invoice"), _("commission invoices")
        permissions = [("issue_commissioninvoice", "Can issue commission invoices")]
        constraints = [
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="commission_invoice_adds_up"),
            models.CheckConstraint(
                condition=Q(gross__gt=0, net__gte=0, tax__gte=0), name="commission_invoice_over_something"
            ),
            models.CheckConstraint(
                condition=Q(number__regex="^([0-9]{8}|[0-9]{20})$"), name="commission_invoice_number_has_8_or_20_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StatementBalance(ShopOwned):
    """One account on a statement: opening, movements, closing."""

    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="balances", verbose_name=_("statement of account")
    )  # fmt: skip
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("account"))
    currency = CurrencyField()
    opening = MoneyField(_("opening balance"))
    moved = MoneyField(_("movements"))
    closing = MoneyField(_("closing balance"))

    class Meta:
        verbose_name, verbose_name_plural = _("balance on a statement"), _("balances on statements")
        constraints = [
            models.UniqueConstraint(fields=["statement", "account"], name="statement_balance_once_per_account"),
            models.CheckConstraint(condition=Q(closing=F("opening") + F("moved")), name="statement_balance_adds_up"),
        ]

    def __str__(self) -> str:
        return str(self.account)


class StatementLine(ShopOwned):
    """One posting on a statement; a posting stands on one statement of each kind."""

    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="lines", db_index=False, verbose_name=_("statement of account")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Statement.Kind)
    posting = models.ForeignKey(
        Posting, models.PROTECT, related_name="+", db_index=False, db_constraint=False, verbose_name=_("posting")
    )
    order_public_id = models.CharField(_("order"), max_length=24, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("line of a statement"), _("lines of statements")
        indexes = [models.Index(fields=["statement", "id"], name="statement_line_of_statement")]
        constraints = [
            models.UniqueConstraint(fields=["posting", "kind"], name="statement_line_once_per_posting_and_kind")
        ]


class Dispute(ShopOwned):
    """A shop says that a line is wrong; staff answer."""

    class Status(models.TextChoices):
        OPEN = "asked", _("Being looked at")
        UPHELD = "granted", _("The shop is right")
        REFUSED = "refused", _("The line is right")

    FLOW = Flow({Status.OPEN: {Status.UPHELD, Status.REFUSED}, Status.UPHELD: set(), Status.REFUSED: set()})

    public_id = PublicIdField(prefix="dis")
    line = models.OneToOneField(StatementLine, models.PROTECT, related_name="dispute", verbose_name=_("line"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("disputed by")
    )  # fmt: skip
    asked_at = models.DateTimeField(_("disputed at"))
    answer = models.CharField(_("answer"), max_length=500, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("disputed line"), _("disputed lines")
        permissions = [("answer_dispute", "Can answer disputes")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="dispute_says_why"),
            models.CheckConstraint(
                condition=Q(status="asked", answered_at=None) | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="dispute_answered_in_words",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
