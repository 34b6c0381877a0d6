"""What people were told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.ids import PublicIdField
from mall.notifications.kinds import kind_named


class Notice(models.Model):
    """One message to one person: its kind and facts (the words are made when it is read), where it leads."""

    public_id = PublicIdField(prefix="ntc")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=60)
    facts = models.JSONField(_("facts"), default=dict)
    url = models.CharField(_("leads to"), max_length=200, blank=True, default="")
    told_at = models.DateTimeField(_("told at"))
    read_at = models.DateTimeField(_("read at"), null=True)
    is_mail_due = models.BooleanField(_("e-mail not yet sent"), default=False)
    mailed_at = models.DateTimeField(_("e-mailed at"), null=True)
    mail_attempts = models.PositiveSmallIntegerField(_("failed attempts"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("notice"), _("notices")
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_of_person"),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["id"], name="notice_to_mail", condition=Q(is_mail_due=True)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self._said[0]

    @property
    def body(self) -> str:
        return self._said[1]

    @property
    def _said(self) -> tuple[str, str]:
        kind = kind_named(self.kind)
        return kind.said(self.facts) if kind else (self.kind, "")
