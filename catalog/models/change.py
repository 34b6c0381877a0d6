"""What shops want of their goods and does not stand yet: changes that a person looks at, and unfinished input."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned


class ProductChange(ShopOwned):
    """
    What a person of the platform is to decide about a product: a new one, or an edit of an approved one.

    Of an edit ``proposed`` holds the facts that would change, as :mod:`catalog.changes` writes them, and ``before``
    what they were when the shop last asked; a new product is its own proposal, ``proposed`` is written when it is
    decided. ``reasons`` says why a person looks: ``[{"code", "detail"}]``. Decided ones stay: they are its history.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("A new product")
        EDIT = "edit", _("A change")

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting for a reviewer")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Needs correction")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Why(models.TextChoices):
        """Why a person looks at it."""

        CATEGORY = "category", _("an expert reviews this category")
        WORD = "word", _("a word was found")
        BRAND = "brand", _("another brand")
        PRICE = "price", _("the price moves far")
        CUSTOMS = "customs", _("a statement for customs")
        PICTURE = "picture", _("a picture like one of goods that were removed")
        PAST = "past", _("it was refused or taken down before")

    class Reason(models.TextChoices):
        """What must be corrected."""

        TITLE = "title", _("The title misleads")
        CATEGORY = "category", _("Wrong category")
        PICTURE = "picture", _("A picture with words, a watermark or something else")
        BRAND = "brand", _("The brand is not authorised")
        PRICE = "price", _("The price is not plausible")
        CLAIM = "claim", _("A claim that is not proven")
        PROHIBITED = "prohibited", _("These goods may not be sold here")
        FAKE = "fake", _("Counterfeit goods")
        FIGURES = "figures", _("Too many complaints or returns")
        OTHER = "other", _("Something else")

    FLOW = Flow(
        {
            Status.PENDING: {Status.APPROVED, Status.REFUSED, Status.WITHDRAWN},
            Status.APPROVED: set(),
            Status.REFUSED: set(),
            Status.WITHDRAWN: set(),
        }
    )

    public_id = PublicIdField(prefix="pch")
    product = models.ForeignKey(Product, models.CASCADE, related_name="changes", verbose_name=_("product"))
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.EDIT)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PENDING)
    proposed = models.JSONField(default=dict, blank=True)
    before = models.JSONField(default=dict, blank=True)
    reasons = models.JSONField(_("why a person looks"), default=list, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    amended_at = models.DateTimeField(_("last amended at"), null=True)
    claimed_at = models.DateTimeField(_("taken on at"), null=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("taken on by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True, default="")
    note = models.CharField(_("note for the shop"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("product to review"), _("products to review")
        permissions = [("review_productchange", "Can approve and refuse products and their changes")]
        indexes = [
            models.Index(fields=["asked_at", "id"], name="change_waiting", condition=Q(status="pending")),
            models.Index(fields=["product", "-id"], name="change_of_product"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(status="pending"), name="change_pending_once_per_product"
            ),
            models.CheckConstraint(
                condition=Q(status="pending") | Q(decided_at__isnull=False), name="change_decided_at_a_moment"
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | (~Q(reason="") & ~Q(note="")), name="change_refused_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(claimed_at=None, claimed_by=None) | Q(claimed_at__isnull=False, claimed_by__isnull=False),
                name="change_taken_on_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} · {self.get_kind_display()}"

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING


class UnfinishedProduct(ShopOwned):
    """
    What somebody typed of a product and put aside, as it was typed: right or wrong, complete or not.

    It belongs to a product, or will become one. ``typed`` holds the fields of the form by name.
    """

    public_id = PublicIdField(prefix="pun")
    product = models.OneToOneField(Product, models.CASCADE, null=True, related_name="unfinished")
    title = models.CharField(_("title"), max_length=120, blank=True, default="")
    typed = models.JSONField(default=dict)
    changed_at = models.DateTimeField(_("changed at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name, verbose_name_plural = _("unfinished input"), _("unfinished inputs")
        indexes = [models.Index(fields=["shop", "-changed_at"], name="unfinished_of_shop")]

    def __str__(self) -> str:
        return self.title or self.public_id
