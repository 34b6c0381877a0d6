"""What shops fill in about goods that are not counted by hand."""

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.codes import LONGEST_CODE, MOST_AT_ONCE
from catalog.models import Sku

LARGEST_FILE = 2 * 1024 * 1024


class CodesForm(forms.Form):
    """Codes for one combination: typed, one in each line, or in a plain text file."""

    combination = forms.ChoiceField(label=gettext_lazy("Combination"))
    codes = forms.CharField(
        label=gettext_lazy("Codes"),
        required=False,
        max_length=MOST_AT_ONCE * (LONGEST_CODE + 2),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("One in each line."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a text file"),
        required=False,
        help_text=gettext_lazy("UTF-8, one code in each line, at most 2 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.csv,text/plain"}),
    )

    def __init__(self, *args, skus: Sequence[Sku], **kwargs):
        super().__init__(*args, **kwargs)
        self.skus = {sku.public_id: sku for sku in skus}
        self.fields["combination"].choices = [
            (sku.public_id, sku.combination or _("The only one")) for sku in skus if sku.is_active
        ]

    @property
    def sku(self) -> Sku:
        return self.skus[self.cleaned_data["combination"]]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 2 MB."))
        return file

    def clean(self) -> dict:
        cleaned = super().clean()
        lines = cleaned.get("codes", "").splitlines()
        if file := cleaned.get("file"):
            try:
                lines += file.read().decode("utf-8-sig").splitlines()
            except UnicodeDecodeError:
                self.add_error("file", _("The file is no plain text in UTF-8."))
        cleaned["lines"] = lines
        return cleaned
