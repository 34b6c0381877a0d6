"""Rules of commission beside the rates of the categories (S2): ordered, in versions, each in force from a moment on."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.category import Category
from catalog.models.product import Product
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.texts import TextField
from merchants.models import Shop, TierRecord


class CommissionRule(models.Model):
    """What keeps the versions of a rule together: its name."""

    public_id = PublicIdField(prefix="cru")
    name = TextField(_("name"))

    class Meta:
        verbose_name, verbose_name_plural = _("rule of commission"), _("rules of commission")

    def __str__(self) -> str:
        return str(self.name)


class CommissionVersion(models.Model):
    """
    What a rule says from ``effective_at`` on, until its next version: for which lines, and how much.

    A line fits when everything that is named fits; of all rules the first by ``position`` counts, then that of the
    category. How much: a rate or a ladder of the amount, and so much for each piece; at least and at most for the
    line, and never more than was paid for it. A version that ``is_end`` ends the rule.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for the second person")
        CONFIRMED = "confirmed", _("Confirmed")
        DISCARDED = "discarded", _("Discarded")

    FLOW = Flow(
        {Status.PROPOSED: {Status.CONFIRMED, Status.DISCARDED}, Status.CONFIRMED: set(), Status.DISCARDED: set()}
    )

    public_id = PublicIdField(prefix="crv")
    rule = models.ForeignKey(CommissionRule, models.PROTECT, related_name="versions", verbose_name=_("rule"))
    number = models.PositiveIntegerField(_("version"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROPOSED)
    is_end = models.BooleanField(_("ends the rule"), default=False)
    position = models.PositiveIntegerField(
        _("place"), default=100, help_text=_("Of the rules that fit the one with the smallest number counts.")
    )

    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category"),
        help_text=_("With everything below it."),
    )  # fmt: skip
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop"))
    tier = models.CharField(_("tier of the shop"), max_length=5, choices=TierRecord.Tier, blank=True, default="")
    shop_days = models.PositiveIntegerField(
        _("days since the shop opened"), null=True, blank=True,
        help_text=_("Only while the shop has been open for fewer days than this: for newcomers."),
    )  # fmt: skip
    campaign = models.CharField(_("campaign"), max_length=24, blank=True, default="")  # public id, of marketing
    campaign_name = TextField(_("name of the campaign"), blank=True)
    kind = models.CharField(_("kind of goods"), max_length=12, choices=Product.Kind, blank=True, default="")
    currency = CurrencyField()
    price_from = MoneyField(_("price of a piece from"), null=True, blank=True)
    price_below = MoneyField(_("price of a piece below"), null=True, blank=True)

    bps = models.PositiveIntegerField(_("rate in basis points"), null=True, blank=True)
    ladder = models.JSONField(_("ladder"), null=True, blank=True)  # [[from (fen), basis points], …], the first from 0
    fixed = MoneyField(_("for each piece"), null=True, blank=True)
    floor = MoneyField(_("at least, for a line"), null=True, blank=True)
    cap = MoneyField(_("at most, for a line"), null=True, blank=True)

    effective_at = models.DateTimeField(_("from"))
    reason = models.CharField(_("reason"), max_length=300)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("version of a rule of commission"), _("versions of rules of commission")
        permissions = [
            ("propose_commission", "Can propose rules of commission"),
            ("confirm_commission", "Can confirm rules of commission"),
        ]
        indexes = [
            models.Index(
                fields=["rule", "-effective_at", "-number"], name="commission_version_in_force",
                condition=Q(status="confirmed"),
            )
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="commission_version_once"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(status="proposed"), name="commission_version_proposed_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(is_end=True, bps=None, ladder__isnull=True, fixed=None, floor=None, cap=None)
                | Q(is_end=False) & (Q(bps__isnull=False) | Q(ladder__isnull=False) | Q(fixed__isnull=False)),
                name="commission_version_says_how_much",
            ),
            models.CheckConstraint(
                condition=(Q(bps=None) | Q(ladder__isnull=True)) & (Q(bps=None) | Q(bps__lte=5000)),
                name="commission_version_one_rate_at_most_half",
            ),
            models.CheckConstraint(
                condition=(Q(fixed=None) | Q(fixed__gte=0))
                & (Q(floor=None) | Q(floor__gte=0))
                & (Q(cap=None) | Q(cap__gte=0))
                & (Q(floor=None) | Q(cap=None) | Q(floor__lte=F("cap"))),
                name="commission_version_bounds_fit",
            ),
            models.CheckConstraint(
                condition=(Q(price_from=None) | Q(price_from__gte=0))
                & (Q(price_below=None) | Q(price_below__gt=0))
                & (Q(price_from=None) | Q(price_below=None) | Q(price_from__lt=F("price_below"))),
                name="commission_version_prices_fit",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_at=None, decided_by=None)
                | ~Q(status="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="commission_version_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | ~Q(decided_by=F("proposed_by")),
                name="commission_version_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.number}"
