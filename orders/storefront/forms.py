"""Forms of cart, checkout and orders."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from mall.accounts.models import Address
from mall.accounts.storefront.forms import AddressForm
from mall.divisions.forms import DivisionField, link_divisions
from mall.money import Money
from orders.cart import CartShop, CartView
from orders.customs import LONGEST_NAME
from orders.models.cart import MOST_LINES, MOST_OF_ONE
from orders.storefront.invoices import InvoiceForm

NEW, NOWHERE = "new", "nowhere"
ADDRESS_FIELDS = ("consignee", "phone", "province", "city", "district", "line")


class CartAddForm(forms.Form):
    sku = forms.CharField(max_length=30)
    quantity = forms.IntegerField(min_value=1, max_value=MOST_OF_ONE, initial=1)
    slot = forms.CharField(max_length=30, required=False)


class CartChangeForm(forms.Form):
    sku = forms.CharField(max_length=30)
    quantity = forms.IntegerField(min_value=0, max_value=MOST_OF_ONE)


class CancelForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)
    leaves_deposit = forms.BooleanField(required=False)


@dataclass(frozen=True)
class PostedShop:
    """A shop to which a message was posted; whether it is in the order, placing will see."""

    shop_id: int
    name: str = ""


class CheckoutForm(forms.Form):
    """Where it goes (an address of the book, or a new one typed here), and a message to each shop."""

    address = forms.ChoiceField(label=gettext_lazy("Deliver to"), widget=forms.RadioSelect)
    consignee = forms.CharField(label=gettext_lazy("Recipient"), max_length=40, required=False)
    phone = forms.CharField(label=gettext_lazy("Mobile number"), max_length=20, required=False)
    province = DivisionField(label=gettext_lazy("Province"), required=False)
    city = DivisionField(label=gettext_lazy("City"), required=False)
    district = DivisionField(label=gettext_lazy("District"), required=False)
    line = forms.CharField(label=gettext_lazy("Street and number"), max_length=120, required=False)
    importer_name = forms.CharField(
        label=gettext_lazy("Real name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=gettext_lazy("As it stands on the identity card."),
    )
    importer_id = forms.CharField(
        label=gettext_lazy("ID number"),
        max_length=24,
        required=False,
        help_text=gettext_lazy("18 characters; the last one may be an X."),
    )
    knows_deposit = forms.BooleanField(
        label=gettext_lazy("I know that the shop keeps the deposit if I do not pay the rest in time or cancel before."),
        required=False,
    )
    checkout_key = forms.UUIDField(widget=forms.HiddenInput)
    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=20_000)

    def __init__(self, *args, addresses: list[Address], shops: Sequence[CartShop | PostedShop], **kwargs):
        super().__init__(*args, **kwargs)
        self.addresses = {address.public_id: address for address in addresses}
        self.fields["address"].choices = [
            *((address.public_id, str(address)) for address in addresses),
            (NEW, _("Another address")),
            (NOWHERE, _("Nothing is sent")),
        ]
        self.fields["address"].initial = next((address.public_id for address in addresses), NEW)
        for name, meaning in AddressForm.AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = meaning
        self.fields["phone"].widget.attrs["inputmode"] = "tel"
        link_divisions(self, is_lax=True)
        self.invoice = InvoiceForm(self.data if self.is_bound else None, may_be_none=True)
        self.fields["importer_name"].widget.attrs["autocomplete"] = "name"
        self.fields["importer_id"].widget.attrs["autocomplete"] = "off"
        self.shops = shops
        for shop in shops:
            self.fields[f"message_{shop.shop_id}"] = forms.CharField(
                label=_("Message to %(shop)s") % {"shop": shop.name}, max_length=200, required=False
            )
            self.fields[f"store_{shop.shop_id}"] = forms.CharField(
                label=_("How do you get it?"), max_length=30, required=False
            )

    @property
    def message_fields(self) -> list[tuple[int, forms.BoundField]]:
        return [(shop.shop_id, self[f"message_{shop.shop_id}"]) for shop in self.shops]

    @property
    def address_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ADDRESS_FIELDS]

    @property
    def blank_address(self) -> SafeString:
        """The empty fields of a new address, which look the same at every checkout of a language."""
        return _blank_address(get_language())

    @property
    def messages(self) -> dict[int, str]:
        return {shop.shop_id: self.cleaned_data.get(f"message_{shop.shop_id}", "") for shop in self.shops}

    @property
    def chosen(self) -> Address | None:
        """The address of the book, or ``None`` when she typed another."""
        return self.addresses.get(self.cleaned_data["address"])

    @property
    def goes_nowhere(self) -> bool:
        """She was shown a cart of which nothing is brought to her; whether that is so, placing will see."""
        return self.cleaned_data["address"] == NOWHERE

    @property
    def says_importer(self) -> bool:
        """Whether she has typed who orders goods from abroad."""
        return bool(self.cleaned_data.get("importer_name") or self.cleaned_data.get("importer_id"))

    @property
    def typed_address(self) -> dict:
        return {name: self.cleaned_data.get(name, "") for name in ADDRESS_FIELDS}

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("address") == NEW:
            typed = AddressForm(self.data)
            for name in ADDRESS_FIELDS:
                for error in typed.errors.get(name, []):
                    self.add_error(name, error)
        if not self.invoice.is_valid():
            self.add_error(None, _("Please look at what the invoice needs."))
        return cleaned


@lru_cache
def _blank_address(_language: str | None) -> SafeString:
    return render_to_string("storefront/orders/_new_address.html", {"form": CheckoutForm(addresses=[], shops=[])})


def posted_shops(posted: Mapping[str, str]) -> list[PostedShop]:
    """The shops that the posted form names, without asking what the cart holds."""
    found = (re.fullmatch(r"message_([0-9]{1,18})", name) for name in posted)
    return [PostedShop(int(match[1])) for match in found if match][:MOST_LINES]


def chosen_stores(posted: Mapping[str, str]) -> dict[int, str]:
    """In which stores (by public id) she picks up what she buys of which shop (by key)."""
    found = ((re.fullmatch(r"store_([0-9]{1,18})", name), value) for name, value in posted.items())
    return dict([(int(match[1]), value[:30]) for match, value in found if match and value][:MOST_LINES])


def shown(cart: CartView, cards: Mapping[int, Money] | None = None) -> str:
    """
    What the shopper is shown now, to be posted back: the fingerprint, and the amounts to name what has changed.

    :param cards: what gift cards pay, by the shop's key
    """
    lines = ",".join(f"{line.sku.public_id}={line.sku.price.minor}x{line.quantity}" for line in cart.lines)
    fees = ",".join(f"{shop.shop_id}={shop.shipping_fee.minor}" for shop in cart.shops)
    off = ",".join(f"{shop.shop_id}={shop.discount.minor}" for shop in cart.shops if shop.discount)
    duty = ",".join(f"{shop.shop_id}={shop.duty.minor}" for shop in cart.shops if shop.duty)
    paid = ",".join(f"{shop_id}={amount.minor}" for shop_id, amount in (cards or {}).items())
    return f"{cart.quote.fingerprint}|{lines}|{fees}|{off}|{duty}|{paid}"


def fingerprint_of(shown: str) -> str:
    return shown.partition("|")[0]


def cards_in(shown: str) -> dict[int, int]:
    """What she was shown that gift cards pay: fen, by the shop's key."""
    pairs = (part.split("=", 1) for part in shown.rpartition("|")[2].split(",") if "=" in part)
    return {int(shop): int(fen) for shop, fen in pairs if _is_number(shop) and _is_number(fen)}


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and len(typed) < 19


