"""Reviews by people who bought."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned
from mall.texts import TextField


class Review(ShopOwned):
    """What a shopper says about an order line she received; at most one per line (C6)."""

    public_id = PublicIdField(prefix="rev")
    product = models.ForeignKey(Product, models.CASCADE, related_name="reviews", verbose_name=_("product"))
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews", verbose_name=_("shopper")
    )
    order_line_id = models.BigIntegerField(_("order line"), unique=True)
    choice_text = TextField(_("bought as"), blank=True)
    stars = models.PositiveSmallIntegerField(_("stars"))
    text = models.CharField(_("text"), max_length=1000, blank=True, default="")
    answer = models.CharField(_("shop's answer"), max_length=1000, blank=True, default="")
    written_at = models.DateTimeField(_("written at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("review"), _("reviews")
        indexes = [models.Index(fields=["product", "-written_at"], name="review_newest")]
        constraints = [models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="review_one_to_five_stars")]
