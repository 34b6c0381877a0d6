"""Money that looks wrong (R4): the rules, what each look at a withdrawal or refund found, and the cases it made."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    Between which limits staff may turn a rule, in which unit, on which side of the limit it speaks, and all of it in a
    sentence. ``per``: so much of what is kept makes one of the unit; a part is kept in hundredths of a per cent.
    """

    least: int
    most: int
    unit: Promise
    way: str  # from, over, under
    sentence: Promise
    per: int = 1

    def typed(self, kept: int) -> str:
        """A limit, or what was found, as people read and type it."""
        return f"{kept / self.per:.2f}".rstrip("0").rstrip(".")

    def kept(self, typed: Decimal) -> int | None:
        """What was typed as it is kept; nothing when it is finer than that, or out of bounds."""
        kept = typed * self.per
        return int(kept) if kept == kept.to_integral_value() and self.least <= kept <= self.most else None

    def told(self, kept: int) -> str:
        """With its unit, as in “99 %”."""
        return f"{self.typed(kept)} {self.unit}"

    def says(self, limit: int) -> str:
        """What a rule with this limit looks for, in one sentence."""
        return str(self.sentence) % {"limit": self.typed(limit)}

    def speaks(self, found: int, limit: int) -> bool:
        return {"from": found >= limit, "over": found > limit, "under": found < limit}[self.way]


class Mode(models.TextChoices):
    OFF = "off", _("Off")
    SHADOW = "shadow", _("In shadow")
    LIVE = "live", _("In force")


class MoneyRule(models.Model):
    """
    One sign that money moves as it should not: how much it weighs and from which limit on it speaks.

    In shadow it makes cases that staff may look at and that hold nothing; in force it holds the shop's money at once.
    """

    class Code(models.TextChoices):
        LARGE = "large", _("Larger than nearly all withdrawals of the mall")
        TURNOVER = "turnover", _("A large part of what the shop sold in 30 days")
        OFTEN = "often", _("Many withdrawals within 24 hours")
        NEW_ACCOUNT = "new_account", _("The shop's bank accounts were changed just before")
        NEW_DEVICE = "new_device", _("Asked for from a device new to this person")
        NIGHT = "night", _("Asked for at night")
        PAYEES = "payees", _("Money goes to many accounts within 30 days")
        REFUNDS = "refunds", _("Refunds of a week far above the usual")
        COUPONS = "coupons", _("Many accounts on one device pay with coupons")

    BOUNDS = {
        Code.LARGE: Bounds(
            9_000, 10_000, _("per cent of all withdrawals"), "from",
            _("Speaks when %(limit)s per cent of all withdrawals of the mall, or more, were smaller."), per=100,
        ),
        Code.TURNOVER: Bounds(
            1_000, 50_000, _("per cent of the turnover"), "over",
            _("Speaks when more than %(limit)s per cent of what the shop sold in 30 days is withdrawn."), per=100,
        ),
        Code.OFTEN: Bounds(
            2, 20, _("withdrawals"), "from", _("Speaks from %(limit)s withdrawals within 24 hours on.")
        ),
        Code.NEW_ACCOUNT: Bounds(
            1, 720, _("hours"), "under",
            _("Speaks when the shop's bank accounts were changed less than %(limit)s hours before."),
        ),
        Code.NEW_DEVICE: Bounds(
            1, 720, _("hours since it was first seen"), "under",
            _("Speaks when the person's device was first seen less than %(limit)s hours before."),
        ),
        Code.NIGHT: Bounds(
            1, 8, _("o'clock"), "under", _("Speaks when it is asked for between midnight and %(limit)s o'clock.")
        ),
        Code.PAYEES: Bounds(
            2, 20, _("accounts"), "from",
            _("Speaks when money goes to %(limit)s bank accounts or more within 30 days."),
        ),
        Code.REFUNDS: Bounds(
            150, 2_000, _("per cent of a usual week"), "over",
            _("Speaks when the refunds of a week are more than %(limit)s per cent of those of a usual week."),
        ),
        Code.COUPONS: Bounds(
            2, 100, _("people on one device"), "from",
            _("Speaks when %(limit)s people or more pay with coupons on one device."),
        ),
    }  # fmt: skip
    Mode = Mode

    public_id = PublicIdField(prefix="mnr")
    code = models.CharField(_("sign"), max_length=12, choices=Code, unique=True)
    mode = models.CharField(_("mode"), max_length=6, choices=Mode, default=Mode.SHADOW)
    weight = models.PositiveSmallIntegerField(_("points"))
    limit = models.PositiveIntegerField(_("limit"))

    class Meta:
        verbose_name, verbose_name_plural = _("rule for money"), _("rules for money")
        permissions = [("turn_moneyrule", "Can propose and confirm changes of rules for money")]
        constraints = [models.CheckConstraint(condition=Q(weight__lte=100), name="money_rule_weight_within_100")]

    def __str__(self) -> str:
        return str(self.get_code_display())

    @property
    def bounds(self) -> Bounds:
        return self.BOUNDS[self.Code(self.code)]

    @property
    def sentence(self) -> str:
        """What it looks for, with its limit in the unit of people."""
        return self.bounds.says(self.limit)


