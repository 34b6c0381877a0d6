"""Fake trade (R3): what is known of each order without saying whose it is, the rules, and the cases they make."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField


def mark(label) -> models.CharField:
    """A keyed hash: equal for what is equal, read back by nobody; empty when nothing is known."""
    return models.CharField(label, max_length=32, blank=True, default="")


class TradeFact(models.Model):
    """
    A paid order as the watch over fake trade sees it: whom it has something in common with, and how it went.

    Who bought it, with what device, from where, whereto and with whose money are keyed hashes. ``is_judged``: staff
    have decided about it, so it is no sign of anything any more.
    """

    order_id = models.CharField(_("order"), max_length=40, unique=True)
    shop_id = models.CharField(_("shop"), max_length=40)
    buyer = mark(_("buyer"))
    device = mark(_("device"))
    network = mark(_("network"))
    address = mark(_("address"))
    phone = mark(_("phone"))
    payer = mark(_("payer's account"))
    is_own = models.BooleanField(_("bought by somebody of the shop"), default=False)
    account_hours = models.PositiveIntegerField(_("age of the account in hours"), default=0)
    paid_at = models.DateTimeField(_("paid at"))
    worth = models.BigIntegerField(_("goods at their price (fen)"), default=0)
    paid = models.BigIntegerField(_("paid for them (fen)"), default=0)
    shipped_at = models.DateTimeField(_("shipped at"), null=True)
    received_at = models.DateTimeField(_("received at"), null=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True)
    stars = models.PositiveSmallIntegerField(_("stars"), null=True)
    review = mark(_("words of the review"))
    refunded_at = models.DateTimeField(_("money returned at"), null=True)
    is_judged = models.BooleanField(_("decided about"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("trait of an order"), _("traits of orders")
        indexes = [
            models.Index(fields=["shop_id", "paid_at"], name="trade_fact_of_shop", condition=Q(is_judged=False)),
            models.Index(fields=["buyer", "paid_at"], name="trade_fact_of_buyer"),
            models.Index(fields=["paid_at"], name="trade_fact_by_day"),
        ]

    def __str__(self) -> str:
        return self.order_id


class TradeWatch(models.Model):
    """A shop that has sold something: since when something new waits to be looked at, and when it was last."""

    shop_id = models.CharField(_("shop"), max_length=40, primary_key=True)
    due_since = models.DateTimeField(_("to be looked at since"), null=True)
    watched_at = models.DateTimeField(_("looked at"), null=True)

    class Meta:
        indexes = [models.Index(fields=["due_since"], name="trade_watch_due", condition=Q(due_since__isnull=False))]


class TradeRule(models.Model):
    """
    One sign of fake trade: how much it weighs, from which part of the orders or buyers on it counts, and its own limit.

    In shadow it makes cases that staff may look at and that do nothing; live it holds money and takes orders out of the
    figures.
    """

    class Code(models.TextChoices):
        DEVICE = "device", _("Buyers share a device")
        PAYER = "payer", _("Buyers share a payer's account")
        PHONE = "phone", _("Buyers share a phone number")
        ADDRESS = "address", _("Buyers share an address")
        NETWORK = "network", _("Buyers share a network")
        OWN_PEOPLE = "own_people", _("People of the shop buy there themselves")
        ONLY_HERE = "only_here", _("They buy in this shop only")
        BURST = "burst", _("Their orders come together")
        PRICE = "price", _("They pay far less than the price")
        FAST_RECEIPT = "fast_receipt", _("They confirm receipt before a parcel can have come")
        ALIKE_REVIEWS = "alike_reviews", _("Their reviews say the same")
        RUSHED_REVIEWS = "rushed_reviews", _("Five stars right after receipt")
        REFUND_AFTER_REVIEW = "refund_after_review", _("The money goes back after the review")
        YOUNG_ACCOUNTS = "young_accounts", _("Accounts are made to buy")

    LINKS = (Code.DEVICE, Code.PAYER, Code.PHONE, Code.ADDRESS, Code.NETWORK)

    class Mode(models.TextChoices):
        OFF = "off", _("Off")
        SHADOW = "shadow", _("In shadow")
        LIVE = "live", _("In force")

    public_id = PublicIdField(prefix="trl")
    code = models.CharField(_("sign"), max_length=20, choices=Code, unique=True)
    mode = models.CharField(_("mode"), max_length=6, choices=Mode, default=Mode.SHADOW)
    weight = models.PositiveSmallIntegerField(_("points"))
    share_bps = models.PositiveIntegerField(
        _("from which part on (0.01 %)"), help_text=_("Of the buyers, or of the orders, of a ring: 5000 is one half.")
    )
    limit = models.PositiveIntegerField(
        _("its own limit"), default=0,
        help_text=_("Hours within which something happens, or, of prices, the part of the price (0.01 %). 0: none."),
    )  # fmt: skip

    class Meta:
        verbose_name, verbose_name_plural = _("rule against fake trade"), _("rules against fake trade")
        constraints = [
            models.CheckConstraint(condition=Q(weight__lte=100), name="trade_rule_weight_within_100"),
            models.CheckConstraint(
                condition=Q(share_bps__gte=1, share_bps__lte=10_000), name="trade_rule_share_is_part"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_code_display())


class TradeCase(models.Model):
    """
    Orders of one shop whose buyers have too much in common. One case is one ring in one shop; it grows while it is
    open.

    ``signs`` is what the rules found, with their points; ``live_points`` are those of live rules alone.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Waits for a decision")
        CONFIRMED = "confirmed", _("Fake trade")
        CLEARED = "cleared", _("In order")

    FLOW = Flow(
        {
            Status.OPEN: {Status.CONFIRMED, Status.CLEARED},
            Status.CONFIRMED: {Status.CLEARED},
            Status.CLEARED: set(),
        }
    )

    public_id = PublicIdField(prefix="ftc")
    shop_id = models.CharField(_("shop"), max_length=40)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    is_live = models.BooleanField(_("in force"), default=False)
    points = models.PositiveSmallIntegerField(_("points"))
    live_points = models.PositiveSmallIntegerField(_("points of rules in force"))
    signs = models.JSONField(_("signs"), default=list)
    order_count = models.PositiveIntegerField(_("orders"), default=0)
    buyer_count = models.PositiveIntegerField(_("buyers"), default=0)
    opened_at = models.DateTimeField(_("opened at"))
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    cleared_at = models.DateTimeField(_("cleared at"), null=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("cleared by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("case of fake trade"), _("cases of fake trade")
        permissions = [("decide_tradecase", "Can confirm and clear cases of fake trade")]
        indexes = [
            models.Index(fields=["opened_at"], name="trade_case_waiting", condition=Q(status="open")),
            models.Index(fields=["shop_id", "-opened_at"], name="trade_case_of_shop"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="trade_case_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="cleared") | Q(cleared_at__isnull=False, cleared_by__isnull=False),
                name="trade_case_cleared_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(cleared_by=None) | ~Q(decided_by=F("cleared_by")),
                name="trade_case_cleared_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class TradeCaseOrder(models.Model):
    """An order of a case, and the hold that the case has put on its money."""

    case = models.ForeignKey(TradeCase, models.CASCADE, related_name="orders")
    order_id = models.CharField(_("order"), max_length=40, unique=True)
    hold = models.ForeignKey("risk.Hold", models.PROTECT, null=True, related_name="+")
    is_set_aside = models.BooleanField(_("does not count"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("order of a case"), _("orders of cases")

    def __str__(self) -> str:
        return self.order_id
