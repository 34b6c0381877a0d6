"""A person's seat in a shop: her role there and what it lets her do (A4)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from merchants.models.shop import Shop


class Seat(models.Model):
    """A person sits in a shop with one role; the role grants rights. One person may sit in many shops."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MANAGER = "manager", _("Manager")
        EDITOR = "editor", _("Product editor")
        CLERK = "clerk", _("Order clerk")
        SERVICE = "service", _("Customer service")
        FINANCE = "finance", _("Finance")
        READER = "reader", _("Read only")

    SEES = frozenset({"shop.see", "orders.see", "products.see", "reviews.see"})
    RIGHTS = {
        Role.OWNER: SEES | {"products.edit", "stock.edit", "orders.ship", "orders.cancel", "orders.personal",
                            "orders.after_sale", "orders.invoice", "reviews.answer", "money.see", "money.withdraw",
                            "shop.edit", "shop.decorate", "promotions.edit", "staff.edit", "shop.exit", "shop.sign"},
        Role.MANAGER: SEES | {"products.edit", "stock.edit", "orders.ship", "orders.cancel", "orders.personal",
                              "orders.after_sale", "orders.invoice", "reviews.answer", "shop.edit", "shop.decorate",
                              "promotions.edit"},
        Role.EDITOR: SEES | {"products.edit", "stock.edit", "shop.decorate"},
        Role.CLERK: SEES | {"stock.edit", "orders.ship", "orders.cancel", "orders.personal", "orders.after_sale"},
        Role.SERVICE: SEES | {"orders.personal", "orders.after_sale", "reviews.answer"},
        Role.FINANCE: SEES | {"orders.invoice", "money.see", "money.withdraw"},
        Role.READER: SEES,
    }  # fmt: skip

    # withheld from a session without a second factor
    NEEDS_FACTOR = frozenset({"money.see", "money.withdraw", "staff.edit"})

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="seats", verbose_name=_("shop"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="seats", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=10, choices=Role)

    class Meta:
        verbose_name, verbose_name_plural = _("seat"), _("seats")
        constraints = [models.UniqueConstraint(fields=["shop", "user"], name="seat_one_per_person_and_shop")]

    def __str__(self) -> str:
        return f"{self.user} · {self.shop} · {self.get_role_display()}"

    withheld: frozenset[str] = frozenset()  # of this session, see merchants.access

    def can(self, right: str) -> bool:
        """Whether the right may be used now."""
        return self.holds(right) and right not in self.withheld

    def holds(self, right: str) -> bool:
        """Whether the role grants the right."""
        return right in self.RIGHTS[self.role]
