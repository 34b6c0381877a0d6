"""A shopper's case about what she bought (O7): what she asks, how it stands, what is said and what is decided."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from orders.models.carrier import Carrier
from orders.models.order import Order, OrderLine

MOST_REVISIONS = 3


class AfterSale(ShopOwned):
    """
    One case: some pieces of one order line, or a complaint about an order (which names no line and moves no money).

    Price protection and compensation (``MONEY_ONLY``) return money for pieces that stay: they claim no pieces, only
    their amount (``worth``); of the first ``paid_then`` and ``price_now`` say how it came about.

    Of what was asked, ``gift_charge`` is kept for gifts that she keeps although their step was not reached;
    ``gift_credit`` is what earlier cases of the order had kept for gifts that came back after all (``CreditedLine``).

    ``due_at`` is when the clock acts, worked out from the numbers in force when the case came into its status.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", _("Refund only")
        RETURN = "return", _("Return and refund")
        EXCHANGE = "exchange", _("Exchange")
        REPAIR = "repair", _("Repair")
        COMPLAINT = "complaint", _("Complaint")
        PROTECT = "protect", _("Price protection")
        COMPENSATE = "compensate", _("Compensation")

    MONEY_ONLY = [Kind.PROTECT, Kind.COMPENSATE]
    WITH_AMOUNT = [Kind.REFUND, Kind.RETURN, *MONEY_ONLY]

    class Reason(models.TextChoices):
        CHANGED_MIND = "changed_mind", _("I no longer want it")
        WRONG_CHOICE = "wrong_choice", _("I chose the wrong kind or size")
        NOT_ARRIVED = "not_arrived", _("It did not arrive, or not all of it")
        LATE = "late", _("It is sent too late")
        DAMAGED = "damaged", _("It arrived damaged")
        DEFECTIVE = "defective", _("It does not work")
        NOT_AS_DESCRIBED = "not_as_described", _("It is not as described")
        WRONG_GOODS = "wrong_goods", _("The wrong goods arrived")
        FAKE = "fake", _("I doubt that it is genuine")
        SERVICE = "service", _("I was treated badly")
        OTHER = "other", _("Another reason")
        PRICE_FELL = "price_fell", _("The price has fallen")

    ASKED_FOR = list(Reason)  # what a shopper may give as her reason
    ASKED_FOR.remove(Reason.PRICE_FELL)
    COMPENSATED = [  # what a shop pays for of its own accord
        Reason.LATE, Reason.NOT_ARRIVED, Reason.DAMAGED, Reason.DEFECTIVE, Reason.WRONG_GOODS, Reason.SERVICE,
        Reason.OTHER,
    ]  # fmt: skip

    OF_THE_SHOP = [  # whose fault it is when the shopper is right
        Reason.NOT_ARRIVED, Reason.LATE, Reason.DAMAGED, Reason.DEFECTIVE, Reason.NOT_AS_DESCRIBED, Reason.WRONG_GOODS,
        Reason.FAKE, Reason.SERVICE,
    ]  # fmt: skip

    class Status(models.TextChoices):
        ASKED = "asked", _("Waiting for the shop")
        REFUSED = "refused", _("Refused by the shop")
        ANSWERED = "answered", _("Answered by the shop")
        AWAITING_RETURN = "awaiting_return", _("To be sent back")
        RETURNING = "returning", _("On its way back")
        INSPECTING = "inspecting", _("Being inspected")
        RESENDING = "resending", _("The shop sends goods")
        RESENT = "resent", _("Goods on their way")
        ARBITRATION = "arbitration", _("The mall decides")
        DECIDED = "decided", _("Decided, may be appealed")
        REFUNDING = "refunding", _("Money on its way back")
        DONE = "done", _("Settled")
        CLOSED = "closed", _("Closed")

    FLOW = Flow(
        {
            Status.ASKED: {
                Status.REFUSED,
                Status.ANSWERED,
                Status.AWAITING_RETURN,
                Status.REFUNDING,
                Status.ARBITRATION,
                Status.DONE,
                Status.CLOSED,
            },
            Status.REFUSED: {
                Status.ASKED,
                Status.AWAITING_RETURN,
                Status.RESENDING,
                Status.REFUNDING,
                Status.ARBITRATION,
                Status.DONE,
                Status.CLOSED,
            },
            Status.ANSWERED: {Status.ARBITRATION, Status.DONE, Status.CLOSED},
            Status.AWAITING_RETURN: {Status.RETURNING, Status.CLOSED},
            Status.RETURNING: {Status.INSPECTING},
            Status.INSPECTING: {Status.REFUNDING, Status.RESENDING, Status.REFUSED, Status.DONE},
            Status.RESENDING: {Status.RESENT, Status.REFUNDING, Status.DONE},
            Status.RESENT: {Status.DONE, Status.ARBITRATION, Status.RESENDING},
            Status.ARBITRATION: {Status.DECIDED, Status.CLOSED},
            Status.DECIDED: {
                Status.ARBITRATION,
                Status.AWAITING_RETURN,
                Status.REFUNDING,
                Status.DONE,
                Status.CLOSED,
            },
            Status.REFUNDING: {Status.DONE},
            Status.DONE: set(),
            Status.CLOSED: set(),
        }
    )
    ENDED = [Status.DONE, Status.CLOSED]
    SETTLED = [Status.REFUNDING, Status.DONE]

    class Fault(models.TextChoices):
        SHOPPER = "shopper", _("The shopper")
        SHOP = "shop", _("The shop")
        NOBODY = "nobody", _("Nobody")

    public_id = PublicIdField(prefix="afs")
    order = models.ForeignKey(Order, models.PROTECT, related_name="after_sales", verbose_name=_("order"))
    line = models.ForeignKey(
        OrderLine, models.PROTECT, null=True, related_name="after_sales", verbose_name=_("order line")
    )
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="after_sales", verbose_name=_("shopper")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.ASKED)
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    currency = CurrencyField()
    worth = MoneyField(_("paid for these pieces"), default=0)
    asked = MoneyField(_("refund asked for"), default=0)
    refund_goods = MoneyField(_("returned for the goods"), default=0)
    refund_shipping = MoneyField(_("returned of the shipping fee"), default=0)
    refund_duty = MoneyField(_("returned of the duty"), default=0, db_default=0)
    gift_charge = MoneyField(_("kept for gifts"), default=0, db_default=0)
    gift_credit = MoneyField(_("returned of what was kept for gifts"), default=0, db_default=0)
    paid_then = MoneyField(_("paid for them"), null=True)
    price_now = MoneyField(_("what they cost now"), null=True)
    is_unshipped = models.BooleanField(_("before shipping"), default=False)
    is_after_completion = models.BooleanField(_("after the order was completed"), default=False)
    replacement = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+", verbose_name=_("replacement"))
    revision_count = models.PositiveSmallIntegerField(_("revisions"), default=0)
    return_carrier = models.CharField(_("sent back with"), max_length=8, choices=Carrier, blank=True, default="")
    return_number = models.CharField(_("tracking number of the return"), max_length=40, blank=True, default="")
    sellable_count = models.PositiveIntegerField(_("inspected: sellable"), default=0)
    damaged_count = models.PositiveIntegerField(_("inspected: damaged"), default=0)
    fault = models.CharField(_("whose fault"), max_length=8, choices=Fault, blank=True, default="")
    opened_at = models.DateTimeField(_("opened at"))
    answered_at = models.DateTimeField(_("first answered at"), null=True)
    came_back_at = models.DateTimeField(_("came back at"), null=True)
    inspected_at = models.DateTimeField(_("inspected at"), null=True)
    escalated_at = models.DateTimeField(_("brought before the mall at"), null=True)
    evidence_until = models.DateTimeField(_("evidence until"), null=True)
    settled_at = models.DateTimeField(_("money owed since"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    due_at = models.DateTimeField(_("the clock acts at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("after-sale"), _("after-sales")
        permissions = [("decide_aftersale", "Can decide after-sales")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="after_sale_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["shop", "opened_at", "id"], name="after_sale_of_shop"),
            models.Index(fields=["shop", "status", "opened_at", "id"], name="after_sale_of_shop_by_status"),
            models.Index(fields=["shop", "due_at", "id"], name="after_sale_of_shop_by_clock"),
            models.Index(fields=["shopper", "-id"], name="after_sale_of_shopper"),
            models.Index(fields=["escalated_at"], name="after_sale_to_decide", condition=Q(status="arbitration")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="complaint", line=None, quantity=0)
                | ~Q(kind="complaint") & Q(line__isnull=False, quantity__gt=0),
                name="after_sale_of_a_line_or_a_complaint",
            ),
            models.CheckConstraint(
                condition=Q(asked__gte=0, refund_goods__gte=0, refund_shipping__gte=0, refund_duty__gte=0)
                & Q(gift_charge__gte=0, gift_credit__gte=0)
                & Q(asked__lte=F("worth"), worth__gte=F("refund_goods") + F("gift_charge")),
                name="after_sale_refunds_at_most_what_was_paid",
            ),
            models.CheckConstraint(
                condition=Q(refund_goods=0, refund_shipping=0, refund_duty=0, gift_charge=0, gift_credit=0)
                | ~Q(kind="complaint"),
                name="after_sale_complaint_moves_no_money",
            ),
            models.CheckConstraint(
                condition=Q(kind="protect", asked=F("paid_then") - F("price_now"))
                | ~Q(kind="protect") & Q(paid_then=None, price_now=None),
                name="after_sale_price_difference_adds_up",
            ),
            models.UniqueConstraint(
                fields=["line", "quantity", "price_now"], condition=Q(kind="protect"), name="after_sale_price_once"
            ),
            models.CheckConstraint(
                condition=Q(revision_count__lte=MOST_REVISIONS), name="after_sale_revised_at_most_three_times"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("sellable_count") + F("damaged_count")),
                name="after_sale_inspected_what_came",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["done", "closed"], ended_at__isnull=False, due_at=None)
                | ~Q(status__in=["done", "closed"]) & Q(ended_at=None),
                name="after_sale_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False)
                | ~Q(status="refunding")
                & Q(refund_goods=0, refund_shipping=0, refund_duty=0, gift_charge=0, gift_credit=0),
                name="after_sale_money_has_a_moment",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        return self.status not in self.ENDED

    @property
    def is_complaint(self) -> bool:
        return self.kind == self.Kind.COMPLAINT

    @property
    def is_money_only(self) -> bool:
        """Whether it returns money for pieces that stay what they are: they may still go back for the rest."""
        return self.kind in self.MONEY_ONLY

    @property
    def pieces(self) -> int:
        """How many pieces it settles: none where money alone goes back."""
        return 0 if self.is_money_only else self.quantity

    @property
    def has_amount(self) -> bool:
        """Whether it is about a sum of money."""
        return self.kind in self.WITH_AMOUNT

    @property
    def refund(self):
        """All that goes back, for the goods, of the shipping fee, of the duty and of what was kept for gifts."""
        return self.refund_goods + self.refund_shipping + self.refund_duty + self.gift_credit

    @property
    def is_blamed_on_shop(self) -> bool:
        """Whether the shopper's reason, if true, is the shop's fault."""
        return self.reason in self.OF_THE_SHOP


class CaseGift(ShopOwned):
    """A gift as one more line of a case: so many pieces go back with the goods for which they were given."""

    case = models.ForeignKey(AfterSale, models.PROTECT, related_name="gifts", verbose_name=_("after-sale"))
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+", verbose_name=_("order line"))
    quantity = models.PositiveIntegerField(_("quantity"))
    sellable_count = models.PositiveIntegerField(_("inspected: sellable"), default=0)
    damaged_count = models.PositiveIntegerField(_("inspected: damaged"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("gift of an after-sale"), _("gifts of after-sales")
        constraints = [
            models.UniqueConstraint(fields=["case", "line"], name="case_gift_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(quantity__gte=F("sellable_count") + F("damaged_count")),
                name="case_gift_inspected_what_came",
            ),
        ]


class CreditedLine(ShopOwned):
    """What a case returns of the money that earlier refunds of a line had kept for gifts."""

    case = models.ForeignKey(AfterSale, models.PROTECT, related_name="credits", verbose_name=_("after-sale"))
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+", verbose_name=_("order line"))
    currency = CurrencyField()
    amount = MoneyField(_("amount"))

    class Meta:
        verbose_name, verbose_name_plural = _("credited line"), _("credited lines")
        constraints = [
            models.UniqueConstraint(fields=["case", "line"], name="credited_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="credited_line_amount_positive"),
        ]


class AfterSaleNote(ShopOwned):
    """One entry of a case's thread, append-only: what somebody did or said, with the pictures she showed (sealed)."""

    class Side(models.TextChoices):
        SHOPPER = "shopper", _("Shopper")
        SHOP = "shop", _("Shop")
        MALL = "mall", _("Mall")
        CLOCK = "clock", _("By itself")

    class Did(models.TextChoices):
        OPENED = "opened", _("Asked")
        REVISED = "revised", _("Changed the request")
        SAID = "said", _("Wrote")
        EVIDENCE = "evidence", _("Showed evidence")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")
        ANSWERED = "answered", _("Answered the complaint")
        SENT_BACK = "sent_back", _("Sent the goods back")
        CAME_BACK = "came_back", _("The goods came back")
        INSPECTED = "inspected", _("Inspected the goods")
        REJECTED = "rejected", _("Did not accept what came back")
        COUNTED = "counted", _("Counted what came back")
        RESENT = "resent", _("Sent goods")
        UNDELIVERED = "undelivered", _("What was sent came back")
        GAVE_MONEY = "gave_money", _("Returns the money instead")
        RECEIVED = "received", _("Received the goods")
        ESCALATED = "escalated", _("Asked the mall to decide")
        DECIDED = "decided", _("Decided")
        APPEALED = "appealed", _("Appealed")
        EXECUTED = "executed", _("The decision is carried out")
        REFUNDED = "refunded", _("The money went back")
        SOLVED = "solved", _("Is content")
        CLOSED = "closed", _("Closed the case")
        PROTECTED = "protected", _("The difference goes back")
        COMPENSATED = "compensated", _("Pays a compensation")
        RESTOCKED = "restocked", _("Counted the replacement that came back")

    case = models.ForeignKey(AfterSale, models.PROTECT, related_name="notes", verbose_name=_("after-sale"))
    side = models.CharField(_("side"), max_length=8, choices=Side)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    did = models.CharField(_("what"), max_length=12, choices=Did)
    text = models.CharField(_("words"), max_length=1000, blank=True, default="")
    files = models.JSONField(_("files"), default=list)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("entry of an after-sale"), _("entries of after-sales")
        indexes = [models.Index(fields=["case", "id"], name="after_sale_note_in_case")]


class Verdict(ShopOwned):
    """What an officer of the mall decided about a case; an appeal is decided once more, by somebody else."""

    class Payer(models.TextChoices):
        SHOPPER = "shopper", _("The shopper")
        SHOP = "shop", _("The shop")

    class Round(models.IntegerChoices):
        FIRST = 1, _("First decision")
        APPEAL = 2, _("Decision of the appeal")

    case = models.ForeignKey(AfterSale, models.PROTECT, related_name="verdicts", verbose_name=_("after-sale"))
    round = models.PositiveSmallIntegerField(_("round"), choices=Round)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    earlier_officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("first decided by")
    )
    liability_percent = models.PositiveSmallIntegerField(_("the shop's part of the fault, in percent"))
    currency = CurrencyField()
    refund = MoneyField(_("returned for the goods"), default=0)
    needs_return = models.BooleanField(_("the goods go back"), default=False)
    shipping_payer = models.CharField(_("who pays the shipping"), max_length=8, choices=Payer)
    reason = models.CharField(_("reason"), max_length=1000)
    decided_at = models.DateTimeField(_("decided at"))
    appealed_at = models.DateTimeField(_("appealed at"), null=True)
    appealed_side = models.CharField(_("appealed by"), max_length=8, choices=AfterSaleNote.Side, blank=True, default="")
    executed_at = models.DateTimeField(_("carried out at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("verdict"), _("verdicts")
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="verdict_once_per_round"),
            models.CheckConstraint(
                condition=Q(round=1, earlier_officer=None)
                | Q(round=2, earlier_officer__isnull=False, appealed_at=None) & ~Q(officer=F("earlier_officer")),
                name="verdict_appeal_by_another_officer",
            ),
            models.CheckConstraint(condition=Q(liability_percent__lte=100, refund__gte=0), name="verdict_amounts_sane"),
            models.CheckConstraint(
                condition=Q(appealed_at=None) | Q(executed_at=None), name="verdict_appealed_is_not_executed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.get_round_display()}"
