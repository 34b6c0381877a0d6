"""What shops let be bargained for, the bargains of shoppers, and every single cut (K1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Sku
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, Money, MoneyField
from mall.tenancy import ShopOwned
from marketing.models.promotion import Promotion


class BargainUnits(ShopOwned):
    """One SKU that may be bargained for: how low it goes, and how much of its quota standing orders have ``taken``."""

    promotion = models.ForeignKey(
        Promotion, models.CASCADE, related_name="bargain_units", verbose_name=_("promotion")
    )  # fmt: skip
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("item"))
    currency = CurrencyField()
    floor = MoneyField(_("lowest price"))
    quota = models.PositiveIntegerField(_("units"))
    taken = models.PositiveIntegerField(_("taken"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("item to bargain for"), _("items to bargain for")
        constraints = [
            models.UniqueConstraint(fields=["promotion", "sku"], name="bargain_units_once_per_sku"),
            models.CheckConstraint(
                condition=Q(taken__gte=0) & Q(taken__lte=F("quota")), name="bargain_units_taken_within_quota"
            ),
            models.CheckConstraint(condition=Q(floor__gt=0), name="bargain_units_have_a_price"),
        ]

    @property
    def left(self) -> int:
        return self.quota - self.taken


class Bargain(ShopOwned):
    """
    One shopper's bargain for one piece: from ``price`` down to ``floor`` in ``needed`` cuts, ``off`` of it so far.

    Price, floor, cuts and end are those of the moment in which it opened; the shop changes them for later ones only.
    The ``seed`` makes the sequence of cuts; its hash stands on the page at once, itself when nothing is to be cut more.
    ``slot`` counts those that a person has of a SKU at the same time.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("bargain", "Open")
        REACHED = "reached", pgettext_lazy("bargain", "At its lowest price")
        BOUGHT = "bought", pgettext_lazy("bargain", "Bought")
        EXPIRED = "expired", pgettext_lazy("bargain", "Over")

    RUNNING = (Status.OPEN, Status.REACHED)
    FLOW = Flow(
        {
            Status.OPEN: {Status.REACHED, Status.BOUGHT, Status.EXPIRED},
            Status.REACHED: {Status.BOUGHT, Status.EXPIRED},
            Status.BOUGHT: {Status.OPEN, Status.REACHED, Status.EXPIRED},  # its order came to nothing
            Status.EXPIRED: set(),
        }
    )

    public_id = PublicIdField(prefix="brg")
    units = models.ForeignKey(BargainUnits, models.PROTECT, related_name="bargains", verbose_name=_("item"))
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="bargains", verbose_name=_("promotion"))
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("item"))
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="bargains", verbose_name=_("shopper")
    )
    slot = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    currency = CurrencyField()
    price = MoneyField(_("price at the start"))
    floor = MoneyField(_("lowest price"))
    off = MoneyField(_("cut off so far"), default=0)
    needed = models.PositiveSmallIntegerField(_("cuts needed"))
    cut_count = models.PositiveSmallIntegerField(_("cuts"), default=0)
    is_early = models.BooleanField(_("may be bought before the lowest price"), default=False)
    seed = models.CharField(max_length=64)
    seed_hash = models.CharField(_("hash of the seed"), max_length=64)
    opened_at = models.DateTimeField(_("opened at"))
    ends_at = models.DateTimeField(_("ends at"))
    reached_at = models.DateTimeField(_("lowest price reached at"), null=True)
    warned_at = models.DateTimeField(null=True)
    order_public_id = models.CharField(_("order"), max_length=24, blank=True, default="")
    bought_at = models.DateTimeField(_("bought at"), null=True)
    paid_at = models.DateTimeField(_("paid at"), null=True)
    expired_at = models.DateTimeField(_("over since"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("bargain"), _("bargains")
        indexes = [
            models.Index(fields=["shopper", "-id"], name="bargain_of_shopper"),
            models.Index(fields=["promotion", "-id"], name="bargain_of_promotion"),
            models.Index(fields=["ends_at"], name="bargain_running", condition=Q(status__in=["open", "reached"])),
            models.Index(fields=["order_public_id"], name="bargain_of_order", condition=~Q(order_public_id="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shopper", "sku", "slot"],
                name="bargain_so_many_at_a_time",
                condition=Q(status__in=["open", "reached"]) | Q(status="bought", paid_at=None),
            ),
            models.CheckConstraint(
                condition=Q(floor__gt=0, price__gt=F("floor"), off__gte=0, off__lte=F("price") - F("floor")),
                name="bargain_between_its_prices",
            ),
            models.CheckConstraint(condition=Q(cut_count__lte=F("needed")), name="bargain_cut_as_often_as_it_takes"),
            models.CheckConstraint(
                condition=Q(reached_at=None, cut_count__lt=F("needed"))
                | Q(reached_at__isnull=False, cut_count=F("needed"), off=F("price") - F("floor")),
                name="bargain_reached_with_the_last_cut",
            ),
            models.CheckConstraint(
                condition=~Q(status="open") | Q(reached_at=None), name="bargain_open_is_not_reached"
            ),
            models.CheckConstraint(
                condition=~Q(status="reached") | Q(reached_at__isnull=False), name="bargain_reached_has_a_moment"
            ),
            models.CheckConstraint(
                condition=~Q(status="bought") | Q(bought_at__isnull=False) & ~Q(order_public_id=""),
                name="bargain_bought_with_an_order",
            ),
            models.CheckConstraint(
                condition=~Q(status="expired") | Q(expired_at__isnull=False), name="bargain_expired_has_a_moment"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="bargain_ends_after_it_opens"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def now_at(self) -> Money:
        """What it costs with the cuts so far."""
        return self.price - self.off

    @property
    def span(self) -> Money:
        """What all cuts take off together."""
        return self.price - self.floor

    @property
    def is_told(self) -> bool:
        """Whether its seed may be known: nothing will be cut any more."""
        return (
            self.cut_count == self.needed
            or self.status == self.Status.EXPIRED
            or (self.status == self.Status.BOUGHT and self.paid_at is not None)
        )


class BargainCut(models.Model):
    """One person's cut of a bargain, the ``number``-th of its sequence; the first is the shopper's own."""

    bargain = models.ForeignKey(Bargain, models.CASCADE, related_name="cuts", verbose_name=_("bargain"))
    number = models.PositiveSmallIntegerField(_("number"))
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    currency = CurrencyField()
    amount = MoneyField(_("cut off"))
    made_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name, verbose_name_plural = _("cut of a bargain"), _("cuts of bargains")
        constraints = [
            models.UniqueConstraint(fields=["bargain", "number"], name="bargain_cut_used_once"),
            models.UniqueConstraint(fields=["bargain", "helper"], name="bargain_cut_once_per_person"),
            models.CheckConstraint(condition=Q(amount__gt=0, number__gt=0), name="bargain_cut_is_something"),
        ]


class BargainHelps(models.Model):
    """How often a person has helped others on a business day: the row that keeps her to her number."""

    helper = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField()
    count = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["helper", "day"], name="bargain_helps_counted_once")]
