"""The platform's category tree and the brands."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from treebeard.mp_tree import MP_Node

from mall.pictures import PictureField
from mall.texts import TextField
from merchants.models import Trade

USUAL_COMMISSION_BPS = 500


class Category(MP_Node):
    """
    A node of the platform's tree (materialised path): name, risk, trade, commission.

    ``commission_bps`` is what applies: its own, else that of the nearest category above that has one.
    """

    class Risk(models.TextChoices):
        PLAIN = "plain", _("Plain: goods go on sale by themselves")
        WATCHED = "watched", _("Watched: an expert looks before goods go on sale")
        STRICT = "strict", _("Strict: an expert also looks at every change of words and pictures")

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = TextField(_("name"))
    icon = PictureField(_("icon"), upload_to="categories/", longest=400, square=True, blank=True)
    own_commission_bps = models.PositiveIntegerField(
        _("own commission in basis points"), null=True, blank=True, help_text=_("Empty: as the category above.")
    )
    commission_bps = models.PositiveIntegerField(
        _("commission in basis points"), default=USUAL_COMMISSION_BPS, editable=False
    )
    risk = models.CharField(_("risk"), max_length=8, choices=Risk, default=Risk.PLAIN)
    trade = models.ForeignKey(
        Trade, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("trade"),
        help_text=_("Who sells here must have been admitted to it. Empty: general goods."),
    )  # fmt: skip
    is_hidden = models.BooleanField(
        _("hidden"), default=False,
        help_text=_("It and what is below stand in no menu and take no new goods; what is sold there stays on sale."),
    )  # fmt: skip

    class Meta:
        verbose_name, verbose_name_plural = _("category"), _("categories")
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_bps__lte=5000) & (Q(own_commission_bps=None) | Q(own_commission_bps__lte=5000)),
                name="category_commission_at_most_half",
            )
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def needs_review(self) -> bool:
        """Whether an expert looks at its goods before they go on sale."""
        return self.risk != self.Risk.PLAIN


class CommissionChange(models.Model):
    """From a moment on a category takes another commission; nothing means that of the category above."""

    category = models.ForeignKey(
        Category, models.CASCADE, related_name="commission_changes", verbose_name=_("category")
    )
    commission_bps = models.PositiveIntegerField(
        _("own commission in basis points"), null=True, blank=True, help_text=_("Empty: as the category above.")
    )
    effective_at = models.DateTimeField(pgettext_lazy("rule", "from"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    applied_at = models.DateTimeField(_("applied at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("change of commission"), _("changes of commission")
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_bps=None) | Q(commission_bps__lte=5000), name="commission_change_at_most_half"
            )
        ]
        indexes = [models.Index(fields=["effective_at"], name="commission_change_due", condition=Q(applied_at=None))]

    def __str__(self) -> str:
        return f"{self.category}: {self.commission_bps}"


class Brand(models.Model):
    """A brand under which goods are sold; a protected one only by shops that were authorised."""

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = TextField(_("name"))
    logo = PictureField(_("logo"), upload_to="brands/", longest=400, square=True, blank=True)
    story = TextField(_("story"), blank=True)
    registration = models.CharField(
        _("registration of the trade mark"), max_length=60, blank=True, default="",
        help_text=_("Its number in the register, as shoppers may check it."),
    )  # fmt: skip
    is_protected = models.BooleanField(
        _("protected"), default=False, help_text=_("Only shops with a valid authorization may sell its goods.")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("brand"), _("brands")

    def __str__(self) -> str:
        return str(self.name)


class FormerAddress(models.Model):
    """An address that a category or a brand had before; it leads to the one of now."""

    slug = models.SlugField(_("address"), max_length=40)
    category = models.ForeignKey(Category, models.CASCADE, null=True, related_name="former_addresses")
    brand = models.ForeignKey(Brand, models.CASCADE, null=True, related_name="former_addresses")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=Q(brand=None), name="former_category_once"),
            models.UniqueConstraint(fields=["slug"], condition=Q(category=None), name="former_brand_once"),
            models.CheckConstraint(
                condition=Q(category=None, brand__isnull=False) | Q(category__isnull=False, brand=None),
                name="former_address_of_one",
            ),
        ]

    def __str__(self) -> str:
        return self.slug
