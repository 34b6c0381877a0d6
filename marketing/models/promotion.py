"""What shops and the mall offer for a while, by a template that is data (K1), and how it was used."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet
from mall.texts import TextField
from merchants.models import Shop


class Promotion(models.Model):
    """
    One offer of a shop, or of the mall (``shop`` is empty); a campaign of coupons is one too.

    ``rule`` holds the numbers of its kind (``marketing.rules``), ``scope_ids`` the keys of what its scope names,
    ``excludes`` the groups of offers beside which it does not stand. ``shop_bps`` is the part of the discount that the
    shop bears; the mall bears the rest. ``spent`` is what its budget has given so far: of coupons, what they are worth
    at most when they are claimed, so that a coupon in somebody's hand is always good.
    """

    class Kind(models.TextChoices):
        COUPON = "coupon", _("Coupon")
        FULL_REDUCTION = "full_reduction", _("Spend and save")
        PERCENTAGE = "percentage", _("Percentage off")
        N_FOR_PRICE = "n_for_price", _("Several for one price")
        NTH_PIECE = "nth_piece", _("Second piece cheaper")
        BUNDLE = "bundle", _("Bundle")
        ADD_ON = "add_on", _("Add-on at its own price")
        GIFT = "gift", _("Gift with purchase")
        FLASH_SALE = "flash_sale", _("Flash sale")
        BARGAIN = "bargain", _("Bargaining")
        CROWDFUNDING = "crowdfunding", _("Crowdfunding")
        DEPOSIT_PRESALE = "deposit_presale", _("Pre-sale with deposit")
        FREE_TRIAL = "free_trial", _("Free trial")
        GROUP_BUYING = "group_buying", _("Group buying")

    # the kinds that count only for who asks for them (``marketing.deals``)
    DEALS: frozenset[str] = frozenset(
        kind.value
        for kind in (Kind.BARGAIN, Kind.CROWDFUNDING, Kind.DEPOSIT_PRESALE, Kind.FREE_TRIAL, Kind.GROUP_BUYING)
    )

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LIVE = "live", _("Started")
        STOPPED = "stopped", _("Stopped")

    class Scope(models.TextChoices):
        ALL = "all", _("All goods")
        PRODUCTS = "products", _("Chosen products")
        CATEGORIES = "categories", _("Categories of the mall")
        SHELVES = "shelves", _("Categories of the shop")

    class Group(models.TextChoices):
        """Of one of these groups a line takes one offer; promotions name those they do not stand beside."""

        GOODS = "goods", _("Offers on goods")
        FULL = "full", _("Spend and save")
        SHOP_COUPON = "shop_coupon", _("Coupons of the shop")
        MALL = "mall", _("Spend and save of the mall")
        MALL_COUPON = "mall_coupon", _("Coupons of the mall")

    class Audience(models.TextChoices):
        """Whom a coupon is for: who claims it, or whom it is given to."""

        EVERYBODY = "everybody", _("Everybody")
        NEWCOMERS = "newcomers", _("Who has never bought in this mall")
        BUYERS = "buyers", _("Who has bought: given when the order completes")
        CHOSEN = "chosen", _("Only whom it is sent to")

    CLAIMED_BY = (Audience.EVERYBODY, Audience.NEWCOMERS)  # the others are given

    class Period(models.TextChoices):
        """For how long the number of coupons for one person counts, then it begins anew."""

        EVER = "ever", _("Once and for all")
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week, from Monday")
        MONTH = "month", _("Every month")

    FLOW = Flow(
        {
            Status.DRAFT: {Status.LIVE},
            Status.LIVE: {Status.STOPPED},
            Status.STOPPED: {Status.LIVE},
        }
    )

    public_id = PublicIdField(prefix="prm")
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    name = TextField(_("name"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DRAFT)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    scope = models.CharField(_("applies to"), max_length=10, choices=Scope, default=Scope.ALL)
    scope_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    rule = models.JSONField(_("rule"), default=dict)
    version = models.PositiveIntegerField(_("version"), default=1)
    excludes = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name=_("not together with")
    )
    shop_bps = models.PositiveIntegerField(_("borne by the shop, in basis points"), default=10_000)
    currency = CurrencyField()
    budget = MoneyField(_("budget"), null=True, blank=True)
    spent = MoneyField(_("given of the budget"), default=0)
    code = models.CharField(_("code"), max_length=20, null=True, blank=True, unique=True)
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience, default=Audience.EVERYBODY)
    given_from = MoneyField(_("given for orders from"), null=True, blank=True)
    is_open = models.BooleanField(_("everybody may claim it"), default=True)
    total_limit = models.PositiveIntegerField(_("coupons in all"), null=True, blank=True)
    daily_limit = models.PositiveIntegerField(_("coupons a day"), null=True, blank=True)
    person_limit = models.PositiveSmallIntegerField(_("coupons per person"), default=1)
    period = models.CharField(_("counted anew"), max_length=5, choices=Period, default=Period.EVER)
    valid_days = models.PositiveSmallIntegerField(_("valid for days after claiming"), null=True, blank=True)
    claimed_count = models.PositiveIntegerField(_("claimed"), default=0)
    claimed_on = models.DateField(null=True)
    claimed_that_day = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(_("made at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True)
    stop_reason = models.CharField(_("stopped because"), max_length=200, blank=True, default="")

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("promotion"), _("promotions")
        permissions = [("run_promotion", "Can make, start and stop the mall's promotions")]
        indexes = [
            models.Index(fields=["shop"], name="promotion_live", condition=Q(status="live")),
            models.Index(fields=["shop", "-id"], name="promotion_of_shop"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="promotion_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(shop=None, shop_bps__lte=10_000) | Q(shop__isnull=False, shop_bps=10_000),
                name="promotion_of_a_shop_is_borne_by_it",
            ),
            models.CheckConstraint(
                condition=Q(spent__gte=0) & (Q(budget=None) | Q(spent__lte=F("budget"))),
                name="promotion_within_its_budget",
            ),
            models.CheckConstraint(
                condition=Q(total_limit=None) | Q(claimed_count__lte=F("total_limit")),
                name="promotion_claimed_within_its_limit",
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(audience__in=["everybody", "newcomers"]),
                name="promotion_given_is_not_claimed",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(started_at__isnull=False), name="promotion_started_has_a_moment"
            ),
            models.CheckConstraint(
                condition=~Q(status="stopped") | Q(stopped_at__isnull=False), name="promotion_stopped_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def is_coupon(self) -> bool:
        return self.kind == self.Kind.COUPON


class PromotionShare(ShopOwned):
    """A shop bears its part of one of the mall's promotions: it agreed to so much, and not more."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="shares", verbose_name=_("promotion"))
    shop_bps = models.PositiveIntegerField(_("borne by the shop, in basis points"))
    joined_at = models.DateTimeField(_("joined at"))
    joined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("joined by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("shop's part in a promotion"), _("shops' parts in promotions")
        constraints = [
            models.UniqueConstraint(fields=["promotion", "shop"], name="promotion_joined_once"),
            models.CheckConstraint(condition=Q(shop_bps__lte=10_000), name="promotion_share_at_most_whole"),
        ]


class Coupon(models.Model):
    """
    One coupon in a shopper's hand. ``locked_for`` is the order group that holds or has used it, ``given_for`` the order
    for which it was given.
    """

    class Status(models.TextChoices):
        HELD = "held", _("To be used")
        LOCKED = "locked", _("In an order")
        USED = "used", _("Used")
        RETURNED = "returned", _("Given back")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Withdrawn")

    USABLE = (Status.HELD, Status.RETURNED)
    FLOW = Flow(
        {
            Status.HELD: {Status.LOCKED, Status.EXPIRED, Status.REVOKED},
            Status.LOCKED: {Status.USED, Status.RETURNED, Status.EXPIRED},
            Status.USED: {Status.RETURNED, Status.EXPIRED},
            Status.RETURNED: {Status.LOCKED, Status.EXPIRED, Status.REVOKED},
            Status.EXPIRED: set(),
            Status.REVOKED: set(),
        }
    )

    public_id = PublicIdField(prefix="cpn")
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="coupons", verbose_name=_("promotion"))
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="coupons", verbose_name=_("shopper")
    )
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.HELD)
    claimed_at = models.DateTimeField(_("claimed at"))
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    locked_for = models.CharField(_("order group"), max_length=24, blank=True, default="")
    given_for = models.CharField(_("given for the order"), max_length=24, blank=True, default="")
    used_at = models.DateTimeField(_("used at"), null=True)
    returned_at = models.DateTimeField(_("given back at"), null=True)
    revoked_because = models.CharField(_("withdrawn because"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("coupon"), _("coupons")
        permissions = [("revoke_coupon", "Can withdraw coupons")]
        indexes = [
            models.Index(fields=["shopper", "status", "valid_until"], name="coupon_of_shopper"),
            models.Index(fields=["locked_for"], name="coupon_of_group", condition=~Q(locked_for="")),
            models.Index(
                fields=["valid_until"], name="coupon_running_out", condition=Q(status__in=["held", "returned"])
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "given_for"], condition=~Q(given_for=""), name="coupon_given_once_for_an_order"
            ),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="coupon_ends_after_it_starts"),
            models.CheckConstraint(
                condition=~Q(status__in=["locked", "used"]) | ~Q(locked_for=""), name="coupon_locked_for_an_order"
            ),
            models.CheckConstraint(
                condition=~Q(status="used") | Q(used_at__isnull=False), name="coupon_used_has_a_moment"
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | Q(returned_at__isnull=False), name="coupon_returned_has_a_moment"
            ),
            models.CheckConstraint(
                condition=~Q(status="revoked") | ~Q(revoked_because=""), name="coupon_revoked_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class CouponClaims(models.Model):
    """How many coupons of a campaign a shopper has had ``since`` a day: the row that keeps her to her number."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="+")
    shopper = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    count = models.PositiveSmallIntegerField()
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["promotion", "shopper"], name="coupon_claims_counted_once")]


class CouponSending(models.Model):
    """
    A campaign's coupons on their way to many shoppers, in batches: ``last_shopper`` (a key) is how far it has come.

    Of a shop, or of the mall (``shop`` is empty). Whom a sending reaches is never told, only how many.
    """

    class Segment(models.TextChoices):
        FOLLOWERS = "followers", _("Who follows the shop")
        INTERESTED = "interested", _("Who keeps goods of the shop among the favorites")
        BUYERS = "buyers", _("Who has bought in the last days")
        AWAY = "away", _("Who has bought, but not in the last days")

    class Status(models.TextChoices):
        RUNNING = "running", _("Under way")
        DONE = "done", _("Sent")
        STOPPED = "stopped", _("Stopped")

    class Ending(models.TextChoices):
        """Why a sending ended before everybody was reached."""

        EMPTY = "empty", _("No coupons are left, or the promotion has ended")
        BY_HAND = "by_hand", _("Stopped by hand")

    public_id = PublicIdField(prefix="cps")
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop"))
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="sendings", verbose_name=_("promotion"))
    segment = models.CharField(_("to whom"), max_length=10, choices=Segment)
    days = models.PositiveSmallIntegerField(_("days"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.RUNNING)
    sent_count = models.PositiveIntegerField(_("sent"), default=0)
    had_count = models.PositiveIntegerField(_("had it already"), default=0)
    last_shopper = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ending = models.CharField(_("ended because"), max_length=8, choices=Ending, blank=True, default="")

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("sending of coupons"), _("sendings of coupons")
        permissions = [("stop_sending", "Can stop sendings of coupons")]
        indexes = [models.Index(fields=["promotion", "-id"], name="coupon_sending_of_campaign")]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion"], condition=Q(status="running"), name="coupon_sending_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(status="running", ended_at=None) | ~Q(status="running") & Q(ended_at__isnull=False),
                name="coupon_sending_ended_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class PromotionUse(ShopOwned):
    """
    What a promotion took off one order, and what the shop bears; ``returned_at``: the order came to nothing.

    ``pieces`` is how many units of a flash sale the order has, by the key of their row (``FlashUnits``). Of another
    shop's promotion ``terms`` say under which it was used here, and ``borne_by_issuer`` is what that shop bears.
    ``perk`` is the coupon that the step promises beside, and what was counted for it (``marketing.perks``).
    """

    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="uses", verbose_name=_("promotion"))
    coupon = models.ForeignKey(Coupon, models.PROTECT, null=True, related_name="uses", verbose_name=_("coupon"))
    group_public_id = models.CharField(_("order group"), max_length=24)
    order_public_id = models.CharField(_("order"), max_length=24)
    shopper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("shopper"))
    currency = CurrencyField()
    amount = MoneyField(_("discount"))
    borne_by_shop = MoneyField(_("borne by the shop"))
    borne_by_issuer = MoneyField(_("borne by the shop that issued it"), default=0, db_default=0)
    terms = models.ForeignKey(
        "marketing.JointTerms", models.PROTECT, null=True, related_name="uses", verbose_name=_("joint promotion")
    )
    order_total = MoneyField(_("total of the order"))
    pieces = models.JSONField(_("units of a flash sale"), default=dict)
    perk = models.JSONField(_("coupon that its step promises"), null=True)
    used_at = models.DateTimeField(_("used at"))
    returned_at = models.DateTimeField(_("given back at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("use of a promotion"), _("uses of promotions")
        indexes = [
            models.Index(fields=["order_public_id"], name="promotion_use_of_order"),
            models.Index(fields=["promotion", "-id"], name="promotion_use_of_promotion"),
            models.Index(fields=["coupon"], name="promotion_use_of_coupon", condition=Q(coupon__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "order_public_id", "coupon"],
                name="promotion_used_once_per_order",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, borne_by_shop__gte=0, borne_by_issuer__gte=0)
                & Q(amount__gte=F("borne_by_shop") + F("borne_by_issuer")),
                name="promotion_use_amounts_sane",
            ),
            models.CheckConstraint(
                condition=Q(borne_by_issuer=0) | Q(terms__isnull=False), name="promotion_use_of_issuer_under_terms"
            ),
        ]
