"""What is shown (product) and what is bought, counted and priced (SKU)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from catalog.models.category import Brand, Category
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.pictures import PictureField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet
from mall.texts import Text, TextField
from merchants import states

UNRATED = 420  # hundredths of a star: where the score of what nobody has reviewed stands


class ProductQuerySet(ShopOwnedQuerySet):
    def visible(self):
        """What shoppers can see: on sale, in a shop that they can see."""
        return self.filter(states.seen("shop__"), status=Product.Status.ON_SALE)


class Product(ShopOwned):
    """
    What a shop shows of a thing it sells (SPU): words, pictures, options, and the SKUs that differ by them.

    ``options`` is a list of dimensions ``{"id", "name": {lang: text}, "values": [{"id", "name", "swatch"?}]}``; ids are
    stable, so renaming a value changes no SKU. ``attributes`` is a list of ``{"name": {...}, "value": {...}}``.
    ``video`` is one short film beside the pictures (:mod:`catalog.films`), ``customs`` what is stated of goods from
    abroad (:mod:`catalog.customs`).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        ON_SALE = "on_sale", _("On sale")
        OFF_SALE = "off_sale", _("Off sale")
        REFUSED = "refused", _("Needs correction")
        TAKEN_DOWN = "taken_down", _("Taken down by the platform")
        WITHHELD = "withheld", _("Withheld: a document has run out")

    class Kind(models.TextChoices):
        PHYSICAL = "physical", _("Goods that are shipped")
        VIRTUAL = "virtual", _("Codes")
        SERVICE = "service", _("Service by appointment")
        PRESALE = "presale", _("Pre-sale")
        CROSS_BORDER = "cross_border", _("From abroad, with duty")
        GIFT_CARD = "gift_card", _("Gift card")

    FLOW = Flow(
        {
            Status.DRAFT: {Status.IN_REVIEW, Status.ON_SALE, Status.OFF_SALE},
            Status.IN_REVIEW: {Status.ON_SALE, Status.OFF_SALE, Status.REFUSED},
            Status.ON_SALE: {Status.OFF_SALE, Status.TAKEN_DOWN, Status.WITHHELD},
            Status.OFF_SALE: {Status.ON_SALE, Status.TAKEN_DOWN},
            Status.REFUSED: {Status.IN_REVIEW},
            Status.TAKEN_DOWN: {Status.IN_REVIEW},
            Status.WITHHELD: {Status.ON_SALE, Status.OFF_SALE, Status.TAKEN_DOWN},
        }
    )
    APPROVED = frozenset({Status.ON_SALE, Status.OFF_SALE, Status.WITHHELD})  # what shoppers see, or may see again

    public_id = PublicIdField(prefix="prd")
    handle = models.CharField(_("handle"), max_length=255, blank=True, default="")  # what files of goods call it
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    kind = models.CharField(
        _("kind"), max_length=12, choices=Kind, default=Kind.PHYSICAL, db_default=Kind.PHYSICAL.value
    )
    category = models.ForeignKey(Category, models.PROTECT, related_name="products", verbose_name=_("category"))
    brand = models.ForeignKey(
        Brand, models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("brand")
    )
    title = TextField(_("title"))
    subtitle = TextField(_("selling point"), blank=True)
    description = TextField(_("description"), blank=True)
    options = models.JSONField(_("options"), default=list, blank=True)
    attributes = models.JSONField(_("attributes"), default=list, blank=True)
    currency = CurrencyField()
    price_from = MoneyField(_("lowest price"), default=0)
    price_to = MoneyField(_("highest price"), default=0)
    review_note = models.CharField(_("reviewer's note"), max_length=500, blank=True, default="")
    created_at = models.DateTimeField(_("created at"))
    changed_at = models.DateTimeField(_("changed at"))
    on_sale_at = models.DateTimeField(_("first on sale at"), null=True)
    at_home = models.BooleanField(_("the shop comes to the shopper"), default=False, db_default=False)
    ships_on = models.DateField(_("ships from"), null=True, blank=True)  # of a pre-sale
    video = models.JSONField(_("video"), null=True, blank=True)
    customs = models.JSONField(_("statement for customs"), null=True, blank=True)  # of goods from abroad
    freight = models.ForeignKey(  # none: the shop's default template, else its flat fee
        "catalog.FreightTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("freight template"),
    )
    promises = ArrayField(models.CharField(max_length=30), verbose_name=_("promises"), default=list, db_default=[])
    most_per_order = models.PositiveIntegerField(_("at most per order"), null=True, blank=True)
    most_per_buyer = models.PositiveIntegerField(_("at most per buyer"), null=True, blank=True)
    limit_days = models.PositiveIntegerField(_("counted over days"), null=True, blank=True)
    sale_starts_at = models.DateTimeField(_("goes on sale at"), null=True, blank=True)
    sale_ends_at = models.DateTimeField(_("goes off sale at"), null=True, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("product"), _("products")
        permissions = [("take_down_product", "Can take products down")]
        indexes = [
            models.Index(fields=["category", "-id"], name="product_in_category", condition=Q(status="on_sale")),
            models.Index(fields=["shop", "status", "-id"], name="product_of_shop"),
            models.Index(fields=["shop", "changed_at", "id"], name="product_of_shop_by_change"),
            models.Index(fields=["shop", "status", "changed_at", "id"], name="product_of_shop_by_status"),
            models.Index(fields=["shop", "price_from", "id"], name="product_of_shop_by_price"),
            models.Index(fields=["shop", "on_sale_at", "id"], name="product_of_shop_by_sale"),
            models.Index(
                fields=["sale_starts_at"], name="product_sale_starts", condition=Q(sale_starts_at__isnull=False)
            ),
            models.Index(fields=["sale_ends_at"], name="product_sale_ends", condition=Q(sale_ends_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "handle"], condition=~Q(handle=""), name="product_handle_once_per_shop"
            ),
            models.CheckConstraint(
                condition=~Q(status="on_sale") | Q(on_sale_at__isnull=False), name="product_on_sale_has_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(price_from__gte=0, price_to__gte=F("price_from")), name="product_price_range"
            ),
            models.CheckConstraint(
                condition=Q(sale_starts_at=None) | Q(sale_ends_at=None) | Q(sale_ends_at__gt=F("sale_starts_at")),
                name="product_sale_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(kind="presale", ships_on__isnull=False) | Q(ships_on=None) & ~Q(kind="presale"),
                name="product_presale_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="cross_border", customs__isnull=False)
                | Q(customs__isnull=True) & ~Q(kind="cross_border"),
                name="product_from_abroad_has_a_statement",
            ),
            models.CheckConstraint(
                condition=(Q(most_per_order=None) | Q(most_per_order__gt=0))
                & (Q(most_per_buyer=None) | Q(most_per_buyer__gt=0)),
                name="product_limits_positive",
            ),
            models.CheckConstraint(
                condition=Q(limit_days=None) | Q(limit_days__gt=0, most_per_buyer__isnull=False),
                name="product_days_belong_to_a_limit",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def is_on_sale(self) -> bool:
        return self.status == self.Status.ON_SALE

    @cached_property
    def option_names(self) -> dict[str, Text]:
        """Value id to its name."""
        return {value["id"]: Text(value["name"]) for option in self.options for value in option["values"]}


class ProductPicture(ShopOwned):
    """A picture of the gallery; the first one stands on cards. ``value_id`` ties it to an option value (a colour)."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="pictures")
    image = PictureField(_("picture"), upload_to="products/")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    value_id = models.CharField(_("option value"), max_length=20, blank=True, default="")
    alt = models.CharField(_("what it shows, in words"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("picture"), _("pictures")
        indexes = [models.Index(fields=["product", "position"], name="picture_in_order")]


class Sku(ShopOwned):
    """One buyable combination of option values: its price and its code. ``choice`` holds option value ids, in order."""

    public_id = PublicIdField(prefix="sku")
    product = models.ForeignKey(Product, models.CASCADE, related_name="skus", verbose_name=_("product"))
    choice = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    code = models.CharField(_("merchant's code"), max_length=60, blank=True, default="")
    currency = CurrencyField()
    price = MoneyField(_("price"))
    list_price = MoneyField(_("crossed-out price"), null=True, blank=True)
    weight_grams = models.PositiveIntegerField(_("weight in grams"), default=0)
    volume_cm3 = models.PositiveIntegerField(_("volume in cubic centimetres"), default=0, db_default=0)
    barcode = models.CharField(_("barcode"), max_length=40, blank=True, default="")
    is_active = models.BooleanField(_("offered"), default=True)
    window_price = MoneyField(null=True, blank=True)  # what it cost when the window began in which moves are summed up
    window_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("SKU"), _("SKUs")
        constraints = [
            models.UniqueConstraint(fields=["product", "choice"], name="sku_choice_once"),
            models.UniqueConstraint(fields=["shop", "code"], condition=~Q(code=""), name="sku_code_once_per_shop"),
            models.CheckConstraint(condition=Q(price__gt=0), name="sku_price_positive"),
            models.CheckConstraint(
                condition=Q(list_price=None) | Q(list_price__gt=F("price")), name="sku_list_price_above_price"
            ),
        ]

    def __str__(self) -> str:
        return self.code or self.public_id

    @property
    def choice_names(self) -> list[Text]:
        """The chosen values' names, in the order of the options; needs ``product`` loaded."""
        return [self.product.option_names[value] for value in self.choice if value in self.product.option_names]


class ProductStats(models.Model):
    """Counters of a product, apart from it so that their changes stay cheap."""

    product = models.OneToOneField(Product, models.CASCADE, primary_key=True, related_name="stats")
    sold_count = models.PositiveIntegerField(_("sold"), default=0)
    review_count = models.PositiveIntegerField(_("reviews"), default=0)
    review_stars = models.PositiveIntegerField(_("stars, summed"), default=0)
    score = models.PositiveSmallIntegerField(_("score, in hundredths of a star"), default=UNRATED, db_default=UNRATED)

    @property
    def rating(self) -> float | None:
        """Average stars, one decimal; ``None`` without reviews."""
        return round(self.review_stars / self.review_count, 1) if self.review_count else None


class ShopStats(models.Model):
    """What reviews say of a shop, and how many follow it; apart from the shop so that changes stay cheap."""

    shop = models.OneToOneField("merchants.Shop", models.CASCADE, primary_key=True, related_name="stats")
    review_count = models.PositiveIntegerField(_("reviews"), default=0)
    review_stars = models.PositiveIntegerField(_("stars, summed"), default=0)
    service_count = models.PositiveIntegerField(_("reviews of the service"), default=0)
    service_stars = models.PositiveIntegerField(_("stars for service, summed"), default=0)
    delivery_count = models.PositiveIntegerField(_("reviews of the delivery"), default=0)
    delivery_stars = models.PositiveIntegerField(_("stars for delivery, summed"), default=0)
    follower_count = models.PositiveIntegerField(_("followers"), default=0)
