"""Campaigns of the platform (K5): a brief, whom it invites, what shops enrol, what came of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Sku
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from mall.texts import TextField
from marketing.models.promotion import Promotion
from merchants.models import HealthScore, TierRecord

MOST_GOODS = 20  # as many as one flash sale has


class Campaign(models.Model):
    """
    What the mall asks its shops to take part in: who may, with which goods, when.

    Without tiers or categories every tier and every category is invited. Shops that are new when it begins have no tier
    yet; they stand in a venue of their own.
    """

    class Kind(models.TextChoices):
        MID_YEAR = "mid_year", _("618")
        DOUBLE_ELEVEN = "double_eleven", _("Double 11")
        NEW_YEAR = "new_year", _("New Year goods")
        SEASON = "season", _("Season")
        CATEGORY = "category", _("Day of a category")
        NEWCOMERS = "newcomers", _("Newcomers")

    class Status(models.TextChoices):
        BRIEF = "brief", _("Brief")
        INVITING = "inviting", _("Inviting")
        ENROLMENT = "enrolment", _("Enrolment")
        AUDIT = "audit", _("Audit")
        LOCKED = "locked", _("Prices locked")
        LIVE = "live", _("Live")
        SETTLED = "settled", _("Over")
        EVALUATED = "evaluated", _("Evaluated")
        CANCELED = "canceled", _("Called off")

    FLOW = Flow(
        {
            Status.BRIEF: {Status.INVITING, Status.CANCELED},
            Status.INVITING: {Status.ENROLMENT, Status.CANCELED},
            Status.ENROLMENT: {Status.AUDIT, Status.CANCELED},
            Status.AUDIT: {Status.LOCKED, Status.CANCELED},
            Status.LOCKED: {Status.LIVE, Status.CANCELED},
            Status.LIVE: {Status.SETTLED, Status.CANCELED},
            Status.SETTLED: {Status.EVALUATED},
            Status.EVALUATED: set(),
            Status.CANCELED: set(),
        }
    )
    COMING = (Status.INVITING, Status.ENROLMENT, Status.AUDIT, Status.LOCKED)
    SHOWN = (Status.LOCKED, Status.LIVE, Status.SETTLED, Status.EVALUATED)  # they have a page for shoppers

    public_id = PublicIdField(prefix="cmg")
    slug = models.SlugField(_("address"), max_length=40, unique=True, help_text=_("Its page is /campaign/…/."))
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    name = TextField(_("name"))
    words = TextField(_("words"), blank=True)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.BRIEF)
    tiers = ArrayField(
        models.CharField(max_length=5, choices=TierRecord.Tier), default=list, blank=True, verbose_name=_("tiers")
    )
    categories = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("categories"))
    only_new = models.BooleanField(_("for new shops only"), default=False)
    least_score = models.PositiveSmallIntegerField(
        _("least health score"),
        default=HealthScore.PASS,
        validators=[MinValueValidator(HealthScore.PASS), MaxValueValidator(100)],
        help_text=_("60 or more. A shop without a score yet may join."),
    )
    documents = ArrayField(
        models.SlugField(max_length=30), default=list, blank=True, verbose_name=_("documents that must be valid")
    )
    most_shops = models.PositiveIntegerField(
        _("shops invited at most"), null=True, blank=True, help_text=_("The first by priority. Empty: all that fit.")
    )
    off_bps = models.PositiveIntegerField(_("below the lowest price of 30 days, in basis points"))
    calm_days = models.PositiveSmallIntegerField(_("days without a raise of the price"), default=30)
    least_units = models.PositiveIntegerField(_("units of an item at least"), default=1)
    person_units = models.PositiveSmallIntegerField(_("units per person"), default=2)
    enrol_from = models.DateTimeField(_("enrolment from"))
    enrol_until = models.DateTimeField(_("enrolment until"))
    audit_until = models.DateTimeField(_("audit until"))
    live_from = models.DateTimeField(_("live from"))
    live_until = models.DateTimeField(_("live until"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    invited_at = models.DateTimeField(_("invited at"), null=True)
    locked_at = models.DateTimeField(_("locked at"), null=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    settled_at = models.DateTimeField(_("over since"), null=True)
    evaluated_at = models.DateTimeField(_("evaluated at"), null=True)
    canceled_at = models.DateTimeField(_("called off at"), null=True)
    cancel_reason = models.CharField(_("called off because"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("campaign of the mall"), _("campaigns of the mall")
        permissions = [
            ("run_campaign", "Can make campaigns, invite to them, lock and call them off"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(enrol_until__gt=F("enrol_from"))
                & Q(audit_until__gte=F("enrol_until"))
                & Q(live_from__gt=F("audit_until"))
                & Q(live_until__gt=F("live_from")),
                name="campaign_moments_in_order",
            ),
            models.CheckConstraint(
                condition=Q(least_score__gte=HealthScore.PASS, least_score__lte=100), name="campaign_asks_for_60_points"
            ),
            models.CheckConstraint(
                condition=Q(off_bps__gte=100, off_bps__lte=9_000), name="campaign_takes_something_off"
            ),
            models.CheckConstraint(
                condition=Q(least_units__gte=1, person_units__gte=1), name="campaign_sells_something"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["brief", "canceled"]) | Q(invited_at__isnull=False),
                name="campaign_invited_before_it_moves",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["locked", "live", "settled", "evaluated"]) | Q(locked_at__isnull=False),
                name="campaign_locked_before_it_is_live",
            ),
            models.CheckConstraint(
                condition=~Q(status="canceled") | (Q(canceled_at__isnull=False) & ~Q(cancel_reason="")),
                name="campaign_called_off_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


class CampaignInvitation(ShopOwned):
    """A shop is invited, in this place of the order, with what it was at that time."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="invitations", verbose_name=_("campaign"))
    place = models.PositiveIntegerField(_("place"))
    points = models.PositiveIntegerField(_("priority points"))
    tier = models.CharField(_("tier"), max_length=5, choices=TierRecord.Tier, blank=True, default="")
    score = models.DecimalField(_("health score"), max_digits=5, decimal_places=2, null=True)
    is_new = models.BooleanField(_("new shop"))
    invited_at = models.DateTimeField(_("invited at"))

    class Meta:
        verbose_name, verbose_name_plural = _("invitation to a campaign"), _("invitations to campaigns")
        constraints = [models.UniqueConstraint(fields=["campaign", "shop"], name="campaign_invites_once")]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.shop}"


