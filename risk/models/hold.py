"""Holds: what must not move until staff decide."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.ids import PublicIdField


class Hold(models.Model):
    """Something named by its public id (an order, a shop) must not move in one respect until the hold is released."""

    class Kind(models.TextChoices):
        SETTLEMENT = "settlement", _("Settlement: the share is not released")
        MONEY = "money", _("Available money: nothing is withdrawn")

    public_id = PublicIdField(prefix="hld")
    kind = models.CharField(_("what is held"), max_length=20, choices=Kind)
    subject_id = models.CharField(_("subject"), max_length=40, db_index=True)
    reason = models.CharField(_("reason"), max_length=300)
    placed_at = models.DateTimeField(_("placed at"))
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("placed by")
    )
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("released by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("hold"), _("holds")
        permissions = [("release_hold", "Can release holds")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "kind"], condition=Q(released_at=None), name="hold_one_live_per_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject_id}"
