"""What shoppers fill in about goods."""

from django import forms
from django.utils.translation import gettext_lazy as _

STARS = [
    (5, _("Excellent")),
    (4, _("Good")),
    (3, _("Fair")),
    (2, _("Poor")),
    (1, _("Bad")),
]


class ReviewForm(forms.Form):
    """Stars, and words if she likes."""

    stars = forms.TypedChoiceField(label=_("Stars"), choices=STARS, coerce=int, widget=forms.RadioSelect, initial=5)
    text = forms.CharField(
        label=_("What do you think of it?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
