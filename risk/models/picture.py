"""Pictures of goods that staff have removed, as far as is needed to know them again (R1)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RemovedPicture(models.Model):
    """
    One mark of a picture of goods that were taken down or refused as counterfeit or prohibited: 128 signs that tell
    where it grows darker, across and downwards. A picture leaves several, of itself and of its middle.
    """

    subject_id = models.CharField(_("goods"), max_length=40, db_index=True)
    picture = models.CharField(_("picture"), max_length=120)
    reason = models.CharField(_("reason"), max_length=20)
    noted_at = models.DateTimeField(_("noted at"))
    across = models.BigIntegerField()
    down = models.BigIntegerField()
    ones = models.PositiveSmallIntegerField()  # how many of the 128 are set: two that are near are near in this, too

    class Meta:
        verbose_name, verbose_name_plural = _("picture of removed goods"), _("pictures of removed goods")
        indexes = [
            models.Index(
                fields=["ones"], include=["across", "down", "subject_id", "reason"], name="removed_picture_near"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "picture", "across", "down"], name="removed_picture_once"),
            models.CheckConstraint(condition=Q(ones__lte=128), name="removed_picture_has_128_signs"),
        ]

    def __str__(self) -> str:
        return self.picture
