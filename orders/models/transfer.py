"""Bank transfers (O3): what a payer was told to quote, what the custodian's statements say, and money sent back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.crypto import EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from orders.models.payment import Payment


class Transfer(models.Model):
    """The reference under which the payer of one payment transfers the money; it is never given out again."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="transfer", verbose_name=_("payment"))
    reference = models.CharField(_("reference to quote"), max_length=12, unique=True)
    asked_at = models.DateTimeField(_("asked at"))

    class Meta:
        verbose_name, verbose_name_plural = _("bank transfer"), _("bank transfers")

    def __str__(self) -> str:
        return self.reference


class BankStatement(models.Model):
    """A statement of the custodian's account as it was read: uploaded by a person, or fetched from the bank."""

    public_id = PublicIdField(prefix="bst")
    name = models.CharField(_("file name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )  # nobody: it was fetched
    read_at = models.DateTimeField(pgettext_lazy("bank line", "read at"))
    lines_count = models.PositiveIntegerField(_("lines"))
    fresh_count = models.PositiveIntegerField(_("of these new"))
    paid_count = models.PositiveIntegerField(_("of these paid at once"))

    class Meta:
        verbose_name, verbose_name_plural = _("statement of the custodian"), _("statements of the custodian")

    def __str__(self) -> str:
        return self.name


class BankLine(models.Model):
    """
    Money that came by transfer, counted once however many statements tell of it.

    What quotes the reference of an open payment and, with others of it, is its amount pays it at once. Everything else
    is open until one person has proposed what becomes of it and another has agreed: so much of it pays the payment
    (``used``), so much is sent back (``back``).
    """

    class Why(models.TextChoices):
        EXACT = "exact", _("The amount that was owed")
        UNDER = "under", _("Too little")
        OVER = "over", _("Too much")
        UNKNOWN = "unknown", _("Quotes no payment")
        LATE = "late", _("Nothing is owed any more")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("bank line", "Open")
        PROPOSED = "proposed", _("Waiting for the second person")
        DONE = "done", pgettext_lazy("bank line", "Done")

    class Decision(models.TextChoices):
        MATCH = "match", _("Pays the payment")
        RETURN = "return", _("Goes back to the sender")

    FLOW = Flow(
        {
            Status.OPEN: {Status.PROPOSED, Status.DONE},
            Status.PROPOSED: {Status.OPEN, Status.DONE},
            Status.DONE: set(),
        }
    )

    public_id = PublicIdField(prefix="bln")
    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="lines", verbose_name=_("statement of the custodian")
    )
    bank_reference = models.CharField(_("bank's number"), max_length=64, unique=True)
    booked_at = models.DateTimeField(_("booked by the bank at"))
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    payer_name = EncryptedTextField(_("payer"), blank=True, default="")
    payer_account = EncryptedTextField(_("payer's account"), blank=True, default="")
    remark = models.CharField(_("remark"), max_length=300, blank=True, default="")
    why = models.CharField(_("how it fits"), max_length=8, choices=Why)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="bank_lines", verbose_name=_("payment")
    )
    was_open = models.BooleanField(_("was not counted at once"), default=True)
    decision = models.CharField(_("what becomes of it"), max_length=6, choices=Decision, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    used = MoneyField(_("paid with it"), default=0)
    back = MoneyField(_("sent back of it"), default=0)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    read_at = models.DateTimeField(pgettext_lazy("bank line", "read at"))
    done_at = models.DateTimeField(_("done at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("transfer that came"), _("transfers that came")
        permissions = [
            ("read_statement", "Can upload statements of the custodian"),
            ("decide_bankline", "Can decide about transfers that came"),
        ]
        indexes = [
            models.Index(fields=["read_at"], name="bank_line_open", condition=~Q(status="done")),
            models.Index(fields=["done_at"], name="bank_line_done", condition=Q(status="done")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="bank_line_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="done", done_at__isnull=False, used__gte=0, back__gte=0)
                & Q(amount=F("used") + F("back"))
                & (Q(used=0) | Q(payment__isnull=False))
                | ~Q(status="done") & Q(done_at=None, used=0, back=0),
                name="bank_line_done_is_paid_or_sent_back",
            ),
            models.CheckConstraint(
                condition=Q(was_open=False, why="exact", back=0)
                | ~Q(status="done")
                | Q(why="under", back=0, decided_by=None)
                | Q(proposed_by__isnull=False, decided_by__isnull=False)
                & ~Q(proposed_by=F("decided_by"))
                & ~Q(reason=""),
                name="bank_line_decided_by_two",
            ),
        ]

    def __str__(self) -> str:
        return self.bank_reference


class SentBack(models.Model):
    """
    Money on its way back by transfer, for a line that came or for a refund: once for each. It has gone when the bank
    says so, or the person who told the bank to.
    """

    reference = models.CharField(_("for"), max_length=40, unique=True)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    line = models.ForeignKey(
        BankLine, models.PROTECT, related_name="sent_back", verbose_name=_("transfer that came")
    )  # to whose payer
    asked_at = models.DateTimeField(_("asked at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )  # nobody: the bank was told by the mall
    bank_reference = models.CharField(_("bank's number"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("transfer back"), _("transfers back")
        permissions = [("send_back", "Can note transfers back")]
        indexes = [models.Index(fields=["asked_at"], name="sent_back_waits", condition=Q(sent_at=None))]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="sent_back_amount_positive"),
            models.CheckConstraint(
                condition=Q(sent_at=None, bank_reference="") | Q(sent_at__isnull=False) & ~Q(bank_reference=""),
                name="sent_back_with_the_banks_number",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class SandboxTransfer(models.Model):
    """The sandbox bank's own book of transfers, in and out; only ``gateways/transfer_bank.py`` opens it."""

    bank_reference = models.CharField(max_length=64, unique=True)
    is_out = models.BooleanField(default=False)
    amount_minor = models.BigIntegerField()
    payer_name = models.CharField(max_length=200, blank=True, default="")
    payer_account = models.CharField(max_length=40, blank=True, default="")
    remark = models.CharField(max_length=300, blank=True, default="")
    merchant_reference = models.CharField(max_length=40, null=True, unique=True)  # of what the mall sends
    made_at = models.DateTimeField()
