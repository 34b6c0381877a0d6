"""What goods of a category tell of themselves: attributes with a type, and what each product says for them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.category import Category
from catalog.models.product import Product
from mall.tenancy import ShopOwned
from mall.texts import TextField


class NumberField(models.DecimalField):
    """A measured number: up to eleven digits before the point, three behind it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 14, "decimal_places": 3, **kwargs})


class Attribute(models.Model):
    """
    A question that goods of a category answer ("roast", "battery life"); the categories below inherit it.

    What is in effect in a category, with what it overrides, stands in :class:`CategoryAttribute`.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        CHOICE = "choice", _("One of several")
        CHOICES = "choices", _("Some of several")
        FLAG = "flag", _("Yes or no")
        DATE = "date", _("Date")

    category = models.ForeignKey(Category, models.PROTECT, related_name="attributes", verbose_name=_("category"))
    name = TextField(_("name"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    unit = TextField(_("unit"), blank=True, help_text=_("Of a number: grams, hours …"))
    minimum = NumberField(_("at least"), null=True, blank=True)
    maximum = NumberField(_("at most"), null=True, blank=True)
    steps = ArrayField(
        models.DecimalField(max_digits=14, decimal_places=3),
        verbose_name=_("ranges part at"),
        default=list,
        blank=True,
        help_text=_("Of a number: where one range of the filter ends and the next begins, apart by commas."),
    )
    is_required = models.BooleanField(_("required"), default=False)
    is_filterable = models.BooleanField(_("lists can be narrowed by it"), default=False)
    in_specifications = models.BooleanField(_("shown among the specifications"), default=True)
    is_compared = models.BooleanField(_("compared"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("attribute"), _("attributes")
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(maximum=None) | Q(maximum__gte=F("minimum")), name="attribute_bounds"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


class AttributeChoice(models.Model):
    """One thing that can be chosen. Products name it by its key, so renaming it changes no product."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="choices", verbose_name=_("attribute"))
    name = TextField(_("name"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("choice"), _("choices")

    def __str__(self) -> str:
        return str(self.name)


class AttributeOverride(models.Model):
    """What a category does otherwise with an attribute that it inherits; so do the categories below it."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="overrides", verbose_name=_("category"))
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="overrides", verbose_name=_("attribute"))
    is_left_out = models.BooleanField(_("left out"), default=False)
    is_required = models.BooleanField(_("required"), null=True, blank=True)
    is_filterable = models.BooleanField(_("lists can be narrowed by it"), null=True, blank=True)
    in_specifications = models.BooleanField(_("shown among the specifications"), null=True, blank=True)
    is_compared = models.BooleanField(_("compared"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("otherwise here"), _("otherwise here")
        constraints = [
            models.UniqueConstraint(fields=["category", "attribute"], name="attribute_override_once_per_category")
        ]

    def __str__(self) -> str:
        return str(self.attribute)


class CategoryAttribute(models.Model):
    """An attribute in effect in a category: its own, or inherited, after all overrides (``catalog.attributes``)."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="template")
    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="in_effect")
    place = models.PositiveSmallIntegerField()
    is_required = models.BooleanField()
    is_filterable = models.BooleanField()
    in_specifications = models.BooleanField()
    is_compared = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "attribute"], name="attribute_once_in_effect")]

    def __str__(self) -> str:
        return str(self.attribute)


class ProductValue(ShopOwned):
    """What a product says for an attribute: one row, or one for each of several choices."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="values")
    attribute = models.ForeignKey(Attribute, models.PROTECT, related_name="values", db_index=False)
    choice = models.ForeignKey(AttributeChoice, models.PROTECT, null=True, related_name="values")
    number = NumberField(null=True)
    flag = models.BooleanField(null=True)
    date = models.DateField(null=True)
    text = TextField(null=True, default=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "attribute", "choice"], nulls_distinct=False, name="product_value_once"
            ),
            models.CheckConstraint(
                condition=Q(choice__isnull=False, number=None, flag=None, date=None, text=None)
                | Q(choice=None, number__isnull=False, flag=None, date=None, text=None)
                | Q(choice=None, number=None, flag__isnull=False, date=None, text=None)
                | Q(choice=None, number=None, flag=None, date__isnull=False, text=None)
                | Q(choice=None, number=None, flag=None, date=None, text__isnull=False),
                name="product_value_of_one_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["attribute", "choice", "product"], name="product_value_by_choice"),
            models.Index(
                fields=["attribute", "number"], name="product_value_by_number", condition=Q(number__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.attribute_id}"


class StaleSearch(models.Model):
    """Goods that search must read anew: something was renamed, a store has moved; ``after``: how far it has come."""

    class Of(models.TextChoices):
        CATEGORY = "category"
        BRAND = "brand"
        ATTRIBUTE = "attribute"
        STORE = "store"

    of = models.CharField(max_length=10, choices=Of)
    key = models.BigIntegerField()
    after = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "key"], name="stale_search_once")]

    def __str__(self) -> str:
        return f"{self.of} {self.key}"
