"""What search knows: of each product, of the words of titles, of what people look for, and what staff tell it."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.attribute import Attribute
from catalog.models.category import Brand, Category
from catalog.models.product import Product
from mall.texts import TextField
from merchants.models import Shop


class FacetName(models.Model):
    """A feature by which lists are narrowed ("Material"); products that say it alike share it."""

    key = models.CharField(max_length=80, unique=True)
    name = TextField(_("name"))
    attribute = models.OneToOneField(
        Attribute, models.CASCADE, null=True, blank=True, related_name="facet", verbose_name=_("attribute")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("feature"), _("features")

    def __str__(self) -> str:
        return str(self.name)


class FacetValue(models.Model):
    """One value of a feature ("Porcelain")."""

    of = models.ForeignKey(FacetName, models.CASCADE, related_name="values")
    key = models.CharField(max_length=80)
    value = TextField(_("value"))
    place = models.PositiveSmallIntegerField(_("place"), default=0)  # of a range of numbers

    class Meta:
        verbose_name, verbose_name_plural = _("value of a feature"), _("values of features")
        constraints = [models.UniqueConstraint(fields=["of", "key"], name="facet_value_once")]

    def __str__(self) -> str:
        return str(self.value)


class ProductSearch(models.Model):
    """
    One narrow row per product that answers every list by itself: its words, and what lists count and sort by.

    ``words`` holds segments, two-character grams, sounds, and the marks of its category, brand, shop and features
    (``catalog.search.words``). The rest repeats what stands elsewhere and follows it in the same transaction.
    """

    product = models.OneToOneField(
        Product,
        models.CASCADE,
        primary_key=True,
        related_name="search",
        db_constraint=False,
        verbose_name=_("product"),
    )
    words = SearchVectorField()
    is_listed = models.BooleanField(_("on sale"))
    in_stock = models.BooleanField(_("in stock"))
    shop = models.ForeignKey(
        Shop, models.CASCADE, related_name="+", db_constraint=False, db_index=False, verbose_name=_("shop")
    )
    category = models.ForeignKey(
        Category, models.CASCADE, related_name="+", db_constraint=False, db_index=False, verbose_name=_("category")
    )
    brand = models.ForeignKey(
        Brand, models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False, verbose_name=_("brand")
    )
    price = models.BigIntegerField(_("lowest price"))
    sold = models.PositiveIntegerField(_("sold"), default=0)
    stars = models.PositiveSmallIntegerField(_("average of stars, times ten"), default=0)
    weight = models.FloatField(_("weight"), default=0)
    on_sale_at = models.DateTimeField(_("first on sale at"), null=True)
    facets = ArrayField(models.IntegerField(), default=list)

    class Meta:
        verbose_name, verbose_name_plural = _("product in search"), _("how search ranks")
        indexes = [
            GinIndex(fields=["words"], name="product_search_words"),
            models.Index(fields=["-weight", "-product"], name="search_by_weight", condition=Q(is_listed=True)),
            models.Index(fields=["-sold", "-product"], name="search_by_sales", condition=Q(is_listed=True)),
            models.Index(fields=["-on_sale_at", "-product"], name="search_by_age", condition=Q(is_listed=True)),
            models.Index(fields=["price", "-product"], name="search_by_price", condition=Q(is_listed=True)),
            models.Index(fields=["-stars", "-sold", "-product"], name="search_by_stars", condition=Q(is_listed=True)),
        ]

    def __str__(self) -> str:
        return str(self.product)


class CatalogueWord(models.Model):
    """A word that titles hold, in how many products, how it sounds, and what it becomes with one letter less."""

    word = models.CharField(_("word"), max_length=40, primary_key=True)
    products = models.PositiveIntegerField(_("products"))
    sound = models.CharField(_("sound"), max_length=80, db_index=True, blank=True, default="")
    shortened = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        verbose_name, verbose_name_plural = _("word of the catalogue"), _("words of the catalogue")
        indexes = [GinIndex(fields=["shortened"], name="catalogue_word_shortened")]


class SearchedWords(models.Model):
    """How many people looked for these words on a day, and how much they found. Nobody is named, nobody can be."""

    on = models.DateField(_("day"))
    words = models.CharField(_("words"), max_length=60)
    visitors = models.PositiveIntegerField(_("visitors"))
    found = models.PositiveIntegerField(_("found"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("words looked for"), _("words looked for")
        permissions = [("make_synonym", "Can make a synonym of words looked for")]
        constraints = [models.UniqueConstraint(fields=["on", "words"], name="searched_words_once_a_day")]
        indexes = [models.Index(fields=["-on", "-visitors"], name="searched_words_by_day")]

    def __str__(self) -> str:
        return self.words

    @property
    def is_unanswered(self) -> bool:
        return self.found == 0


class SearchRule(models.Model):
    """Something that staff tell search; ``words`` are apart by commas."""

    class Kind(models.TextChoices):
        SAME = "same", _("Synonyms: all of these words find the same")
        ALSO = "also", _("One-way: who types these also finds the target's words")
        REDIRECT = "redirect", _("Redirect: who types these is led to the target's address")
        PINNED = "pinned", _("Hot: these words stand first among the hot words")
        NEVER_HOT = "never_hot", _("Never hot: these words are not shown as hot words")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    words = models.CharField(_("words"), max_length=400, help_text=_("Apart by commas."))
    target = models.CharField(
        _("target"), max_length=400, blank=True, default="",
        help_text=_("One-way: words, apart by commas. Redirect: an address of the mall that begins with /."),
    )  # fmt: skip
    place = models.PositiveSmallIntegerField(_("place"), default=0, help_text=_("Hot words stand in this order."))

    class Meta:
        verbose_name, verbose_name_plural = _("rule of search"), _("rules of search")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["also", "redirect"]) | ~Q(target=""), name="search_rule_has_its_target"
            )
        ]

    def __str__(self) -> str:
        return f"{self.words} → {self.target}" if self.target else self.words
