"""One checkout (order group), the part of each shop (order), and each SKU in it (order line)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalog import kinds
from catalog.freight.words import told_place
from catalog.models import Product, Sku, TimeSlot, Warehouse
from mall.clock import business_date, start_of
from mall.crypto import BlindIndexField, EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, Money, MoneyField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet
from mall.texts import TextField
from orders.models.carrier import Carrier


class OrderGroup(models.Model):
    """One checkout, paid once, holding one order per shop. It is paid when its orders are."""

    public_id = PublicIdField(prefix="grp")
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="order_groups", verbose_name=_("shopper")
    )
    checkout_key = models.UUIDField()
    currency = CurrencyField()
    total = MoneyField(_("total"))
    by_cards = MoneyField(_("paid with gift cards"), default=0, db_default=0)
    placed_at = models.DateTimeField(_("placed at"))
    pay_by = models.DateTimeField(_("to be paid by"))
    device_mark = models.CharField(max_length=32, blank=True, default="", db_default="")  # mall.accounts.marks
    network_mark = models.CharField(max_length=32, blank=True, default="", db_default="")

    class Meta:
        verbose_name, verbose_name_plural = _("order group"), _("order groups")
        constraints = [
            models.UniqueConstraint(fields=["shopper", "checkout_key"], name="order_group_one_per_checkout_key"),
            models.CheckConstraint(condition=Q(total__gte=0), name="order_group_total_not_negative"),
            models.CheckConstraint(
                condition=Q(by_cards__gte=0, by_cards__lte=F("total")), name="order_group_cards_pay_at_most_all"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def due(self) -> Money:
        """What is to be paid through a channel: the total less what gift cards have paid."""
        return self.total - self.by_cards


class OrderQuerySet(ShopOwnedQuerySet):
    def awaiting_shipment(self):
        return self.filter(status=Order.Status.PAID, awaits_deal=False)

    def with_returns(self):
        """Of which a parcel came back that was not sent again."""
        back = {"parcels__returned_at__isnull": False, "parcels__replaced_by": None, "parcels__after_sale": None}
        owed = self.filter(status__in=[Order.Status.PAID, Order.Status.SHIPPED])
        return owed.filter(**back).distinct()

    def with_address_asked(self):
        """Of which the shopper wants another address, and nobody has answered."""
        return self.filter(address_changes__status="asked")

    def to_prepare(self):
        """Paid, to be picked up in a store, and not ready there."""
        return self.filter(status=Order.Status.BOOKED, store__isnull=False, ready_at=None)

    def lying_ready(self):
        """Ready in a store, and not fetched."""
        return self.filter(status=Order.Status.BOOKED, ready_at__isnull=False)

    def partly_shipped(self):
        return self.filter(status=Order.Status.PAID, partly_shipped_at__isnull=False)

    def overdue(self, now: datetime, hours: int):
        """To be shipped, and the hours for it are over."""
        since = now - timedelta(hours=hours)
        started = Q(promised_on=None) | Q(promised_on__lte=business_date(since))
        came = Q(deal_came_at=None) | Q(deal_came_at__lt=since)
        return self.awaiting_shipment().filter(started, came, paid_at__lt=since)


class Order(ShopOwned):
    """
    What one shop owes one shopper: that shop's part of an order group. ``due_at`` is when the clock acts next.

    It travels in as many parcels as its shop likes. Until the last of it has left it awaits shipment;
    ``partly_shipped_at`` says that some has.

    An order holds goods of one kind. What goes in a parcel is paid, shipped, delivered; what does not is booked once it
    is paid, and delivered when it is handed out or used. So are goods that are picked up in a ``store``, which says
    when they are ready. One that took a ``deal`` (its key) may have to wait for the
    outcome of that first.

    Where there is a ``deposit`` it is paid first, and the rest of the total between ``balance_from`` and
    ``balance_until``; who misses that leaves the deposit to the shop (``deposit_kept_at``).
    """

    class Status(models.TextChoices):
        UNPAID = "unpaid", _("Awaiting payment")
        DEPOSIT_PAID = "deposit_paid", pgettext_lazy("pre-sale", "Deposit paid")
        PAID = "paid", _("Awaiting shipment")
        BOOKED = "booked", _("Awaiting use or pick-up")
        SHIPPED = "shipped", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        COMPLETED = "completed", _("Completed")
        CANCELED = "canceled", _("Canceled")

    FLOW = Flow(
        {
            Status.UNPAID: {Status.DEPOSIT_PAID, Status.PAID, Status.BOOKED, Status.CANCELED},
            Status.DEPOSIT_PAID: {Status.PAID, Status.CANCELED},
            Status.PAID: {Status.SHIPPED, Status.CANCELED},
            Status.BOOKED: {Status.DELIVERED, Status.CANCELED},
            Status.SHIPPED: {Status.DELIVERED},
            Status.DELIVERED: {Status.COMPLETED},
            Status.COMPLETED: set(),
            Status.CANCELED: set(),
        }
    )

    public_id = PublicIdField(prefix="ord")
    group = models.ForeignKey(OrderGroup, models.PROTECT, related_name="orders", verbose_name=_("order group"))
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders", verbose_name=_("shopper")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.UNPAID)
    kind = models.CharField(
        _("kind of goods"),
        max_length=12,
        choices=Product.Kind,
        default=Product.Kind.PHYSICAL,
        db_default=Product.Kind.PHYSICAL.value,
    )
    currency = CurrencyField()
    goods_total = MoneyField(_("goods"))
    shipping_fee = MoneyField(_("shipping fee"))
    discount = MoneyField(_("discount"), default=0)
    duty = MoneyField(_("duty"), default=0, db_default=0)  # of goods from abroad; owed to customs
    total = MoneyField(_("total"))
    by_cards = MoneyField(_("paid with gift cards"), default=0, db_default=0)  # of the total
    deposit = MoneyField(_("of this the deposit"), default=0, db_default=0)
    deposit_paid_at = models.DateTimeField(_("deposit paid at"), null=True)
    balance_from = models.DateTimeField(_("the rest is paid from"), null=True)
    balance_until = models.DateTimeField(_("the rest is paid until"), null=True)
    deposit_kept_at = models.DateTimeField(_("the deposit fell to the shop at"), null=True)
    refunded = MoneyField(_("returned by after-sales"), default=0, db_default=0)
    refunded_shipping = MoneyField(_("of this the shipping fee"), default=0, db_default=0)
    price_trace = models.JSONField(_("how the price came about"), default=list)
    consignee = EncryptedTextField(_("consignee"))
    phone = EncryptedTextField(_("phone"))
    phone_index = BlindIndexField(source="phone", db_index=False, db_default="")
    province = models.CharField(_("province"), max_length=40)
    city = models.CharField(_("city"), max_length=40)
    district = models.CharField(_("district"), max_length=40, blank=True, default="")
    address_line = EncryptedTextField(_("street and number"))
    store = models.ForeignKey(
        Warehouse, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("picked up in")
    )  # else it is sent, or there is nothing to be sent
    ready_at = models.DateTimeField(_("ready to be picked up since"), null=True)
    promised_on = models.DateField(_("ships from"), null=True)  # of a pre-sale
    packed_at = models.DateTimeField(_("its packing list was printed at"), null=True)
    late_at = models.DateTimeField(_("its time to ship was over at"), null=True)
    partly_shipped_at = models.DateTimeField(_("a part of it was shipped at"), null=True)
    deal = models.CharField(_("deal"), max_length=24, blank=True, default="", db_default="")
    awaits_deal = models.BooleanField(_("waits for the outcome of its deal"), default=False, db_default=False)
    deal_came_at = models.DateTimeField(_("what it waited for came at"), null=True)
    message = models.CharField(_("message to the shop"), max_length=200, blank=True, default="")
    placed_at = models.DateTimeField(_("placed at"))
    paid_at = models.DateTimeField(_("paid at"), null=True)
    shipped_at = models.DateTimeField(_("shipped at"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    completed_at = models.DateTimeField(_("completed at"), null=True)
    canceled_at = models.DateTimeField(_("canceled at"), null=True)
    cancel_reason = models.CharField(_("canceled because"), max_length=200, blank=True, default="")
    due_at = models.DateTimeField(_("the clock acts at"), null=True)
    extended_at = models.DateTimeField(_("its completion was put off at"), null=True)  # by its shopper, once
    paused_at = models.DateTimeField(_("an after-sale is open since"), null=True)
    set_aside_at = models.DateTimeField(_("counts in no figure since"), null=True)  # it looks like fake trade

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("order"), _("orders")
        permissions = [("cancel_order", "Can cancel orders")]
        indexes = [
            models.Index(fields=["status", "due_at"], name="order_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["public_id"], name="order_paused", condition=Q(paused_at__isnull=False)),
            models.Index(fields=["paid_at"], name="order_not_known_late", condition=Q(status="paid", late_at=None)),
            models.Index(fields=["shop", "placed_at", "id"], name="order_of_shop"),
            models.Index(fields=["shop", "status", "placed_at", "id"], name="order_of_shop_by_status"),
            models.Index(fields=["shop", "paid_at", "id"], name="order_of_shop_by_payment"),
            models.Index(fields=["shop", "total", "id"], name="order_of_shop_by_total"),
            models.Index(fields=["shop", "phone_index"], name="order_of_shop_by_phone"),
            models.Index(fields=["shop", "province", "placed_at", "id"], name="order_of_shop_by_province"),
            models.Index(fields=["shopper", "-id"], name="order_of_shopper"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(goods_total__gte=0, shipping_fee__gte=0, discount__gte=0, duty__gte=0, total__gte=0),
                name="order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(total=F("goods_total") + F("shipping_fee") - F("discount") + F("duty")),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=F("refunded_shipping"), refunded__lte=F("total"), refunded_shipping__gte=0)
                & Q(refunded_shipping__lte=F("shipping_fee")),
                name="order_refunded_at_most_what_was_paid",
            ),
            models.CheckConstraint(
                condition=Q(by_cards=0)
                | Q(by_cards__gt=0, by_cards__lte=F("total") - F("duty")) & ~Q(kind="gift_card"),
                name="order_cards_pay_neither_duty_nor_cards",
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=False) | Q(status__in=["unpaid", "deposit_paid", "canceled"]),
                name="order_paid_before_it_moves",
            ),
            models.CheckConstraint(
                condition=Q(deposit=0, deposit_paid_at=None, balance_from=None, balance_until=None)
                | Q(deposit__gt=0, deposit__lt=F("total"), by_cards=0, duty=0, balance_until__gt=F("balance_from")),
                name="order_deposit_is_part_of_it",
            ),
            models.CheckConstraint(
                condition=Q(deposit_paid_at__isnull=False)
                | ~Q(status="deposit_paid") & (Q(deposit=0) | Q(status__in=["unpaid", "canceled"])),
                name="order_deposit_paid_before_the_rest",
            ),
            models.CheckConstraint(
                condition=Q(deposit_kept_at=None) | Q(status="canceled", deposit_paid_at__isnull=False, paid_at=None),
                name="order_deposit_kept_of_what_was_missed",
            ),
            models.CheckConstraint(
                condition=Q(shipped_at__isnull=False)
                | Q(status__in=["unpaid", "deposit_paid", "paid", "booked", "canceled"])
                | Q(kind__in=["virtual", "service", "gift_card"])
                | Q(store__isnull=False),
                name="order_shipped_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(store=None, ready_at=None)
                | Q(store__isnull=False, kind="physical", shipping_fee=0, awaits_deal=False, shipped_at=None)
                & ~Q(status__in=["paid", "shipped"]),
                name="order_picked_up_is_not_sent",
            ),
            models.CheckConstraint(
                condition=Q(partly_shipped_at=None) | Q(status__in=["paid", "shipped", "delivered", "completed"]),
                name="order_partly_shipped_is_not_canceled",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=False) | ~Q(status__in=["delivered", "completed"]),
                name="order_delivered_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=False) | ~Q(status="completed"), name="order_completed_has_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None) | Q(status__in=["delivered", "completed"]),
                name="order_extended_after_delivery",
            ),
            models.CheckConstraint(condition=~Q(deal="") | Q(awaits_deal=False), name="order_waits_for_a_deal"),
            models.CheckConstraint(
                condition=Q(awaits_deal=False) | Q(status__in=["unpaid", "paid", "booked", "canceled"]),
                name="order_that_waits_is_not_sent",
            ),
            models.CheckConstraint(
                condition=Q(canceled_at__isnull=False) | ~Q(status="canceled"), name="order_canceled_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def ship_clock(self) -> datetime:
        """
        From when on the hours to ship count: since it is paid, of a deal since what it waited for came, of a pre-sale
        since its day at the earliest.
        """
        begins = max(self.paid_at, self.deal_came_at) if self.deal_came_at else self.paid_at
        return max(begins, start_of(self.promised_on)) if self.promised_on else begins

    @property
    def destination(self) -> str:
        """Where it goes, province and city in the reader's language; empty of what is never brought."""
        return told_place(self.province, self.city)

    @property
    def is_picked_up(self) -> bool:
        """Whether its shopper comes for it, or came."""
        return self.store_id is not None

    @property
    def is_partly_shipped(self) -> bool:
        """Whether some of it has left and the rest has not: no status of its own, the order awaits shipment."""
        return self.status == self.Status.PAID and self.partly_shipped_at is not None

    def get_status_display(self) -> str:
        """The status in words; that a part has left, or that somebody may come for it, is said as well."""
        if self.store_id is not None and self.status == self.Status.BOOKED:
            return gettext("Ready to be picked up") if self.ready_at else gettext("Being prepared for pick-up")
        return gettext("Partly shipped") if self.is_partly_shipped else str(self.Status(self.status).label)

    @property
    def can_be_canceled(self) -> bool:
        """Whether it may come to nothing: while none of it has left."""
        return self.FLOW.can(self, self.Status.CANCELED) and self.partly_shipped_at is None

    @property
    def can_be_extended(self) -> bool:
        """Whether its shopper may put its completion off: once, while it has arrived and is not complete."""
        return self.status == self.Status.DELIVERED and self.due_at is not None and self.extended_at is None

    @property
    def before_duty(self) -> Money:
        """What is paid for goods and delivery: of this the shop gets its share."""
        return self.total - self.duty

    @property
    def in_cash(self) -> Money:
        """What of it was not paid with gift cards."""
        return self.total - self.by_cards

    @property
    def balance(self) -> Money:
        """What is left to be paid after the deposit."""
        return self.total - self.deposit

    @property
    def deposit_worth(self) -> Money:
        """What the deposit counts for in the price: as much as it is, or more."""
        noted = next((note["worth"] for note in self.price_trace if note["step"] == "deposit"), self.deposit.minor)
        return Money(noted, self.currency)

    @property
    def received(self) -> Money:
        """What has been paid of it so far, whatever went back since."""
        if self.paid_at is not None:
            return self.total
        return self.deposit if self.deposit_paid_at is not None else Money(0, self.currency)

    @property
    def is_of_cards(self) -> bool:
        """Whether gift cards were bought with it."""
        return self.kind == Product.Kind.GIFT_CARD

    @property
    def is_sent(self) -> bool:
        """Whether it goes in a parcel."""
        return self.store_id is None and kinds.is_sent(self.kind)


