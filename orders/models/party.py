"""
Who else gets a part of what a shop sells (S2): brands, suppliers, carriers, promoters; by which rules, agreed with
which shops, and what of an order they were promised when it was placed.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Brand, Category, Product, Sku
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet
from mall.texts import TextField
from merchants.models import Shop, TierRecord
from orders.models.order import Order, OrderLine


class Party(models.Model):
    """
    A counterparty that gets a part of orders: the mall's own, or that of the ``shop`` that works with it. All kinds are
    treated alike; what a part is taken of is said by the rules.
    """

    class Kind(models.TextChoices):
        BRAND = "brand", pgettext_lazy("party", "Brand")
        SUPPLIER = "supplier", pgettext_lazy("party", "Supplier")
        CARRIER = "carrier", pgettext_lazy("party", "Carrier")
        PROMOTER = "promoter", pgettext_lazy("party", "Promoter")

    class Status(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("party", "Active")
        ENDED = "ended", pgettext_lazy("party", "Ended")

    FLOW = Flow({Status.ACTIVE: {Status.ENDED}, Status.ENDED: {Status.ACTIVE}})

    public_id = PublicIdField(prefix="pty")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(
        _("name"), max_length=120, help_text=_("As it is registered: its bank account is held under this name.")
    )
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="parties", verbose_name=_("party of"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )  # fmt: skip
    made_at = models.DateTimeField(_("entered at"))

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("party"), _("parties")
        permissions = [
            ("propose_party", "Can enter parties and propose their rules"),
            ("confirm_party", "Can confirm rules of parties"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "kind", "name"], name="party_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(name=""), name="party_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"


class PartyRule(models.Model):
    """What keeps the versions of a party's rule together."""

    public_id = PublicIdField(prefix="ptr")
    party = models.ForeignKey(Party, models.PROTECT, related_name="rules", verbose_name=_("party"))
    name = TextField(_("name"))

    class Meta:
        verbose_name, verbose_name_plural = _("rule of a party"), _("rules of parties")

    def __str__(self) -> str:
        return str(self.name)


