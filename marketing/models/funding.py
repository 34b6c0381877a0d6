"""Crowdfunding of a new product (K1): what it needs, what came together, and who supports it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.flow import Flow
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from marketing.models.deal_units import DealUnits
from marketing.models.promotion import Promotion


class Funding(ShopOwned):
    """
    How far a crowdfunding is: ``raised`` is what stands paid of its ``goal``, by ``backer_count`` orders.

    It has succeeded as soon as the goal is reached, whatever leaves later; it has failed when its time is over before.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("a group of buyers", "Open")
        SUCCEEDED = "succeeded", _("Goal reached")
        FAILED = "failed", _("Goal not reached")

    FLOW = Flow({Status.OPEN: {Status.SUCCEEDED, Status.FAILED}, Status.SUCCEEDED: set(), Status.FAILED: set()})

    promotion = models.OneToOneField(
        Promotion, models.CASCADE, related_name="funding", verbose_name=_("promotion")
    )  # fmt: skip
    currency = CurrencyField()
    goal = MoneyField(_("goal"))
    raised = MoneyField(_("raised"), default=0)
    backer_count = models.PositiveIntegerField(_("supporters"), default=0)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.OPEN)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    ships_on = models.DateField(_("ships from"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("crowdfunding"), _("crowdfundings")
        indexes = [models.Index(fields=["id"], name="funding_open", condition=Q(status="open"))]
        constraints = [
            models.CheckConstraint(condition=Q(goal__gt=0, raised__gte=0), name="funding_amounts_sane"),
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None) | ~Q(status="open") & Q(decided_at__isnull=False),
                name="funding_decided_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="succeeded") | Q(ships_on__isnull=False), name="funding_that_succeeds_ships"
            ),
        ]


class Backing(models.Model):
    """
    What one order supports of a crowdfunding; ``told_at``: its order has been told the outcome.
    """

    class Status(models.TextChoices):
        RESERVED = "reserved", _("Awaiting payment")
        PAID = "paid", _("Paid")
        FREED = "freed", _("Given up")

    STANDING = (Status.RESERVED, Status.PAID)
    FLOW = Flow(
        {Status.RESERVED: {Status.PAID, Status.FREED}, Status.PAID: {Status.FREED}, Status.FREED: set()}
    )  # fmt: skip

    funding = models.ForeignKey(Funding, models.CASCADE, related_name="backings", verbose_name=_("crowdfunding"))
    units = models.ForeignKey(DealUnits, models.PROTECT, related_name="+", verbose_name=_("level"))
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="backings", verbose_name=_("shopper")
    )
    order_public_id = models.CharField(_("order"), max_length=24, unique=True)
    pieces = models.PositiveSmallIntegerField(_("pieces"))
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.RESERVED)
    reserved_at = models.DateTimeField(_("taken at"))
    paid_at = models.DateTimeField(_("paid at"), null=True)
    freed_at = models.DateTimeField(_("given up at"), null=True)
    told_at = models.DateTimeField(_("told the outcome at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("support"), _("supports")
        indexes = [
            models.Index(fields=["shopper", "-id"], name="backing_of_shopper"),
            models.Index(
                fields=["funding", "id"], name="backing_not_told", condition=Q(told_at=None) & ~Q(status="freed")
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(pieces__gte=1, amount__gt=0), name="backing_of_something"),
            models.CheckConstraint(
                condition=~Q(status="paid") | Q(paid_at__isnull=False), name="backing_paid_has_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(status="freed", freed_at__isnull=False) | ~Q(status="freed") & Q(freed_at=None),
                name="backing_freed_has_a_moment",
            ),
        ]
