"""The growth file: what happened in a shop, day by day (M5), and the monthly score made of it (M6)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from merchants.models.shop import Shop


class DailyFacts(ShopOwned):
    """Counts of one shop on one business day, fed by events, each event counted once."""

    on = models.DateField(_("day"))
    currency = CurrencyField()
    paid_orders = models.PositiveIntegerField(_("paid orders"), default=0)
    paid_amount = MoneyField(_("paid amount"), default=0)
    shipped_orders = models.PositiveIntegerField(_("shipped orders"), default=0)
    shipping_hours = models.PositiveIntegerField(_("hours from payment to shipping, summed"), default=0)
    completed_orders = models.PositiveIntegerField(_("completed orders"), default=0)
    canceled_paid_orders = models.PositiveIntegerField(_("paid orders canceled"), default=0)
    product_updates = models.PositiveIntegerField(_("product updates"), default=0)
    review_count = models.PositiveIntegerField(_("reviews"), default=0)
    review_stars = models.PositiveIntegerField(_("stars, summed"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("daily facts"), _("daily facts")
        constraints = [models.UniqueConstraint(fields=["shop", "on"], name="daily_facts_once")]


class ShopActivity(models.Model):
    """When a shop last sold something; kept apart from the shop because it changes with every order."""

    shop = models.OneToOneField(Shop, models.CASCADE, primary_key=True, related_name="activity")
    last_paid_at = models.DateTimeField(_("last paid order at"), null=True)


class HealthScore(ShopOwned):
    """The official score of one month: 0-100, with each measure's numerator, denominator, points and weight."""

    month = models.DateField(_("month"))
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    measures = models.JSONField(_("measures"))
    sheet_version = models.PositiveSmallIntegerField(_("version of the sheet"))
    scored_at = models.DateTimeField(_("scored at"))

    class Meta:
        verbose_name, verbose_name_plural = _("health score"), _("health scores")
        permissions = [("rescore_healthscore", "Can make health scores anew")]
        constraints = [
            models.UniqueConstraint(fields=["shop", "month"], name="health_score_once_a_month"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="health_score_0_to_100"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.month:%Y-%m}"
