"""Forms for a shop's profile and terms of delivery, and for its people."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.accounts.models import User
from mall.divisions.forms import DivisionField, link_divisions
from mall.forms import MoneyFormField, TextFormField
from mall.pictures import PictureFormField
from merchants.hours import WEEKDAYS, ends_of, span_of
from merchants.models import Seat, Shop
from merchants.shops import PROFILE


class PictureInput(forms.ClearableFileInput):
    """Another picture, or none; the one that stands is shown beside it."""

    template_name = "components/widgets/picture.html"


class ShopForm(forms.Form):
    name = TextFormField(label=gettext_lazy("Name"), max_length=60)
    tagline = TextFormField(
        label=gettext_lazy("Tagline"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("One line under the name."),
    )
    about = TextFormField(label=gettext_lazy("About the shop"), max_length=2000, required=False, widget=forms.Textarea)
    logo = PictureFormField(
        label=gettext_lazy("Logo"),
        required=False,
        longest=400,
        square=True,
        widget=PictureInput,
        help_text=gettext_lazy("JPEG, PNG or WebP; it is cut square."),
    )
    colour = forms.RegexField(
        label=gettext_lazy("Theme colour"), regex=r"^#[0-9a-fA-F]{6}$", widget=forms.TextInput(attrs={"type": "color"})
    )
    province = DivisionField(label=gettext_lazy("Province"), required=False)
    city = DivisionField(label=gettext_lazy("City"), required=False)
    contact_phone = forms.RegexField(
        label=gettext_lazy("Service phone"),
        regex=r"^\+?[0-9][0-9 -]{4,18}$",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={"invalid": gettext_lazy("Enter a phone number of digits, such as 400 820 8820.")},
    )
    contact_email = forms.EmailField(label=gettext_lazy("Service e-mail"), required=False, max_length=254)
    shipping_fee = MoneyFormField(label=gettext_lazy("Shipping fee"), maximum=100_000)
    free_shipping_over = MoneyFormField(
        label=gettext_lazy("Free shipping from"),
        required=False,
        help_text=gettext_lazy("Leave empty when shipping is never free."),
    )
    protects_prices = forms.BooleanField(
        label=gettext_lazy("Price protection"),
        required=False,
        help_text=gettext_lazy(
            "When the price of what was just bought falls, shoppers get the difference back by themselves."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        link_divisions(self, ("province", "city"))
        for number, day in enumerate(WEEKDAYS):
            for end, label in (("from", gettext_lazy("%(day)s from")), ("until", gettext_lazy("%(day)s until"))):
                self.fields[f"{end}_{number}"] = forms.TimeField(
                    label=label % {"day": day}, required=False, widget=forms.TimeInput(attrs={"type": "time"})
                )

    @classmethod
    def of(cls, shop: Shop, data=None, files=None) -> "ShopForm":
        initial = {name: getattr(shop, name) for name in PROFILE}
        for number, span in enumerate(shop.hours or []):
            initial[f"from_{number}"], initial[f"until_{number}"] = ends_of(span)
        return cls(data, files, initial=initial)

    @property
    def days(self) -> list[tuple]:
        """The fields of each day of the week, from and until."""
        return [(self[f"from_{number}"], self[f"until_{number}"]) for number in range(len(WEEKDAYS))]

    def clean(self) -> dict:
        """Hours become what the shop keeps; where nothing is said of any day, nothing is."""
        cleaned, spans = super().clean(), []
        for number in range(len(WEEKDAYS)):
            begin, end = f"from_{number}", f"until_{number}"
            if begin in self.errors or end in self.errors:
                continue
            try:
                spans.append(span_of(cleaned.get(begin), cleaned.get(end)))
            except ValueError:
                self.add_error(end, _("Say from when until when, the later hour second; leave both empty for closed."))
        cleaned["hours"] = spans if any(spans) else None
        return cleaned

    def clean_shipping_fee(self):
        fee = self.cleaned_data["shipping_fee"]
        if fee is None:
            raise forms.ValidationError(_("Enter an amount such as 12.30."))
        return fee

    @property
    def changes(self) -> dict:
        """What the verb is to change; a logo that was not chosen stays, one that was ticked off goes."""
        changes = {name: self.cleaned_data[name] for name in PROFILE if name != "logo"}
        if "logo" in self.changed_data:
            changes["logo"] = self.cleaned_data["logo"] or ""
        return changes


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Seat.Role.choices)


class SeatForm(RoleForm):
    """An account that exists, by its e-mail address, and the role it gets; cleaned, ``email`` is the account."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the account"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["email", "role"]

    def __init__(self, *args, shop: Shop, **kwargs):
        super().__init__(*args, initial={"role": Seat.Role.CLERK}, **kwargs)
        self.shop = shop

    def clean_email(self) -> User:
        person = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True).first()
        if person is None:
            raise forms.ValidationError(
                _("Nobody has an account with this address. She signs up first, then you add her.")
            )
        if Seat.objects.filter(shop=self.shop, user=person).exists():
            raise forms.ValidationError(_("This person works in the shop already."))
        return person
