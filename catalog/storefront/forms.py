"""What shoppers fill in about goods."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.questions import LONGEST_ANSWER, LONGEST_QUESTION
from catalog.reviews.reports import PEOPLES_REASONS
from catalog.reviews.words import MOST_PICTURES
from mall.pictures import TYPES, NotAPicture, make_ours
from risk.models import Complaint

STARS = [
    (5, _("Excellent")),
    (4, _("Good")),
    (3, _("Fair")),
    (2, _("Poor")),
    (1, _("Bad")),
]


class PicturesInput(forms.ClearableFileInput):
    """Several pictures at once."""

    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Some pictures, made ours, or a sentence for each that is none."""

    widget = PicturesInput

    def __init__(self, *, most: int = MOST_PICTURES, **kwargs):
        self.most = most
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": TYPES}

    def clean(self, data, initial=None):
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > self.most:
            raise ValidationError(_("Choose at most %(most)d pictures."), params={"most": self.most})
        ours, problems = [], []
        for file in files:
            try:
                ours.append(make_ours(super().clean(file, None)))
            except NotAPicture as refusal:
                problems.append(f"{file.name}: {refusal}")
        if problems:
            raise ValidationError(problems)
        return ours


def _stars(label) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=STARS, coerce=int, widget=forms.RadioSelect)


def _words(label, *, rows: int = 5, longest: int = 1000, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


class ReviewForm(forms.Form):
    """Stars for goods, service and delivery, and words and pictures if she likes."""

    stars = _stars(_("The goods"))
    service_stars = _stars(_("The shop's service"))
    delivery_stars = _stars(_("The delivery"))
    text = _words(_("What do you think of it?"), required=False)
    pictures = PicturesField(label=_("Pictures"))
    is_anonymous = forms.BooleanField(label=_("Do not show my name"), required=False)


class FollowUpForm(forms.Form):
    """One more word after some time."""

    text = _words(_("How is it after some time?"))
    pictures = PicturesField(label=_("Pictures"))


class QuestionForm(forms.Form):
    text = _words(_("Your question"), rows=2, longest=LONGEST_QUESTION)


class AnswerForm(forms.Form):
    text = _words(_("Your answer"), rows=3, longest=LONGEST_ANSWER)


class ReportForm(forms.Form):
    """Why it should not stand there."""

    reason = forms.ChoiceField(label=_("What is wrong with it?"), choices=PEOPLES_REASONS, widget=forms.RadioSelect)
    words = _words(_("Anything else that we should know?"), rows=3, longest=300, required=False)


class ComplaintForm(forms.Form):
    """What is wrong with a product or a shop."""

    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=Complaint.Reason.choices, widget=forms.RadioSelect
    )
    words = _words(_("What did you see?"), rows=4, longest=500, required=False)
