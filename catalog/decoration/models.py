"""The draft of a shop's front page, its published versions, and the pictures that stand on it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.pictures import PictureField
from mall.tenancy import ShopOwned


class PageDraft(ShopOwned):
    """
    What a shop is putting together: one row for each shop that ever began.

    ``blocks`` is a list of ``{"id", "kind", "hidden", "fields"}``, ``schema`` the number of the rules it was written
    under (``catalog.decoration.content``). ``revision`` counts every change: who saves names the one that she saw.
    """

    theme = models.CharField(_("theme"), max_length=20)
    schema = models.PositiveSmallIntegerField(_("schema"))
    blocks = models.JSONField(_("blocks"), default=list)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    changed_at = models.DateTimeField(_("changed at"), null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("draft of a page"), _("drafts of pages")
        constraints = [models.UniqueConstraint(fields=["shop"], name="page_draft_one_per_shop")]


class PageVersion(ShopOwned):
    """What was published, word for word; the one with the highest number is what shoppers see. Written once."""

    LONGEST_NOTE = 200

    number = models.PositiveIntegerField(_("version"))
    theme = models.CharField(_("theme"), max_length=20)
    schema = models.PositiveSmallIntegerField(_("schema"))
    blocks = models.JSONField(_("blocks"), default=list)
    note = models.CharField(_("note"), max_length=LONGEST_NOTE, blank=True, default="")
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("published by")
    )
    restored_from = models.PositiveIntegerField(_("restored from version"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("version of a page"), _("versions of pages")
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="page_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="page_version_counts_from_one"),
            models.CheckConstraint(
                condition=Q(restored_from=None) | Q(restored_from__lt=F("number")),
                name="page_version_restores_an_older_one",
            ),
        ]


class PagePicture(ShopOwned):
    """A picture that a shop sent for its page; blocks name it. Never taken away: older versions show it."""

    FOLDER, LONGEST = "decoration/", 1600

    image = PictureField(_("picture"), upload_to=FOLDER, longest=LONGEST)
    kept_at = models.DateTimeField(_("kept at"))
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("kept by"))

    class Meta:
        verbose_name, verbose_name_plural = _("picture of a page"), _("pictures of pages")
        constraints = [models.UniqueConstraint(fields=["shop", "image"], name="page_picture_once_per_shop")]
