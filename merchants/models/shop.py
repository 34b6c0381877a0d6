"""The shop: the tenant that rows belong to and shoppers visit."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.pictures import PictureField
from mall.texts import TextField
from merchants.hours import in_words
from merchants.models.merchant import Merchant


class ShopQuerySet(models.QuerySet):
    def open(self):
        """Shops that sell as they should: nothing holds them back."""
        return self.filter(status=Shop.Status.OPEN)


class Shop(models.Model):
    """A merchant's shop: profile, terms of delivery, and whether shoppers can see it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        HOLIDAY = "holiday", _("On holiday")
        RESTRICTED = "restricted", _("Restricted")
        FROZEN = "frozen", _("Frozen")
        EXITING = "exiting", _("Leaving")
        CLOSED = "closed", _("Closed")

    # What can be done in each: merchants/states.py
    FLOW = Flow(
        {
            Status.OPEN: {Status.HOLIDAY, Status.RESTRICTED, Status.FROZEN, Status.EXITING, Status.CLOSED},
            Status.HOLIDAY: {Status.OPEN, Status.RESTRICTED, Status.FROZEN, Status.EXITING, Status.CLOSED},
            Status.RESTRICTED: {Status.OPEN, Status.HOLIDAY, Status.FROZEN, Status.EXITING, Status.CLOSED},
            Status.FROZEN: {Status.OPEN, Status.RESTRICTED, Status.EXITING, Status.CLOSED},
            Status.EXITING: {Status.OPEN, Status.RESTRICTED, Status.CLOSED},
            Status.CLOSED: set(),
        }
    )
    AT_WORK = (Status.OPEN, Status.HOLIDAY, Status.RESTRICTED)
    MOST_RESTRICTED = 2

    public_id = PublicIdField(prefix="shp")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="shops", verbose_name=_("merchant"))
    slug = models.SlugField(_("address"), max_length=40, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    name = TextField(_("name"))
    tagline = TextField(_("tagline"), blank=True)
    about = TextField(_("about the shop"), blank=True)
    logo = PictureField(_("logo"), upload_to="shops/", longest=400, square=True, blank=True)
    colour = models.CharField(
        _("theme colour"), max_length=7, default="#c8342b", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    province = models.CharField(_("province"), max_length=40, blank=True, default="")
    city = models.CharField(_("city"), max_length=40, blank=True, default="")
    contact_phone = models.CharField(
        _("service phone"),
        max_length=20,
        blank=True,
        default="",
        validators=[RegexValidator(r"^\+?[0-9][0-9 -]{4,18}$")],
    )
    contact_email = models.EmailField(_("service e-mail"), blank=True, default="")
    hours = ArrayField(models.CharField(max_length=11, blank=True), null=True, verbose_name=_("opening hours"))
    currency = CurrencyField()
    shipping_fee = MoneyField(_("shipping fee"), default=0)
    free_shipping_over = MoneyField(_("free shipping from"), null=True, blank=True)
    protects_prices = models.BooleanField(_("returns the difference when prices fall"), default=True, db_default=True)
    restriction = models.PositiveSmallIntegerField(_("level of restriction"), default=0)
    opened_at = models.DateTimeField(pgettext_lazy("shop", "opened at"))
    reminded_at = models.DateTimeField(_("reminded at"), null=True)
    frozen_at = models.DateTimeField(_("frozen at"), null=True)
    frozen_because = models.CharField(_("frozen because"), max_length=300, blank=True, default="")
    thawed_at = models.DateTimeField(_("thawed at"), null=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("shop"), _("shops")
        permissions = [("freeze_shop", "Can freeze and thaw shops"), ("close_shop", "Can close shops")]
        constraints = [
            models.CheckConstraint(condition=Q(shipping_fee__gte=0), name="shop_shipping_fee_not_negative"),
            models.CheckConstraint(
                condition=Q(free_shipping_over=None) | Q(free_shipping_over__gte=0),
                name="shop_free_shipping_not_negative",
            ),
            models.CheckConstraint(condition=Q(hours=None) | Q(hours__len=7), name="shop_hours_of_seven_days"),
            models.CheckConstraint(
                condition=Q(status="frozen", frozen_at__isnull=False) | ~Q(status="frozen"),
                name="shop_frozen_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="restricted", restriction__in=[1, 2])
                | Q(status="open", restriction=0)
                | (~Q(status__in=["open", "restricted"]) & Q(restriction__lte=2)),
                name="shop_restricted_has_a_level",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def hours_in_words(self) -> list[str]:
        """When its people answer, for shoppers (M3)."""
        return in_words(self.hours)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_at_work(self) -> bool:
        """Neither frozen nor on its way out: the clock of M7 looks at it."""
        return self.status in self.AT_WORK

    @property
    def working_status(self) -> str:
        """The status in which it works when nothing interrupts it."""
        return self.Status.RESTRICTED if self.restriction else self.Status.OPEN
