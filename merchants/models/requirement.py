"""What is asked of whom (M1): trades, requirement rows, agreements. All of it is data that staff edit."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.money import CurrencyField, MoneyField
from mall.texts import Text, TextField
from merchants.models.merchant import Merchant


class Trade(models.Model):
    """A line of trade as the law sees it (food, cosmetics …); a category of the catalogue belongs to one."""

    GENERAL = "general"

    class Review(models.TextChoices):
        MACHINE = "machine", _("The automatic check is enough when it finds nothing doubtful")
        PERSON = "person", _("An auditor decides")
        EXPERT = "expert", _("An auditor decides, then a category expert")

    slug = models.SlugField(_("code"), max_length=20, unique=True)
    name = TextField(_("name"))
    review = models.CharField(_("who decides"), max_length=10, choices=Review, default=Review.PERSON)
    is_active = models.BooleanField(_("can be chosen"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("trade"), _("trades")

    def __str__(self) -> str:
        return str(self.name)


class Agreement(models.Model):
    """One version of a text that merchants accept. Written once: what changes is a new version."""

    code = models.SlugField(_("code"), max_length=30)
    version = models.PositiveSmallIntegerField(_("version"))
    title = TextField(_("title"))
    text = TextField(_("text"))
    text_hash = models.CharField(_("hash of the text"), max_length=64, editable=False)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    binds_on = models.DateField(
        _("binds shops that are open from"), null=True, blank=True,
        help_text=_("Empty: it holds for who applies from now on, and nobody else is asked."),
    )  # fmt: skip

    class Meta:
        verbose_name, verbose_name_plural = _("agreement"), _("agreements")
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="agreement_version_once")]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"

    @staticmethod
    def hash_of(title: Text, text: Text) -> str:
        """SHA-256 of title and text in all languages, in a fixed order."""
        whole = "\n\n".join(f"{code}\n{words.get(code, '')}" for words in (title, text) for code in sorted(words))
        return hashlib.sha256(whole.encode()).hexdigest()


class Requirement(models.Model):
    """
    One thing asked of every merchant of a kind (or of all kinds) who wants to sell in a trade (or in any).

    ``code`` names the thing: the kind of document, the agreement, the question of the profile. Rows with the same code
    ask for the same thing once.
    """

    class Type(models.TextChoices):
        DOCUMENT = "document", pgettext_lazy("paper", "Document")
        AGREEMENT = "agreement", _("Agreement")
        PROFILE = "profile", _("Statement")
        DEPOSIT = "deposit", _("Deposit")

    class Registry(models.TextChoices):
        NONE = "", _("none")
        BUSINESS = "business", _("Business register")
        IDENTITY = "identity", _("Identity register")
        LICENCES = "licences", _("Register of licences")
        CUSTOMS = "customs", _("Customs register")

    merchant_kind = models.CharField(
        _("kind of business"), max_length=12, choices=Merchant.Kind, blank=True, default="",
        help_text=_("Empty: every kind."),
    )  # fmt: skip
    trade = models.ForeignKey(
        Trade, models.PROTECT, null=True, blank=True, related_name="requirements", verbose_name=_("trade"),
        help_text=_("Empty: every trade."),
    )  # fmt: skip
    type = models.CharField(_("type"), max_length=10, choices=Type)
    code = models.SlugField(_("code"), max_length=30)
    name = TextField(_("name"))
    help = TextField(_("explanation"), blank=True)
    currency = CurrencyField()
    amount = MoneyField(
        _("amount"), null=True, blank=True, help_text=_("Of a deposit; of several that apply the highest is asked.")
    )
    registry = models.CharField(
        _("compared with"), max_length=10, choices=Registry, blank=True, default=Registry.NONE
    )  # fmt: skip
    expires = models.BooleanField(_("must say until when it is valid"), default=False)
    needs_person = models.BooleanField(_("a person must look at it"), default=False)
    is_active = models.BooleanField(_("asked for"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("requirement"), _("requirements")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_kind", "trade", "type", "code"], name="requirement_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(type="deposit", amount__gte=0) | (~Q(type="deposit") & Q(amount=None)),
                name="requirement_deposit_has_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()}: {self.name}"
