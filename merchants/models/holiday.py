"""A shop's holidays (M3): seen but not selling, and the clock of M7 rests for a while."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.tenancy import ShopOwned


class Holiday(ShopOwned):
    """One span in which a shop rests; it ends by itself at ``ends_at``, or before when somebody ends it."""

    started_at = models.DateTimeField(_("started at"))
    ends_at = models.DateTimeField(_("ends at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("holiday"), _("holidays")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("started_at")), name="holiday_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"), ended_at__lte=F("ends_at")),
                name="holiday_ended_within_its_span",
            ),
            models.UniqueConstraint(fields=["shop"], condition=Q(ended_at=None), name="holiday_one_at_a_time"),
        ]
        indexes = [models.Index(fields=["ends_at"], name="holiday_running", condition=Q(ended_at=None))]
