"""How a shop stands: its tier of the month (M8), what it did wrong (M9), and its way out of the mall (M9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned


class TierRecord(ShopOwned):
    """The tier of one month: turnover and repurchase within the category, and what the next tier takes."""

    class Tier(models.TextChoices):
        HEAD = "head", _("Head")
        WAIST = "waist", _("Waist")
        TAIL = "tail", _("Tail")

    month = models.DateField(_("month"))
    tier = models.CharField(_("tier"), max_length=5, choices=Tier)
    category = models.CharField(_("compared within"), max_length=60, blank=True, default="")
    currency = CurrencyField()
    turnover = MoneyField(_("turnover"), default=0)
    buyers = models.PositiveIntegerField(_("buyers"), default=0)
    repeat_buyers = models.PositiveIntegerField(_("buyers who came back"), default=0)
    place = models.PositiveIntegerField(_("place"))
    shops = models.PositiveIntegerField(_("shops compared"))
    next_turnover = MoneyField(_("turnover where the next tier begins"), null=True)
    next_repurchase_bps = models.PositiveIntegerField(_("usual repurchase in the next tier"), null=True)
    ranked_at = models.DateTimeField(_("ranked at"))

    class Meta:
        verbose_name, verbose_name_plural = _("tier"), _("tiers")
        constraints = [
            models.UniqueConstraint(fields=["shop", "month"], name="tier_once_a_month"),
            models.CheckConstraint(
                condition=Q(repeat_buyers__lte=models.F("buyers"), place__gte=1, place__lte=models.F("shops")),
                name="tier_counts_fit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.month:%Y-%m} · {self.get_tier_display()}"

    @property
    def repurchase_percent(self) -> float:
        return round(100 * self.repeat_buyers / self.buyers, 1) if self.buyers else 0.0

    @property
    def next_repurchase_percent(self) -> float | None:
        return None if self.next_repurchase_bps is None else self.next_repurchase_bps / 100


class Sanction(ShopOwned):
    """
    One violation with its points and the consequence that followed; points count until they expire or are lifted.

    It may carry a fine, in force (``fined_at``) when nobody appealed in time or the appeal was refused.
    """

    class Code(models.TextChoices):
        LATE_SHIPPING = "late_shipping", _("Orders shipped late again and again")
        OUT_OF_STOCK = "out_of_stock", _("Goods sold that were not there")
        FALSE_WORDS = "false_words", _("Goods described falsely")
        WRONG_BRAND = "wrong_brand", _("A brand used without its authorization")
        BANNED_ASKED = "banned_asked", _("Banned goods or counterfeits handed in for review")
        HARASSMENT = "harassment", _("A shopper was harassed")
        BANNED_GOODS = "banned_goods", _("Banned goods offered")
        FAKE_TRADING = "fake_trading", _("Orders or reviews made up")
        COUNTERFEIT = "counterfeit", _("Counterfeits sold")

    class Consequence(models.TextChoices):
        WARNING = "warning", _("Warning")
        RESTRICTED = "restricted", _("Restricted: no campaigns")
        HIDDEN = "hidden", _("Restricted: no campaigns, not in lists")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closing")

    public_id = PublicIdField(prefix="san")
    code = models.CharField(_("violation"), max_length=14, choices=Code)
    points = models.PositiveSmallIntegerField(_("points"))
    subject = models.CharField(_("about"), max_length=40, blank=True, default="")  # a product's public id
    note = models.CharField(_("what happened"), max_length=300)
    consequence = models.CharField(_("consequence"), max_length=10, choices=Consequence)
    currency = CurrencyField()
    fine = MoneyField(_("fine"), default=0, db_default=0)
    fined_at = models.DateTimeField(_("fine in force since"), null=True)
    imposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("imposed by")
    )
    imposed_at = models.DateTimeField(_("imposed at"))
    expires_at = models.DateTimeField(_("points expire at"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("lifted by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("sanction"), _("sanctions")
        permissions = [("lift_sanction", "Can lift sanctions")]
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="sanction_lifted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=models.F("imposed_by")), name="sanction_lifted_by_another"
            ),
            models.CheckConstraint(condition=Q(fine=0, fined_at=None) | Q(fine__gt=0), name="sanction_fined_something"),
        ]
        indexes = [
            models.Index(fields=["shop", "expires_at"], name="sanction_live", condition=Q(lifted_at=None)),
            models.Index(
                fields=["imposed_at"], name="sanction_fine_waits",
                condition=Q(fine__gt=0, fined_at=None, lifted_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_code_display()} ({self.points})"


class Exit(ShopOwned):
    """A shop's way out: asked, perhaps thought better of, cleared when all but the deposit is done, closed."""

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    reason = models.CharField(_("reason"), max_length=300)
    data_taken_at = models.DateTimeField(_("data handed over at"), null=True)
    cleared_at = models.DateTimeField(_("cleared at"), null=True)
    canceled_at = models.DateTimeField(_("canceled at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("exit"), _("exits")
        constraints = [
            models.UniqueConstraint(
                fields=["shop"], condition=Q(canceled_at=None, closed_at=None), name="exit_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(cleared_at__isnull=False, canceled_at=None),
                name="exit_cleared_then_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.asked_at:%Y-%m-%d}"
