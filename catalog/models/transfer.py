"""Files of goods that a shop brings in (C8): the file, what was found in it, and the pictures that it names."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.category import Category
from catalog.models.product import Product, ProductPicture
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned


class ProductImport(ShopOwned):
    """
    One file of goods on its way in: checked first, without writing anything, then brought in when the person says so.

    ``rows_done`` and the counts are written in the transactions that write the products, so whoever takes over from a
    worker that was killed goes on behind ``last_row``. ``attempts`` counts who has worked on it; ``beat_at`` is the
    last sign of life, in real time. ``layout`` is what was found out about the file: encoding, delimiter, columns.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits to be checked")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        STARTED = "started", _("Waits to be imported")
        IMPORTING = "importing", _("Being imported")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Not readable")
        DISCARDED = "discarded", _("Discarded")

    FLOW = Flow(
        {
            Status.WAITING: {Status.CHECKING, Status.FAILED, Status.DISCARDED},
            Status.CHECKING: {Status.CHECKED, Status.WAITING, Status.FAILED},
            Status.CHECKED: {Status.STARTED, Status.DISCARDED},
            Status.STARTED: {Status.IMPORTING, Status.FAILED},
            Status.IMPORTING: {Status.DONE, Status.STARTED, Status.FAILED},
            Status.DONE: set(),
            Status.FAILED: set(),
            Status.DISCARDED: set(),
        }
    )

    class StockRule(models.TextChoices):
        NEW = "new", _("Only of SKUs that are new here")
        ALL = "all", _("Of every SKU: the file is a count")

    public_id = PublicIdField(prefix="imp")
    name = models.CharField(_("file"), max_length=200)
    file = models.CharField(max_length=200, blank=True, default="")
    pictures_file = models.CharField(max_length=200, blank=True, default="")
    errors_file = models.CharField(max_length=200, blank=True, default="")
    words_language = models.CharField(_("language of its words"), max_length=10)
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("category otherwise")
    )
    stock_rule = models.CharField(_("stock"), max_length=4, choices=StockRule, default=StockRule.NEW)
    follows_status = models.BooleanField(_("states as in the file"), default=False)
    language = models.CharField(_("language"), max_length=10)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    layout = models.JSONField(default=dict, blank=True)
    rows_total = models.PositiveIntegerField(_("rows"), null=True)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    last_row = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(_("new"), default=0)
    updated_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    failed_count = models.PositiveIntegerField(_("with errors"), default=0)
    preview = models.JSONField(default=list, blank=True)
    failure = models.CharField(_("why not"), max_length=500, blank=True, default="")
    asked_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    expires_at = models.DateTimeField(_("expires at"))
    beat_at = models.DateTimeField(_("last sign of life"))

    class Meta:
        verbose_name, verbose_name_plural = _("import"), _("imports")
        indexes = [
            models.Index(fields=["shop", "-id"], name="import_of_shop"),
            models.Index(
                fields=["beat_at"],
                name="import_at_work",
                condition=Q(status__in=["waiting", "checking", "started", "importing"]),
            ),
            models.Index(fields=["expires_at"], name="import_with_file", condition=~Q(file="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["started", "importing", "done"]) | Q(started_at__isnull=False),
                name="import_started_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "discarded"]) | Q(ended_at__isnull=False), name="import_ended"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_at_work(self) -> bool:
        return self.status in {
            self.Status.WAITING, self.Status.CHECKING, self.Status.STARTED, self.Status.IMPORTING
        }  # fmt: skip

    @property
    def is_import(self) -> bool:
        """Whether it is past the dry run: its counts tell what was done, not what would be."""
        return self.started_at is not None

    @property
    def percent(self) -> int:
        """How far this step has come, 0-100."""
        if not self.is_at_work:
            return 100
        return min(99, 100 * self.rows_done // self.rows_total) if self.rows_total else 0


class ImportProblem(ShopOwned):
    """What is wrong with a row, in the words of who asked. An error keeps its product out, a warning does not."""

    job = models.ForeignKey(ProductImport, models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField(_("row"))
    rows_from = models.PositiveIntegerField()
    rows_to = models.PositiveIntegerField()
    handle = models.CharField(_("handle"), max_length=255, blank=True, default="")
    column = models.CharField(_("column"), max_length=100, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=500)
    is_error = models.BooleanField(_("keeps it out"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("import problem"), _("import problems")
        indexes = [models.Index(fields=["job", "rows_from", "row", "id"], name="import_problem_in_order")]


class ImportedPicture(ShopOwned):
    """
    A picture that a file named for a product: fetched once, however often the file comes.

    ``source`` is an address on the web, an address of our own media, or ``zip:`` and a name in the uploaded ZIP.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("a file", "Waiting")
        KEPT = "kept", _("Taken over")
        FAILED = "failed", _("Not taken over")

    FLOW = Flow({Status.WAITING: {Status.KEPT, Status.FAILED}, Status.KEPT: set(), Status.FAILED: {Status.WAITING}})

    product = models.ForeignKey(Product, models.CASCADE, related_name="imported_pictures")
    job = models.ForeignKey(ProductImport, models.SET_NULL, null=True, related_name="pictures")
    source = models.TextField(_("from"))
    source_key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    value_id = models.CharField(_("option value"), max_length=20, blank=True, default="")
    alt = models.CharField(_("what it shows, in words"), max_length=200, blank=True, default="")
    row = models.PositiveIntegerField(_("row"), default=0)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    picture = models.ForeignKey(ProductPicture, models.SET_NULL, null=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"))
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("imported picture"), _("imported pictures")
        indexes = [models.Index(fields=["due_at"], name="imported_picture_due", condition=Q(status="waiting"))]
        constraints = [
            models.UniqueConstraint(fields=["product", "source_key"], name="imported_picture_once"),
        ]
