"""A shop's gift cards: money that was paid to it beforehand, and that its holder spends there (C2, O2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog import kinds
from mall.crypto import BlindIndexField, EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from orders.models.after_sale import AfterSale
from orders.models.order import Order, OrderLine


class GiftCard(ShopOwned):
    """
    One card, issued when the order that bought it was paid. It never runs out.

    Until somebody binds it, it belongs to whoever knows its code; from then on to its ``holder``, who spends it.
    ``balance`` is the sum of its moves. ``held_for`` is the case in which its buyer gives it back.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Can be spent")
        VOID = "void", _("Given back")

    FLOW = Flow({Status.ACTIVE: {Status.VOID}, Status.VOID: set()})

    public_id = PublicIdField(prefix="gft")
    number = models.CharField(_("card number"), max_length=16, unique=True)  # may be told to anybody
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="gift_cards", verbose_name=_("order line"))
    code = EncryptedTextField(_("card code"))
    code_index = BlindIndexField(source="code", db_index=False, unique=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    currency = CurrencyField()
    face = MoneyField(_("face value"))
    balance = MoneyField(_("balance"))
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="gift_cards", verbose_name=_("cardholder")
    )
    held_for = models.ForeignKey(
        AfterSale, models.PROTECT, null=True, related_name="gift_cards", verbose_name=_("given back with")
    )
    issued_at = models.DateTimeField(_("issued at"))
    bound_at = models.DateTimeField(_("bound at"), null=True)
    voided_at = models.DateTimeField(_("given back at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("gift card"), _("gift cards")
        indexes = [
            models.Index(fields=["shop", "issued_at", "id"], name="gift_card_of_shop"),
            models.Index(fields=["shop", "balance", "id"], name="gift_card_of_shop_by_money"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(face__gte=kinds.LEAST_FACE.minor, face__lte=kinds.MOST_FACE.minor),
                name="gift_card_face_within_the_rules",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0, balance__lte=F("face")), name="gift_card_balance_within_face"
            ),
            models.CheckConstraint(
                condition=Q(holder=None, bound_at=None) | Q(holder__isnull=False, bound_at__isnull=False),
                name="gift_card_bound_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(holder=None, balance=F("face")) | Q(holder__isnull=False) | Q(status="void"),
                name="gift_card_spent_by_its_holder",
            ),
            models.CheckConstraint(
                condition=Q(status="active", voided_at=None)
                | Q(status="void", voided_at__isnull=False, balance=0, holder=None, held_for__isnull=False),
                name="gift_card_void_holds_nothing",
            ),
            models.CheckConstraint(
                condition=Q(held_for=None) | Q(holder=None), name="gift_card_given_back_is_nobodys"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def shown_number(self) -> str:
        return _in_fours(self.number)

    @property
    def shown_code(self) -> str:
        """The code in groups of four, as people read it out."""
        return _in_fours(self.code.reveal())

    @property
    def is_whole(self) -> bool:
        """Whether nobody has bound it or gives it back: its buyer may still give it away, or back."""
        return self.status == self.Status.ACTIVE and self.holder_id is None and self.held_for_id is None


class GiftCardMove(ShopOwned):
    """
    What changed a card's balance, written once: issued and voided with the order that bought it, spent and given back
    with the order that it paid.
    """

    class Kind(models.TextChoices):
        ISSUED = "issued", _("Issued")
        SPENT = "spent", _("Spent")
        GIVEN_BACK = "given_back", _("Came back")
        VOIDED = "voided", _("Given back to the shop")

    card = models.ForeignKey(GiftCard, models.PROTECT, related_name="moves", verbose_name=_("gift card"))
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    order = models.ForeignKey(Order, models.PROTECT, related_name="card_moves", verbose_name=_("order"))
    currency = CurrencyField()
    amount = MoneyField(_("amount"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("move of a gift card"), _("moves of gift cards")
        indexes = [models.Index(fields=["card", "id"], name="gift_card_move_of_card")]
        constraints = [
            models.UniqueConstraint(
                fields=["card", "kind", "order"],
                condition=~Q(kind="given_back"),
                name="gift_card_moved_once_per_order",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["issued", "given_back"], amount__gt=0)
                | Q(kind__in=["spent", "voided"], amount__lt=0),
                name="gift_card_move_goes_its_way",
            ),
        ]


class CardTry(models.Model):
    """Somebody has typed a card's code; wrong ones are counted, so that nobody goes through codes."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    tried_at = models.DateTimeField(_("tried at"))
    was_right = models.BooleanField(_("was right"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("code that was typed"), _("codes that were typed")
        indexes = [models.Index(fields=["person", "tried_at"], name="card_try_lately", condition=Q(was_right=False))]


def _in_fours(text: str) -> str:
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))
