"""What a shopper shows when she comes: for a service, or for goods that she picks up."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Warehouse
from mall.crypto import BlindIndexField, EncryptedTextField
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned
from orders.models.order import Order, OrderLine


class Voucher(ShopOwned):
    """
    A code that its shopper sees and the shop's staff check once, when she is there: of one paid line of a service, or
    of an order that lies ready to be picked up, until it expires.
    """

    public_id = PublicIdField(prefix="vou")
    line = models.OneToOneField(OrderLine, models.CASCADE, null=True, related_name="voucher")
    order = models.OneToOneField(Order, models.CASCADE, null=True, related_name="pickup_code")
    code = EncryptedTextField(_("code"))
    code_index = BlindIndexField(source="code")
    expires_at = models.DateTimeField(_("expires at"), null=True)
    used_at = models.DateTimeField(_("used at"), null=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("checked by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("voucher"), _("vouchers")
        constraints = [
            models.UniqueConstraint(fields=["shop", "code_index"], name="voucher_code_once_per_shop"),
            models.CheckConstraint(
                condition=Q(line__isnull=False, order=None, expires_at=None)
                | Q(line=None, order__isnull=False, expires_at__isnull=False),
                name="voucher_of_a_line_or_of_an_order",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None, used_by=None) | Q(used_at__isnull=False, used_by__isnull=False),
                name="voucher_used_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id or self.line_id}"

    @property
    def shown(self) -> str:
        """The code in groups of four, as people read it out."""
        code = self.code.reveal()
        return " ".join(code[place : place + 4] for place in range(0, len(code), 4))


class WrongCode(ShopOwned):
    """Somebody of a shop has typed, or handed in, a code that no order of the shop has: one may do so a few times."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by"))
    tried_at = models.DateTimeField(_("tried at"))

    class Meta:
        verbose_name, verbose_name_plural = _("wrong code"), _("wrong codes")
        indexes = [models.Index(fields=["by", "tried_at"], name="wrong_code_of_person")]


class OfflineList(ShopOwned):
    """
    The codes that a device took with it, as short keyed digests, to check them where there is no network: those of one
    store, or of the shop. What it noted counts if it was noted between these moments.
    """

    public_id = PublicIdField(prefix="ofl")
    device = models.CharField(_("device"), max_length=60)
    store = models.ForeignKey(Warehouse, models.PROTECT, null=True, related_name="+", verbose_name=_("store"))
    digests = models.JSONField(_("digests"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken by"))
    made_at = models.DateTimeField(_("taken at"))
    expires_at = models.DateTimeField(_("good until"))

    class Meta:
        verbose_name, verbose_name_plural = _("offline list"), _("offline lists")
        indexes = [models.Index(fields=["shop", "-id"], name="offline_list_of_shop")]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="offline_list_ends_after_it_begins")
        ]

    def __str__(self) -> str:
        return f"{self.device} ({self.public_id})"


class OfflineUse(ShopOwned):
    """
    A code that a device noted without network, and what that came to when it was handed in: written once. One that was
    used before is a conflict; ``first_at``, ``first_by`` and ``first_on`` say by whom and on which device.
    """

    class Outcome(models.TextChoices):
        USED = "used", _("Used")
        CONFLICT = "conflict", _("Used twice")
        INVALID = "invalid", _("Not valid")
        UNKNOWN = "unknown", _("Unknown code")

    taken = models.ForeignKey(OfflineList, models.PROTECT, related_name="uses", verbose_name=_("offline list"))
    voucher = models.ForeignKey(Voucher, models.CASCADE, null=True, related_name="offline_uses")
    code_index = models.CharField(max_length=32)
    code_end = models.CharField(_("code ends in"), max_length=4, blank=True, default="")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    why = models.CharField(_("why"), max_length=300, blank=True, default="")
    noted_at = models.DateTimeField(_("noted at"))
    handed_in_at = models.DateTimeField(_("handed in at"))
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    first_at = models.DateTimeField(_("used before at"), null=True)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("used before by")
    )
    first_on = models.ForeignKey(
        OfflineList, models.PROTECT, null=True, related_name="+", verbose_name=_("used before on")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("offline use"), _("offline uses")
        indexes = [models.Index(fields=["shop", "-id"], name="offline_use_of_shop")]
        constraints = [
            models.UniqueConstraint(fields=["taken", "code_index"], name="offline_use_once_per_list"),
            models.UniqueConstraint(
                fields=["voucher"], condition=Q(outcome="used"), name="offline_use_counts_once_per_voucher"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["used", "conflict"]) | Q(voucher__isnull=False),
                name="offline_use_of_a_known_code",
            ),
            models.CheckConstraint(
                condition=Q(outcome="conflict", first_at__isnull=False, first_by__isnull=False)
                | ~Q(outcome="conflict") & Q(first_at=None, first_by=None, first_on=None),
                name="offline_conflict_says_who_was_first",
            ),
        ]

    @property
    def was_noted_first(self) -> bool:
        """Of a conflict: whether this device says that it was earlier than the one whose use counts."""
        return self.first_at is not None and self.noted_at < self.first_at
