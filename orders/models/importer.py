"""Who orders goods from abroad: customs wants the real name and ID number of the person on whom they are counted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.crypto import BlindIndexField, EncryptedTextField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from orders.models.order import Order


class Importer(models.Model):
    """What a shopper has said of herself once, encrypted; later orders take it from here."""

    shopper = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="importer")
    name = EncryptedTextField(_("real name"), row="shopper_id")
    id_number = EncryptedTextField(_("ID number"), row="shopper_id")
    said_at = models.DateTimeField(_("said at"))

    class Meta:
        verbose_name, verbose_name_plural = _("importer"), _("importers")

    def __str__(self) -> str:
        return f"{self.name} {self.id_number}"


class Declaration(ShopOwned):
    """
    Who an order of goods from abroad is declared for, and of which value; written once with the order.

    ``id_index`` finds what a person has ordered in a year, under whatever account.
    """

    order = models.OneToOneField(Order, models.PROTECT, related_name="declaration", verbose_name=_("order"))
    name = EncryptedTextField(_("real name"), row="order_id")
    id_number = EncryptedTextField(_("ID number"), row="order_id")
    id_index = BlindIndexField(source="id_number")
    currency = CurrencyField()
    value = MoneyField(_("value for customs"))
    year = models.PositiveSmallIntegerField(_("counted in the year"))

    class Meta:
        verbose_name, verbose_name_plural = _("customs declaration"), _("customs declarations")
        indexes = [models.Index(fields=["id_index", "year"], name="declaration_of_person")]
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="declaration_value_not_negative")]

    def __str__(self) -> str:
        return str(self.order)
