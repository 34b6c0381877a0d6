"""What a shop fills in to propose a joint promotion (K2)."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from mall.forms import MoneyFormField
from marketing.backoffice.fields import MomentField, PercentField
from marketing.joint import KINDS, SCOPES
from marketing.models import Promotion


class PromotionField(forms.ModelChoiceField):
    def label_from_instance(self, promotion: Promotion) -> str:
        return f"{promotion.name} · {promotion.get_kind_display()} · {promotion.get_status_display()}"


class JointForm(forms.Form):
    """One of the shop's own promotions, another shop, and who bears which part until when."""

    promotion = PromotionField(
        label=_("Promotion"),
        queryset=Promotion.objects.none(),
        to_field_name="public_id",
        help_text=_("A coupon, or spend and save, for all goods or for categories of the mall."),
    )
    host = forms.CharField(
        label=_("Other shop"),
        max_length=200,
        help_text=_("The address of its page, or the last part of it."),
    )
    part = PercentField(
        label=_("You bear, in per cent"),
        initial=5000,
        help_text=_("Of what is taken off the other shop's goods; it bears the rest. On your own goods you bear all."),
    )
    cap = MoneyFormField(
        label=_("At most in all"),
        required=False,
        help_text=_("What you bear there altogether; then the promotion no longer counts there. Empty: no limit."),
    )
    until = MomentField(label=_("Agreed until"))
    message = forms.CharField(
        label=_("Message to the other shop"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, shop, now: datetime, **kwargs):
        super().__init__(*args, **kwargs)
        fit = Promotion.objects.owned_by(shop).filter(kind__in=KINDS, scope__in=SCOPES, ends_at__gt=now)
        self.fields["promotion"].queryset = fit.order_by("-pk")

    def place_error(self, field: str, sentence: str) -> None:
        """A refusal beside the field that it is about."""
        self.add_error(field if field in self.fields else None, sentence)


class ReasonForm(forms.Form):
    """Why terms are declined or ended; the other shop reads it."""

    reason = forms.CharField(label=_("Reason, for the other shop to read"), required=False, max_length=300)