class CampaignEnrolment(ShopOwned):
    """One SKU that a shop brings: at which price, how many; once it is locked, the promotion that sells it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Awaiting audit")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LOCKED = "locked", _("Price locked")
        LEFT = "left", _("Left the campaign")

    FLOW = Flow(
        {
            Status.WAITING: {Status.ACCEPTED, Status.REFUSED, Status.WITHDRAWN, Status.LEFT},
            Status.ACCEPTED: {Status.REFUSED, Status.LOCKED, Status.LEFT},
            Status.LOCKED: {Status.LEFT},
            Status.REFUSED: set(),
            Status.WITHDRAWN: set(),
            Status.LEFT: set(),
        }
    )
    ACTIVE = (Status.WAITING, Status.ACCEPTED, Status.LOCKED)

    public_id = PublicIdField(prefix="cme")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="enrolments", verbose_name=_("campaign"))
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("item"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.WAITING)
    is_new = models.BooleanField(_("in the venue of new shops"))
    currency = CurrencyField()
    price = MoneyField(_("campaign price"))
    lowest = MoneyField(_("lowest price of 30 days"))
    units = models.PositiveIntegerField(_("units"))
    promotion = models.ForeignKey(
        Promotion, models.PROTECT, null=True, blank=True, related_name="enrolments", verbose_name=_("promotion")
    )
    enrolled_at = models.DateTimeField(_("enrolled at"))
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("enrolled by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("enrolled item"), _("enrolled items")
        permissions = [("audit_campaignenrolment", "Can decide about goods enrolled in campaigns")]
        indexes = [
            models.Index(fields=["campaign", "status"], name="campaign_enrolment_by_status"),
            models.Index(
                fields=["sku"],
                name="campaign_enrolment_of_sku",
                condition=Q(status__in=["waiting", "accepted", "locked"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "sku"],
                condition=Q(status__in=["waiting", "accepted", "locked"]),
                name="campaign_enrols_an_item_once",
            ),
            models.CheckConstraint(
                condition=Q(price__gt=0) & Q(price__lt=F("lowest")), name="campaign_price_below_the_lowest"
            ),
            models.CheckConstraint(condition=Q(units__gte=1), name="campaign_enrols_something"),
            models.CheckConstraint(
                condition=~Q(status="locked") | Q(promotion__isnull=False), name="campaign_locked_has_a_promotion"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["refused", "left"]) | ~Q(reason=""), name="campaign_refused_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku.product.title} · {self.shop}"


class CampaignResult(ShopOwned):
    """What a campaign brought one shop, and the points with which it stands in the next invitations."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="results", verbose_name=_("campaign"))
    currency = CurrencyField()
    orders = models.PositiveIntegerField(_("orders"))
    units = models.PositiveIntegerField(_("units sold"))
    paid = MoneyField(_("paid for them"))
    visitors = models.PositiveIntegerField(_("visitors"))
    conversion_bps = models.PositiveIntegerField(_("orders per visitor, in basis points"))
    review_count = models.PositiveIntegerField(_("reviews"))
    review_stars = models.PositiveIntegerField(_("stars, summed"))
    complaints = models.PositiveIntegerField(_("complaints"))
    points = models.PositiveSmallIntegerField(_("priority points"))
    evaluated_at = models.DateTimeField(_("evaluated at"))

    class Meta:
        verbose_name, verbose_name_plural = _("result of a campaign"), _("results of campaigns")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "shop"], name="campaign_evaluated_once"),
            models.CheckConstraint(condition=Q(points__lte=100), name="campaign_points_0_to_100"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.shop}"

    @property
    def conversion_percent(self) -> float:
        return self.conversion_bps / 100

    @property
    def rating(self) -> float | None:
        return round(self.review_stars / self.review_count, 1) if self.review_count else None
