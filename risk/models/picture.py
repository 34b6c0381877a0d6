"""Pictures of goods that the platform took down, and pictures that look like them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RemovedPicture(models.Model):
    """
    How a picture of something looks that the platform took down, in 64 bits (``risk.pictures``).

    It is remembered until whatever it showed is approved again.
    """

    subject_id = models.CharField(_("subject"), max_length=40)
    name = models.CharField(_("picture"), max_length=200)
    look = models.BigIntegerField(_("how it looks"))
    why = models.CharField(_("why"), max_length=500, blank=True, default="")
    removed_at = models.DateTimeField(_("removed at"))

    class Meta:
        verbose_name, verbose_name_plural = _("picture of goods taken down"), _("pictures of goods taken down")
        constraints = [models.UniqueConstraint(fields=["subject_id", "name"], name="removed_picture_once")]

    def __str__(self) -> str:
        return self.name


class KnownPicture(models.Model):
    """How an uploaded picture looks; by its name, which is made of its content, so one row stands for all its uses."""

    name = models.CharField(_("picture"), max_length=200, primary_key=True)
    look = models.BigIntegerField(_("how it looks"))
    mirrored = models.BigIntegerField(_("how it looks in the mirror"))

    class Meta:
        verbose_name, verbose_name_plural = _("uploaded picture"), _("uploaded pictures")

    def __str__(self) -> str:
        return self.name
