"""Groups of shoppers who buy something together (K4). These rows decide who has a seat, and whether a group is full."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned
from marketing.models.deal_units import DealUnits
from marketing.models.promotion import Promotion


class BuyingGroup(ShopOwned):
    """
    Some shoppers who buy one SKU at the price of a group, if enough of them pay before ``ends_at``.

    ``seats_taken`` are held by orders, ``seats_paid`` of them are paid. What it was opened under is copied: its size,
    who may join, and from how many paid seats on the mall completes it at its end (``helped_from``; 0: never). What
    leaves after the group has formed changes no count. Who opened it gets a coupon of the campaign ``bonus`` at
    ``bonus_due_at``, unless money of her order went back (``marketing.groups.bonus``).
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("a group of buyers", "Open")
        FORMED = "formed", _("Complete")
        EXPIRED = "expired", _("Not completed")

    class FormedHow(models.TextChoices):
        FULL = "full", _("All seats paid")
        HELPED = "helped", _("Completed by the mall")

    FLOW = Flow({Status.OPEN: {Status.FORMED, Status.EXPIRED}, Status.FORMED: set(), Status.EXPIRED: set()})

    public_id = PublicIdField(prefix="bgr")
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="groups", verbose_name=_("promotion"))
    units = models.ForeignKey(DealUnits, models.PROTECT, related_name="groups", verbose_name=_("item"))
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    size = models.PositiveSmallIntegerField(_("seats"))
    seats_taken = models.PositiveSmallIntegerField(_("seats taken"), default=0)
    seats_paid = models.PositiveSmallIntegerField(_("seats paid"), default=0)
    for_newcomers = models.BooleanField(_("only newcomers may join"), default=False)
    helped_from = models.PositiveSmallIntegerField(_("completed by the mall from so many paid seats"), default=0)
    opened_at = models.DateTimeField(_("opened at"))
    ends_at = models.DateTimeField(_("ends at"))
    formed_at = models.DateTimeField(_("complete at"), null=True)
    formed_how = models.CharField(_("completed how"), max_length=8, choices=FormedHow, blank=True, default="")
    expired_at = models.DateTimeField(_("given up at"), null=True)
    bonus = models.ForeignKey(
        Promotion, models.PROTECT, null=True, related_name="+", verbose_name=_("coupon for who opened it")
    )
    bonus_due_at = models.DateTimeField(_("coupon due at"), null=True)
    bonus_given_at = models.DateTimeField(_("coupon given at"), null=True)
    bonus_lost_at = models.DateTimeField(_("coupon lost at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("group of buyers"), _("groups of buyers")
        indexes = [
            models.Index(fields=["ends_at"], name="buying_group_open", condition=Q(status="open")),
            models.Index(fields=["promotion", "-id"], name="buying_group_of_promotion"),
            models.Index(
                fields=["bonus_due_at"],
                name="buying_group_bonus_due",
                condition=Q(bonus_due_at__isnull=False, bonus_given_at=None, bonus_lost_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=2, size__lte=50), name="buying_group_of_two_to_fifty"),
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("size"), seats_paid__lte=F("seats_taken")),
                name="buying_group_seats_within_its_size",
            ),
            models.CheckConstraint(condition=Q(helped_from__lt=F("size")), name="buying_group_helped_before_full"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="buying_group_ends_after_it_opens"),
            models.CheckConstraint(
                condition=Q(status="formed", formed_at__isnull=False, formed_how__in=["full", "helped"])
                | ~Q(status="formed") & Q(formed_at=None, formed_how=""),
                name="buying_group_formed_somehow",
            ),
            models.CheckConstraint(
                condition=~Q(formed_how="full") | Q(seats_paid=F("size")), name="buying_group_full_means_paid"
            ),
            models.CheckConstraint(
                condition=Q(status="expired", expired_at__isnull=False) | ~Q(status="expired") & Q(expired_at=None),
                name="buying_group_expired_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(bonus_given_at=None)
                | Q(status="formed", bonus__isnull=False, bonus_due_at__lte=F("bonus_given_at")),
                name="buying_group_bonus_given_when_due",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def missing(self) -> int:
        """How many more must pay until it is full."""
        return self.size - self.seats_paid

    @property
    def free(self) -> int:
        """How many seats nobody holds."""
        return self.size - self.seats_taken


class Seat(models.Model):
    """One shopper's place in a group: held while her order waits for its payment, hers with the payment."""

    class Status(models.TextChoices):
        RESERVED = "reserved", _("Awaiting payment")
        PAID = "paid", _("Paid")
        FREED = "freed", _("Given up")

    STANDING = (Status.RESERVED, Status.PAID)
    FLOW = Flow(
        {Status.RESERVED: {Status.PAID, Status.FREED}, Status.PAID: {Status.FREED}, Status.FREED: set()}
    )  # fmt: skip

    group = models.ForeignKey(BuyingGroup, models.CASCADE, related_name="seats", verbose_name=_("group"))
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="group_seats", verbose_name=_("shopper")
    )
    order_public_id = models.CharField(_("order"), max_length=24, unique=True)
    pieces = models.PositiveSmallIntegerField(_("pieces"))
    as_newcomer = models.BooleanField(_("taken as a newcomer"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.RESERVED)
    reserved_at = models.DateTimeField(_("taken at"))
    paid_at = models.DateTimeField(_("paid at"), null=True)
    freed_at = models.DateTimeField(_("given up at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("seat"), _("seats")
        indexes = [models.Index(fields=["shopper", "-id"], name="seat_of_shopper")]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "shopper"], name="seat_once_per_shopper", condition=~Q(status="freed")
            ),
            models.UniqueConstraint(
                fields=["shopper"],
                name="seat_of_a_newcomer_once",
                condition=Q(as_newcomer=True) & ~Q(status="freed"),
            ),
            models.CheckConstraint(condition=Q(pieces__gte=1), name="seat_for_some_pieces"),
            models.CheckConstraint(
                condition=~Q(status="paid") | Q(paid_at__isnull=False), name="seat_paid_has_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(status="freed", freed_at__isnull=False) | ~Q(status="freed") & Q(freed_at=None),
                name="seat_freed_has_a_moment",
            ),
        ]
