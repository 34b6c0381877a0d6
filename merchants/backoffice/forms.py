"""The form for a shop's profile and its terms of delivery."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.forms import MoneyFormField, TextFormField
from mall.pictures import PictureFormField
from merchants.models import Shop
from merchants.shops import PROFILE


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
        help_text=gettext_lazy("JPEG, PNG or WebP; it is cut square."),
    )
    colour = forms.RegexField(
        label=gettext_lazy("Theme colour"), regex=r"^#[0-9a-fA-F]{6}$", widget=forms.TextInput(attrs={"type": "color"})
    )
    province = forms.CharField(label=gettext_lazy("Province"), max_length=40, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=40, required=False)
    shipping_fee = MoneyFormField(label=gettext_lazy("Shipping fee"), maximum=100_000)
    free_shipping_over = MoneyFormField(
        label=gettext_lazy("Free shipping from"),
        required=False,
        help_text=gettext_lazy("Leave empty when shipping is never free."),
    )

    @classmethod
    def of(cls, shop: Shop, data=None, files=None) -> "ShopForm":
        return cls(data, files, initial={name: getattr(shop, name) for name in PROFILE})

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