class MoneyRuleTurn(models.Model):
    """A change of a rule that one person proposed; it counts when another has confirmed it."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for the second person")
        CONFIRMED = "confirmed", _("Confirmed")
        DISCARDED = "discarded", _("Discarded")

    FLOW = Flow(
        {
            Status.PROPOSED: {Status.CONFIRMED, Status.DISCARDED},
            Status.CONFIRMED: set(),
            Status.DISCARDED: set(),
        }
    )

    public_id = PublicIdField(prefix="mrt")
    rule = models.ForeignKey(MoneyRule, models.PROTECT, related_name="turns", verbose_name=_("rule"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROPOSED)
    mode = models.CharField(_("mode"), max_length=6, choices=Mode)
    weight = models.PositiveSmallIntegerField(_("points"))
    limit = models.PositiveIntegerField(_("limit"))
    reason = models.CharField(_("reason"), max_length=300)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("change of a rule for money"), _("changes of rules for money")
        permissions = [("decide_moneyruleturn", "Can confirm changes of rules for money")]
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(status="proposed"), name="money_rule_one_turn_waits"),
            models.CheckConstraint(
                condition=Q(status="proposed", ended_by=None) | ~Q(status="proposed") & Q(ended_by__isnull=False),
                name="money_rule_turn_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | ~Q(ended_by=F("proposed_by")),
                name="money_rule_turn_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.get_mode_display()} · {self.weight} · {self.rule.bounds.told(self.limit)}"

    @property
    def sentence(self) -> str:
        """What the rule looks for once the change is confirmed."""
        return self.rule.bounds.says(self.limit)


class MoneyCase(models.Model):
    """
    A shop whose money moved as it should not. One case of a shop is open at a time; what is found meanwhile joins it.

    What one person proposes another decides. ``hold`` is what keeps the shop's available money; ``amount`` is what is
    seized of it, on whose order and under which number.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Being looked into")
        PROPOSED = "proposed", _("Waiting for the second person")
        RELEASED = "released", _("Released")
        SEIZED = "seized", _("Seized")
        APPEALED = "appealed", _("Seized, appealed against")
        RETURNED = "returned", _("Seized and given back")

    FLOW = Flow(
        {
            Status.OPEN: {Status.PROPOSED},
            Status.PROPOSED: {Status.OPEN, Status.RELEASED, Status.SEIZED},
            Status.RELEASED: set(),
            Status.SEIZED: {Status.APPEALED},
            Status.APPEALED: {Status.SEIZED, Status.RETURNED},
            Status.RETURNED: set(),
        }
    )
    UNDECIDED = (Status.OPEN, Status.PROPOSED)

    class Decision(models.TextChoices):
        RELEASE = "release", _("Release the money")
        SEIZE = "seize", _("Seize it")

    class Authority(models.TextChoices):
        COURT = "court", _("A court")
        POLICE = "police", _("Public security")
        REGULATOR = "regulator", _("Market regulator")
        TAX = "tax", _("Tax authority")
        RULES = "rules", _("The rules of the mall, as agreed with the merchant")

    class Check(models.TextChoices):
        """What staff look into before they propose anything."""

        CALL = "call", _("Call the merchant at the number of her papers")
        ORDERS = "orders", _("Look at the orders that brought the money")
        BANK = "bank", _("Hold the bank account against the business licence")
        SIGN_INS = "sign_ins", _("See who signed in, when and from which devices")
        REFUNDS = "refunds", _("Read the refunds and their reasons")
        COUPONS = "coupons", _("See who used the coupons, and from where")

    public_id = PublicIdField(prefix="mnc")
    shop_id = models.CharField(_("shop"), max_length=40)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    is_live = models.BooleanField(_("in force"), default=False)
    points = models.PositiveSmallIntegerField(_("points"))
    opened_at = models.DateTimeField(_("opened at"))
    due_at = models.DateTimeField(_("to be decided until"))
    hold = models.ForeignKey("risk.Hold", models.PROTECT, null=True, related_name="money_cases")
    decision = models.CharField(_("decision"), max_length=8, choices=Decision, blank=True, default="")
    currency = CurrencyField()
    amount = MoneyField(_("amount seized"), default=0)
    authority = models.CharField(_("on whose order"), max_length=10, choices=Authority, blank=True, default="")
    order_number = models.CharField(_("number of the order, or of the rule"), max_length=80, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    proposed_at = models.DateTimeField(_("proposed at"), null=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    appeal = models.CharField(_("what the shop says"), max_length=1000, blank=True, default="")
    appealed_at = models.DateTimeField(_("said at"), null=True)
    appealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("said by")
    )
    answer = models.CharField(_("answer to the appeal"), max_length=300, blank=True, default="")
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("case of money"), _("cases of money")
        permissions = [("decide_moneycase", "Can look into, propose and decide cases of money")]
        indexes = [
            models.Index(fields=["due_at"], name="money_case_waits", condition=Q(status__in=["open", "proposed"])),
            models.Index(fields=["shop_id", "-opened_at"], name="money_case_of_shop"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shop_id"], condition=Q(status__in=["open", "proposed"]), name="money_case_one_open_per_shop"
            ),
            models.CheckConstraint(
                condition=Q(status="open", proposed_by=None)
                | ~Q(status="open") & ~Q(decision="") & ~Q(reason="")
                & Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="money_case_proposed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "proposed"], decided_by=None)
                | ~Q(status__in=["open", "proposed"]) & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="money_case_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="money_case_decided_by_another"
            ),
            models.CheckConstraint(
                condition=Q(decision="seize", amount__gt=0) & ~Q(authority="") & ~Q(order_number="")
                | ~Q(decision="seize") & Q(amount=0),
                name="money_case_seizes_by_order",
            ),
            models.CheckConstraint(
                condition=~Q(status="released") | Q(decision="release"), name="money_case_released_as_proposed"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["seized", "appealed", "returned"]) | Q(decision="seize"),
                name="money_case_seized_as_proposed",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None)
                | ~Q(answered_by=F("proposed_by")) & ~Q(answered_by=F("decided_by")) & ~Q(answer=""),
                name="money_case_appeal_answered_by_a_third",
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | Q(answered_by__isnull=False), name="money_case_returned_by_somebody"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.public_id


class MoneyCheck(models.Model):
    """Something that staff look into for a case, and what they found."""

    case = models.ForeignKey(MoneyCase, models.CASCADE, related_name="checks")
    item = models.CharField(_("what to look into"), max_length=10, choices=MoneyCase.Check)
    note = models.CharField(_("what was found"), max_length=300, blank=True, default="")
    done_at = models.DateTimeField(_("done at"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("done by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("step of a case of money"), _("steps of cases of money")
        constraints = [
            models.UniqueConstraint(fields=["case", "item"], name="money_check_once"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, note="") | Q(done_at__isnull=False, done_by__isnull=False)
                & ~Q(note=""),
                name="money_check_done_by_somebody",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.get_item_display())


class MoneyLook(models.Model):
    """One look at a withdrawal or a refund: what was found, and how much it weighs together."""

    class About(models.TextChoices):
        WITHDRAWAL = "withdrawal", _("Withdrawal")
        REFUND = "refund", _("Refund")

    subject_id = models.CharField(_("subject"), max_length=40, unique=True)
    shop_id = models.CharField(_("shop"), max_length=40)
    about = models.CharField(_("kind"), max_length=10, choices=About)
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    found = models.JSONField(_("found"), default=dict)
    points = models.PositiveSmallIntegerField(_("points"))
    live_points = models.PositiveSmallIntegerField(_("points of rules in force"))
    at = models.DateTimeField(_("at"))
    case = models.ForeignKey(MoneyCase, models.PROTECT, null=True, related_name="looks", verbose_name=_("case"))

    class Meta:
        verbose_name, verbose_name_plural = _("look at money"), _("looks at money")
        indexes = [models.Index(fields=["shop_id", "-at"], name="money_look_of_shop")]

    def __str__(self) -> str:
        return self.subject_id


class MoneySign(models.Model):
    """A rule that spoke at a look: what it found, against which limit, and how much that weighed then."""

    look = models.ForeignKey(MoneyLook, models.CASCADE, related_name="signs")
    rule = models.ForeignKey(MoneyRule, models.PROTECT, related_name="signs", verbose_name=_("rule"))
    found = models.IntegerField(_("found"))
    limit = models.PositiveIntegerField(_("limit"))
    points = models.PositiveSmallIntegerField(_("points"))
    is_live = models.BooleanField(_("in force"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("sign"), _("signs")
        indexes = [models.Index(fields=["rule", "at"], name="money_sign_of_rule")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.found_told}"

    @property
    def found_told(self) -> str:
        return self.rule.bounds.told(self.found)

    @property
    def limit_told(self) -> str:
        return self.rule.bounds.typed(self.limit)