class OrderLine(ShopOwned):
    """
    One SKU of an order with everything it was placed under: words, price, discount, commission rate.

    ``discount_parts`` says which offer took what off and who bears it (``marketing.pricing``), ``subsidy`` is what of
    the discount the mall bears, ``issuers`` what other shops bear of it (fen by the shop's key, ``from_issuers`` in
    all): settlement pays both to the shop. ``gift_count`` of the pieces were given.
    ``gifts_back`` of them came back with what they were given for; ``kept_for_gifts`` is what of the line's money a
    refund has kept because gifts were kept (``orders.after_sales.gifts``).
    ``commission`` is what a rule of commission takes of the whole line, ``commission_rule`` which rule and how it was
    counted (``catalog.commission``); without a rule it is ``commission_bps``, the rate of the category.
    ``duty`` of goods from abroad comes on top of ``total``, ``duty_parts`` tells of what value and at which rates
    (``catalog.duty``), with what was stated for customs.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    product_public_id = models.CharField(max_length=24)
    title = TextField(_("title"))
    choice_text = TextField(_("bought as"), blank=True)
    picture = models.CharField(_("picture"), max_length=200, blank=True, default="")
    slot = models.ForeignKey(
        TimeSlot, models.PROTECT, null=True, related_name="+", verbose_name=_("time")
    )  # of a service: when
    quantity = models.PositiveIntegerField(_("quantity"))
    currency = CurrencyField()
    unit_price = MoneyField(_("unit price"))
    discount = MoneyField(_("discount"), default=0)
    total = MoneyField(_("total"))
    discount_parts = models.JSONField(_("how the discount came about"), null=True)
    subsidy = MoneyField(_("borne by the mall"), default=0, db_default=0)
    issuers = models.JSONField(_("borne by other shops, by shop"), null=True)
    from_issuers = MoneyField(_("borne by other shops"), default=0, db_default=0)
    gift_count = models.PositiveIntegerField(_("given"), default=0, db_default=0)
    duty = MoneyField(_("duty"), default=0, db_default=0)
    duty_parts = models.JSONField(_("how the duty came about"), null=True)
    commission_bps = models.PositiveIntegerField(_("commission in basis points"))
    commission_on_subsidy = models.BooleanField(_("commission also of the subsidy"), default=True, db_default=True)
    commission = MoneyField(_("commission by a rule"), null=True)
    commission_rule = models.JSONField(_("how that commission came about"), null=True)
    claimed_quantity = models.PositiveIntegerField(_("pieces in after-sales"), default=0, db_default=0)
    claimed = MoneyField(_("their part of what was paid"), default=0, db_default=0)
    refunded_quantity = models.PositiveIntegerField(_("pieces refunded"), default=0, db_default=0)
    refunded = MoneyField(_("returned by after-sales"), default=0, db_default=0)
    refunded_duty = MoneyField(_("duty returned by after-sales"), default=0, db_default=0)
    kept_for_gifts = MoneyField(_("kept of its refunds for gifts"), default=0, db_default=0)
    gifts_back = models.PositiveIntegerField(_("of what was given, came back"), default=0, db_default=0)
    shipped_quantity = models.PositiveIntegerField(_("pieces shipped"), default=0, db_default=0)
    dropped_quantity = models.PositiveIntegerField(_("pieces refunded before shipping"), default=0, db_default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("order line"), _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "sku"], name="order_line_once_per_sku"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(total__gte=0, discount__gte=0) & Q(total=F("unit_price") * F("quantity") - F("discount")),
                name="order_line_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(subsidy__gte=0, from_issuers__gte=0, gift_count__lte=F("quantity"))
                & Q(discount__gte=F("subsidy") + F("from_issuers")),
                name="order_line_subsidy_within_discount",
            ),
            models.CheckConstraint(
                condition=Q(claimed_quantity__lte=F("quantity"), refunded_quantity__lte=F("claimed_quantity")),
                name="order_line_claimed_at_most_what_was_bought",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, kept_for_gifts__gte=0, claimed__lte=F("total"))
                & Q(claimed__gte=F("refunded") + F("kept_for_gifts")),
                name="order_line_refunded_at_most_what_was_paid",
            ),
            models.CheckConstraint(
                condition=Q(gifts_back__lte=F("gift_count")) & Q(gifts_back__lte=F("refunded_quantity")),
                name="order_line_gifts_back_at_most_what_was_given",
            ),
            models.CheckConstraint(
                condition=Q(commission=None, commission_rule__isnull=True)
                | Q(commission__gte=0, commission__lte=F("total"), commission_rule__isnull=False),
                name="order_line_commission_at_most_what_was_paid",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("shipped_quantity") + F("dropped_quantity"))
                & Q(dropped_quantity__lte=F("refunded_quantity")),
                name="order_line_shipped_at_most_what_is_owed",
            ),
            models.CheckConstraint(
                condition=Q(duty__gte=0, refunded_duty__gte=0, refunded_duty__lte=F("duty")),
                name="order_line_duty_returned_at_most_once",
            ),
        ]

    @property
    def gifts_left(self) -> int:
        """How many of the pieces that were given did not come back."""
        return min(self.gift_count - self.gifts_back, self.quantity - self.refunded_quantity)

    @property
    def bought_left(self) -> int:
        """How many of the pieces that were bought have not been refunded."""
        return max(self.quantity - self.gift_count - (self.refunded_quantity - self.gifts_back), 0)

    @property
    def gift_worth(self) -> Money:
        """What the pieces that were given are worth: the price of the SKU when the order was placed."""
        return self.unit_price * self.gift_count

    @property
    def gift_from(self) -> Money | None:
        """Who paid so much got what was given of this line; ``None`` where nothing was."""
        given = [part["gift"]["at"] for part in self.discount_parts or () if "gift" in part]
        return Money(min(given), self.currency) if given else None

    @property
    def unsent(self) -> int:
        """How many pieces the shop has still to send."""
        return self.quantity - self.shipped_quantity - self.dropped_quantity

    @property
    def commission_base(self) -> Money:
        """What the commission is taken of: what was paid, and what mall and other shops added unless set otherwise."""
        return self.total + self.subsidy + self.from_issuers if self.commission_on_subsidy else self.total

    @property
    def whole_commission(self) -> Money:
        """What the mall takes of it as long as nothing goes back: by a rule, else at its rate."""
        return self.commission_base.share(self.commission_bps) if self.commission is None else self.commission


class OrderStep(ShopOwned):
    """One line of an order's timeline: what happened, when, by whom (nobody: the clock or the payment channel)."""

    class Kind(models.TextChoices):
        PLACED = "placed", _("Order placed")
        DEPOSIT_PAID = "deposit_paid", _("Deposit received")
        PAID = "paid", _("Payment received")
        DEAL_CAME = "deal_came", _("What it waited for has come")
        PART_SHIPPED = "part_shipped", _("Shipped in part")
        SHIPPED = "shipped", _("Shipped")
        READY = "ready", _("Ready to be picked up")
        ADDRESS = "address", _("Address changed")
        RETURNED = "returned", _("A parcel came back")
        DELIVERED = "delivered", _("Delivered")
        EXTENDED = "extended", _("Completion put off")
        COMPLETED = "completed", _("Completed")
        CANCELED = "canceled", _("Canceled")
        DEPOSIT_KEPT = "deposit_kept", _("The shop keeps the deposit")
        REFUNDED = "refunded", _("Money returned")

    order = models.ForeignKey(Order, models.CASCADE, related_name="steps")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("step"), _("steps")
        indexes = [models.Index(fields=["order", "id"], name="order_step_in_order")]

    @property
    def said(self) -> str:
        """The note in the reader's language: a carrier is noted by its code."""
        if self.kind not in {self.Kind.SHIPPED, self.Kind.PART_SHIPPED, self.Kind.RETURNED}:
            return self.note
        code, _space, number = self.note.partition(" ")
        return f"{dict(Carrier.choices).get(code, code)} {number}"
