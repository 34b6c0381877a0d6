"""Words that goods must not carry."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BannedWord(models.Model):
    """A word that stops a product's text, or sends it to a reviewer."""

    class Severity(models.TextChoices):
        BLOCK = "block", _("Block: the text is refused")
        REVIEW = "review", _("Review: a person looks at it")

    word = models.CharField(_("word"), max_length=60, unique=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity)
    why = models.CharField(_("why"), max_length=200)

    class Meta:
        verbose_name, verbose_name_plural = _("banned word"), _("banned words")

    def __str__(self) -> str:
        return self.word
