"""Who did what to which public id."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

CLOCK = "clock"


class AuditRecord(models.Model):
    """One action of a person (or of the clock), written in the action's own transaction, never changed after."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    actor_label = models.CharField(_("as"), max_length=150)
    action = models.CharField(_("action"), max_length=80)
    subject = models.CharField(_("subject"), max_length=80, db_index=True)
    shop_slug = models.CharField(_("shop"), max_length=60, blank=True, default="")
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)

    class Meta:
        verbose_name, verbose_name_plural = _("audit record"), _("audit trail")

    @property
    def who(self) -> str:
        """As whom people know her today; a number when she is forgotten."""
        if self.actor_label == CLOCK:
            return pgettext("who did it", "clock")
        return str(self.actor) if self.actor else self.actor_label

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
