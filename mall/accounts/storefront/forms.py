"""Forms of the account pages."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.accounts.models import User
from mall.accounts.privacy.consents import WORDS, choose
from mall.crypto import normal_phone
from mall.divisions.forms import DivisionField, link_divisions


class AddressForm(forms.Form):
    """Where a parcel goes; fields as :func:`mall.accounts.addresses.save_address` takes them."""

    consignee = forms.CharField(label=_("Recipient"), max_length=40)
    phone = forms.CharField(label=_("Mobile number"), max_length=20)
    province = DivisionField(label=_("Province"))
    city = DivisionField(label=_("City"))
    district = DivisionField(label=_("District"), required=False)
    line = forms.CharField(label=_("Street and number"), max_length=120)
    is_default = forms.BooleanField(label=_("Use as my default address"), required=False)

    AUTOCOMPLETE = {
        "consignee": "name",
        "phone": "tel",
        "province": "address-level1",
        "city": "address-level2",
        "district": "address-level3",
        "line": "street-address",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, meaning in self.AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = meaning
        self.fields["phone"].widget.attrs["inputmode"] = "tel"
        link_divisions(self)
        self.fields["district"].is_needed = True

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        normal_phone(phone)
        return phone


class ProfileForm(forms.ModelForm):
    """What a person calls herself."""

    class Meta:
        model = User
        fields = ["display_name"]

    def clean_display_name(self):
        name = self.cleaned_data["display_name"].strip()
        if "@" in name:
            raise ValidationError(_("Choose a name that is not an e-mail address."))
        return name


class ConsentsForm(forms.Form):
    """A tick for each purpose; what is not ticked is a no."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for purpose, words in WORDS.items():
            self.fields[purpose.value] = forms.BooleanField(label=words.title, help_text=words.text, required=False)

    def choices(self) -> dict[str, bool]:
        return {purpose: self.cleaned_data[purpose.value] for purpose in WORDS}


class SignUpConsents(ConsentsForm):
    """The same at sign-up, where allauth adds it to its own form; nothing is ticked beforehand."""

    def signup(self, request, user) -> None:
        choose(person=user, choices=self.choices(), now=clock.now())
