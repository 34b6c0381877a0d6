"""A shop's share of one order, on its way from pending to available (S3)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.money import CurrencyField, Money, MoneyField
from mall.tenancy import ShopOwned


class Share(ShopOwned):
    """
    What a shop gets of one completed order: gross and what the mall (``subsidy``) and other shops (``from_issuers``)
    bear of discounts, less commission and the parts of ``parties``; available on ``due_on`` (T+7).

    ``due_on`` is the business day (Asia/Shanghai) of completion plus the days, natural or working ones, that were in
    force at completion. While an after-sale holds the rest, what nobody disputes may be ``advanced``. Of an
    order whose rest was missed it is the deposit, whole (``is_kept_deposit``), and completion the moment of that.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        RELEASED = "released", _("Available")

    order_public_id = models.CharField(_("order"), max_length=24, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    currency = CurrencyField()
    gross = MoneyField(_("paid by the shopper"))
    subsidy = MoneyField(_("discounts that the mall bears"), default=0, db_default=0)
    from_issuers = MoneyField(_("discounts that other shops bear"), default=0, db_default=0)
    commission = MoneyField(_("commission"))
    parties = MoneyField(_("parts of others"), default=0, db_default=0)
    net = MoneyField(_("the shop's share"))
    reversed = MoneyField(_("taken back while pending"), default=0, db_default=0)
    advanced = MoneyField(_("available before the rest"), default=0, db_default=0)
    advanced_at = models.DateTimeField(_("that part available since"), null=True)
    is_kept_deposit = models.BooleanField(_("a deposit that was kept"), default=False, db_default=False)
    completed_at = models.DateTimeField(_("completed at"))
    days = models.PositiveSmallIntegerField(_("days of waiting"), default=7, db_default=7)
    in_working_days = models.BooleanField(_("working days"), default=False, db_default=False)
    due_on = models.DateField(_("available on"))
    released_at = models.DateTimeField(_("available since"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("share"), _("shares")
        indexes = [
            models.Index(fields=["due_on", "id"], name="share_due", condition=Q(status="pending")),
            models.Index(fields=["shop", "status", "completed_at", "id"], name="share_of_shop"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(gross__gte=F("parties"), subsidy__gte=0, from_issuers__gte=0, commission__gte=0, net__gte=0)
                & Q(parties__gte=0)
                & Q(net=F("gross") + F("subsidy") + F("from_issuers") - F("commission") - F("parties")),
                name="share_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(reversed__gte=0, advanced__gte=0, reversed__lte=F("net") - F("advanced")),
                name="share_taken_at_most_whole",
            ),
            models.CheckConstraint(
                condition=Q(advanced=0, advanced_at=None) | Q(advanced__gt=0, advanced_at__isnull=False),
                name="share_advanced_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(is_kept_deposit=False) | Q(subsidy=0, commission=0, parties=0, reversed=0),
                name="share_of_a_kept_deposit_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", released_at=None) | Q(status="released", released_at__isnull=False),
                name="share_released_has_a_moment",
            ),
        ]

    @property
    def left(self) -> Money:
        """What of it is still pending, as long as it is."""
        return self.net - self.reversed - self.advanced
