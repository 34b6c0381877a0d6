"""What payment channels say of each day, held against our own books (O3, C6)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, Money, MoneyField


class Bill(models.Model):
    """A channel's bill of one day: whether it came and was compared, and how much was on it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Not there yet")
        COMPARED = "compared", _("Compared")

    FLOW = Flow({Status.WAITING: {Status.COMPARED}, Status.COMPARED: set()})

    public_id = PublicIdField(prefix="bil")
    channel = models.CharField(_("channel"), max_length=20)
    day = models.DateField(_("day"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    differing = models.PositiveIntegerField(_("differences found"), default=0)
    tried_at = models.DateTimeField(_("last tried at"), null=True)
    trouble = models.CharField(_("why it is not there"), max_length=200, blank=True, default="")
    compared_at = models.DateTimeField(_("compared at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("channel's bill"), _("channels' bills")
        permissions = [("fetch_bill", "Can fetch channels' bills")]
        constraints = [
            models.UniqueConstraint(fields=["channel", "day"], name="bill_once_per_day"),
            models.CheckConstraint(
                condition=Q(status="waiting", compared_at=None) | Q(status="compared", compared_at__isnull=False),
                name="bill_compared_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.day}"


class BilledMovement(models.Model):
    """A payment or refund of ours that stood on a bill, so that it is missed on none and noticed on a second."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="movements", db_index=False)
    channel = models.CharField(max_length=20)
    reference = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "reference"], name="billed_movement_once")]


class Difference(models.Model):
    """A movement of which the channel's bill and our books say different things, until somebody has found out why."""

    class Kind(models.TextChoices):
        MISSING_HERE = "missing_here", _("On the bill, unknown here")
        MISSING_THERE = "missing_there", _("In our books, not on the bill")
        DUPLICATE = "duplicate", _("Twice on bills")
        CURRENCY = "currency", _("Another currency")
        AMOUNT = "amount", _("Another amount")
        STATUS = "status", _("Ended otherwise")
        LATE = "late", _("On the bill of another day")
        FEE = "fee", _("Another fee than agreed")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("difference", "Open")
        PROPOSED = "proposed", _("Waiting for the second person")
        RESOLVED = "resolved", _("Resolved")

    class Resolution(models.TextChoices):
        EXPLAINED = "explained", _("Explained: nothing is owed")
        CORRECTED_HERE = "corrected_here", _("Corrected in our books")
        CORRECTED_THERE = "corrected_there", _("Corrected by the channel")
        WRITTEN_OFF = "written_off", _("Written off")
        BY_ITSELF = "by_itself", _("Came right by itself")

    FLOW = Flow(
        {
            Status.OPEN: {Status.PROPOSED, Status.RESOLVED},
            Status.PROPOSED: {Status.OPEN, Status.RESOLVED},
            Status.RESOLVED: set(),
        }
    )
    ONE_PERSON = (Kind.LATE, Kind.FEE)  # the amount itself is undisputed

    public_id = PublicIdField(prefix="dif")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="differences", verbose_name=_("bill"))
    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    movement = models.CharField(_("movement"), max_length=7)
    reference = models.CharField(_("our number"), max_length=64, blank=True, default="")
    provider_reference = models.CharField(_("channel's reference"), max_length=128, blank=True, default="")
    currency = CurrencyField(verbose_name=_("our currency"), blank=True)
    amount_here = MoneyField(_("in our books"), null=True)
    status_here = models.CharField(_("status here"), max_length=8, blank=True, default="")
    currency_there = models.CharField(_("the bill's currency"), max_length=3, blank=True, default="")
    amount_there = models.BigIntegerField(_("on the bill, in its smallest unit"), null=True)
    fee_there = models.BigIntegerField(_("fee on the bill, in its smallest unit"), null=True)
    status_there = models.CharField(_("status there"), max_length=8, blank=True, default="")
    happened_at = models.DateTimeField(_("happened at"), null=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("looked into by")
    )
    resolution = models.CharField(_("what came of it"), max_length=15, choices=Resolution, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    found_at = models.DateTimeField(_("found at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("resolved by")
    )
    resolved_at = models.DateTimeField(_("resolved at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("difference to a bill"), _("differences to bills")
        permissions = [("resolve_difference", "Can resolve differences to bills")]
        indexes = [
            models.Index(fields=["found_at"], name="difference_open", condition=~Q(status="resolved")),
            models.Index(fields=["reference"], name="difference_of_movement"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="resolved", resolved_at__isnull=False) & ~Q(resolution="")
                | ~Q(status="resolved") & Q(resolved_at=None),
                name="difference_resolved_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(status="resolved")
                | Q(resolution="by_itself")
                | Q(resolved_by__isnull=False) & ~Q(reason=""),
                name="difference_resolved_by_somebody_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="resolved")
                | Q(resolution="by_itself")
                | Q(kind__in=["late", "fee"])
                | Q(proposed_by__isnull=False) & ~Q(proposed_by=F("resolved_by")),
                name="difference_of_money_is_seen_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} · {self.reference or self.provider_reference}"

    @property
    def there(self) -> Money | None:
        """The amount on the bill."""
        return None if self.amount_there is None else Money(self.amount_there, self.currency_there)

    @property
    def wants_two(self) -> bool:
        return self.kind not in self.ONE_PERSON


class DifferenceNote(models.Model):
    """What somebody has found out about a difference."""

    difference = models.ForeignKey(Difference, models.PROTECT, related_name="notes", verbose_name=_("difference"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    text = models.CharField(_("note"), max_length=1000)

    class Meta:
        verbose_name, verbose_name_plural = _("note"), _("notes")

    def __str__(self) -> str:
        return self.text