def changes_since(shown: str, cart: CartView, cards: Mapping[int, Money] | None = None) -> list[str]:
    """
    What is different from what she was shown, in sentences.

    :param cards: what gift cards pay now, by the shop's key
    """
    _mark, _bar, rest = shown.partition("|")
    lines, _bar, rest = rest.partition("|")
    fees, _bar, rest = rest.partition("|")
    off, _bar, rest = rest.partition("|")
    duty, _bar, _paid = rest.partition("|")
    before = dict(part.split("=", 1) for part in lines.split(",") if "=" in part)
    fees_before = dict(part.split("=", 1) for part in fees.split(",") if "=" in part)
    off_before = dict(part.split("=", 1) for part in off.split(",") if "=" in part)
    duty_before = dict(part.split("=", 1) for part in duty.split(",") if "=" in part)
    sentences = []
    for line in cart.lines:
        price, _x, quantity = before.pop(line.sku.public_id, "").partition("x")
        words = {"title": line.sku.title, "now": line.sku.price, "quantity": line.quantity}
        if not price:
            sentences.append(_("“%(title)s” has come into your cart.") % words)
        elif price != str(line.sku.price.minor):
            words["before"] = _amount(price, line.sku.price)
            sentences.append(_("“%(title)s” costs %(now)s now, it was %(before)s.") % words)
        elif quantity != str(line.quantity):
            sentences.append(_("“%(title)s”: the quantity is %(quantity)d now.") % words)
    if before:
        sentences.append(_("Something has left your cart."))
    for shop in cart.shops:
        fee = fees_before.get(str(shop.shop_id))
        if fee is not None and fee != str(shop.shipping_fee.minor):
            words = {"shop": shop.name, "now": shop.shipping_fee, "before": _amount(fee, shop.shipping_fee)}
            sentences.append(_("Delivery by %(shop)s costs %(now)s now, it was %(before)s.") % words)
    for shop in cart.shops:
        taken = off_before.get(str(shop.shop_id), "0")
        if taken != str(shop.discount.minor):
            words = {"shop": shop.name, "now": shop.discount, "before": _amount(taken, shop.discount)}
            sentences.append(_("Offers take %(now)s off at %(shop)s now, it was %(before)s.") % words)
    for shop in cart.shops:
        taken = duty_before.get(str(shop.shop_id), "0")
        if taken != str(shop.duty.minor):
            words = {"shop": shop.name, "now": shop.duty, "before": _amount(taken, shop.duty)}
            sentences.append(_("The duty on goods of %(shop)s is %(now)s now, it was %(before)s.") % words)
    paid_before = cards_in(shown)
    for shop in cart.shops:
        now = (cards or {}).get(shop.shop_id, Money(0, cart.total.currency))
        if now.minor != paid_before.get(shop.shop_id, 0):
            before_now = Money(paid_before.get(shop.shop_id, 0), now.currency)
            words = {"shop": shop.name, "now": now, "before": before_now}
            sentences.append(_("Gift cards of %(shop)s pay %(now)s now, it was %(before)s.") % words)
    return sentences or [_("Your cart has changed since you looked.")]


def _amount(posted: str, like):
    """An amount that came back with the form, for display only."""
    return type(like)(int(posted), like.currency) if posted.isdecimal() and len(posted) < 16 else posted[:16]
