"""Words that goods must not carry, in packs that staff keep."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mall.texts import TextField


class Severity(models.TextChoices):
    BLOCK = "block", _("Block: the text is refused")
    REVIEW = "review", _("Review: a person looks at it")
    HINT = "hint", _("Hint: the shop is told, nothing is held up")


class WordPack(models.Model):
    """
    Words of one kind: how grave they are, why, and in which categories of goods they count.

    ``scope`` holds addresses of categories, what is below them is meant too; nothing means everywhere. A word may be
    graver or lighter than its pack, and may have a reason of its own.
    """

    class Kind(models.TextChoices):
        GENERAL = "general", _("General")
        ADVERTISING = "advertising", _("Advertising law: absolutes")
        MEDICAL = "medical", _("Medical claims")
        FOOD = "food", _("Food")
        COSMETICS = "cosmetics", _("Cosmetics")
        COUNTERFEIT = "counterfeit", _("Counterfeit talk")
        PROHIBITED = "prohibited", _("Prohibited goods")
        OFF_MALL = "off_mall", _("Ways around the mall")

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = TextField(_("name"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.GENERAL)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, default=Severity.REVIEW)
    why = TextField(_("reason, as the shop reads it"))
    scope = ArrayField(
        models.SlugField(max_length=40), default=list, blank=True, verbose_name=_("only in these categories"),
        help_text=_("Addresses of categories with commas between them; what is below them too. Empty: everywhere."),
    )  # fmt: skip
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("word pack"), _("word packs")

    def __str__(self) -> str:
        return str(self.name) or self.slug


class BannedWord(models.Model):
    """
    A word that stops a text, sends it to a reviewer, or is worth a hint.

    ``unless`` holds phrases, with commas between them, in which the word is harmless. Without a pack it counts
    everywhere.
    """

    Severity = Severity

    pack = models.ForeignKey(
        WordPack, models.CASCADE, null=True, blank=True, related_name="words", verbose_name=_("word pack")
    )
    word = models.CharField(_("word"), max_length=60)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity)
    why = models.CharField(_("why"), max_length=200, blank=True, help_text=_("Empty: the reason of the pack."))
    unless = models.CharField(
        _("harmless in"), max_length=300, blank=True, default="",
        help_text=_("Phrases with commas between them, in which the word is no fault: “best before”."),
    )  # fmt: skip

    class Meta:
        verbose_name, verbose_name_plural = _("banned word"), _("banned words")
        constraints = [
            models.UniqueConstraint(fields=["pack", "word"], name="word_once_per_pack", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.word


class WordEdition(models.Model):
    """One row: the number of the edition of all words and packs; the database raises it with every change of them."""

    number = models.BigIntegerField()

    class Meta:
        verbose_name, verbose_name_plural = _("edition of the words"), _("editions of the words")