class PartyRuleVersion(models.Model):
    """
    What a rule gives its party from ``effective_at`` on, in every shop that has agreed to it: of which lines, of what
    (``base``), and how much. Of the rules of a party the first by ``position`` that fits counts; where several parties
    take of one line, they take in the order of their rules, together at most what is left to the shop. What the mall
    pays out of its commission (``bearer``) costs the shop nothing and needs no agreement; together it is at most that.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for the second person")
        CONFIRMED = "confirmed", pgettext_lazy("rule", "Confirmed")
        DISCARDED = "discarded", _("Discarded")

    class Base(models.TextChoices):
        PAID = "paid", _("what was paid for the goods")
        REST = "rest", _("what the commission leaves of it")
        FREIGHT = "freight", _("what was paid for delivery")
        COMMISSION = "commission", _("the commission")

    class Bearer(models.TextChoices):
        SHOP = "shop", _("the shop, out of its share")
        MALL = "mall", _("the mall, out of its commission")

    FLOW = Flow(
        {Status.PROPOSED: {Status.CONFIRMED, Status.DISCARDED}, Status.CONFIRMED: set(), Status.DISCARDED: set()}
    )

    public_id = PublicIdField(prefix="ptv")
    rule = models.ForeignKey(PartyRule, models.PROTECT, related_name="versions", verbose_name=_("rule"))
    number = models.PositiveIntegerField(_("version"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROPOSED)
    is_end = models.BooleanField(_("ends the rule"), default=False)
    position = models.PositiveIntegerField(pgettext_lazy("rule", "place"), default=100)
    base = models.CharField(_("taken of"), max_length=10, choices=Base, default=Base.PAID)
    bearer = models.CharField(_("paid by"), max_length=4, choices=Bearer, default=Bearer.SHOP)

    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("brand"))
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )  # fmt: skip
    sku = models.ForeignKey(Sku, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("SKU"))
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("offered to"),
        help_text=_("Of a party of the mall's; all shops when left empty."),
    )  # fmt: skip
    tier = models.CharField(_("tier of the shop"), max_length=5, choices=TierRecord.Tier, blank=True, default="")
    campaign = models.CharField(_("campaign"), max_length=24, blank=True, default="")  # public id
    campaign_name = TextField(_("name of the campaign"), blank=True)

    currency = CurrencyField()
    bps = models.PositiveIntegerField(_("rate in basis points"), null=True, blank=True)
    ladder = models.JSONField(_("ladder"), null=True, blank=True)  # [[from (fen), basis points], …], the first from 0
    fixed = MoneyField(_("for each piece"), null=True, blank=True)
    floor = MoneyField(_("at least, for a line"), null=True, blank=True)
    cap = MoneyField(_("at most, for a line"), null=True, blank=True)

    effective_at = models.DateTimeField(pgettext_lazy("rule", "from"))
    reason = models.CharField(_("reason"), max_length=300)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    is_of_shop = models.BooleanField(_("of a shop's own party"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("version of a party's rule"), _("versions of parties' rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="party_version_once"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(status="proposed"), name="party_version_proposed_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(is_end=True, bps=None, ladder__isnull=True, fixed=None, floor=None, cap=None)
                | Q(is_end=False) & (Q(bps__isnull=False) | Q(ladder__isnull=False) | Q(fixed__isnull=False)),
                name="party_version_says_how_much",
            ),
            models.CheckConstraint(
                condition=(Q(bps=None) | Q(ladder__isnull=True)) & (Q(bps=None) | Q(bps__lte=10_000)),
                name="party_version_one_rate_at_most_all",
            ),
            models.CheckConstraint(
                condition=(Q(fixed=None) | Q(fixed__gte=0))
                & (Q(floor=None) | Q(floor__gte=0))
                & (Q(cap=None) | Q(cap__gte=0))
                & (Q(floor=None) | Q(cap=None) | Q(floor__lte=F("cap"))),
                name="party_version_bounds_fit",
            ),
            models.CheckConstraint(
                condition=~Q(base="freight") | Q(category=None, brand=None, product=None, sku=None, campaign=""),
                name="party_version_freight_is_of_no_goods",
            ),
            models.CheckConstraint(
                condition=Q(bearer="shop") & ~Q(base="commission")
                | Q(bearer="mall", is_of_shop=False) & ~Q(base="freight"),
                name="party_version_paid_out_of_what_there_is",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_at=None, decided_by=None)
                | ~Q(status="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="party_version_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(is_of_shop=True) | ~Q(decided_by=F("proposed_by")),
                name="party_version_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.number}"


class PartyAgreement(ShopOwned):
    """A shop gives its part away by a version of a rule, until it ends that; without it the rule is none of its own."""

    version = models.ForeignKey(
        PartyRuleVersion, models.PROTECT, related_name="agreements", verbose_name=_("version of the rule")
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("agreed by")
    )  # fmt: skip
    agreed_at = models.DateTimeField(_("agreed at"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("agreement of a shop"), _("agreements of shops")
        indexes = [models.Index(fields=["shop"], name="party_agreement_of_shop", condition=Q(ended_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "shop"], condition=Q(ended_at=None), name="party_agreement_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="party_agreement_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.shop}"


class PartyPart(ShopOwned):
    """
    What a party gets of an order line, or of what was paid for delivery (no line): frozen when the order is placed,
    with the reason. ``whole`` is what was paid for it; a refund gives back the share of the amount that went.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="party_parts")
    line = models.ForeignKey(OrderLine, models.CASCADE, null=True, related_name="party_parts")
    party = models.ForeignKey(Party, models.PROTECT, related_name="parts", verbose_name=_("party"))
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    whole = MoneyField(_("of what was paid"))
    bearer = models.CharField(
        _("paid by"), max_length=4, choices=PartyRuleVersion.Bearer, default=PartyRuleVersion.Bearer.SHOP
    )
    rule = models.JSONField(_("how it came about"))

    class Meta:
        verbose_name, verbose_name_plural = _("part of a party"), _("parts of parties")
        constraints = [
            models.UniqueConstraint(fields=["order", "line", "party"], name="party_part_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=F("whole")), name="party_part_at_most_what_was_paid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} · {self.amount}"
