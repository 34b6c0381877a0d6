"""What staff do with promotions: they make, start and stop the mall's own, look at shops', withdraw coupons."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.forms import MoneyFormField, TextFormField
from mall.refusals import Refusal
from mall.staff import ReadOnlyAdmin, SavedByVerb, Verb, VerbAdmin, Verbs
from marketing.coupons import revoke_coupon
from marketing.giving import MOST_DAYS, SEGMENTS_OF_THE_MALL, send_coupons, stop_sending
from marketing.models import Coupon, CouponSending, Promotion, PromotionUse
from marketing.promotions import KINDS_OF_THE_MALL, save_promotion, start_promotion, stop_promotion

RUN = "marketing.run_promotion"
MONEY = ("budget", "at", "off", "cap")


class MallPromotionForm(forms.ModelForm):
    """A coupon or a reduction of the mall; what does not fit is told before anything is written."""

    name = TextFormField(label=_("Name"), max_length=40)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.value, kind.label) for kind in map(Promotion.Kind, KINDS_OF_THE_MALL)]
    )
    at = MoneyFormField(label=_("From an amount of"), required=False)
    off = MoneyFormField(label=_("Takes off an amount of"), required=False)
    percent = forms.IntegerField(label=_("Or per cent off"), required=False, min_value=1, max_value=99)
    cap = MoneyFormField(label=_("At most"), required=False)
    shop_percent = forms.IntegerField(
        label=_("Borne by shops, per cent"),
        initial=0,
        min_value=0,
        max_value=100,
        help_text=_("Above zero it counts only for goods of shops that have agreed to their part."),
    )
    budget = MoneyFormField(label=_("Budget"), required=False)
    given_from = MoneyFormField(label=_("Given for orders from"), required=False)

    class Meta:
        model = Promotion
        fields = [
            "name", "kind", "starts_at", "ends_at", "at", "off", "percent", "cap", "shop_percent", "budget", "code",
            "audience", "given_from", "is_open", "total_limit", "daily_limit", "person_limit", "period", "valid_days",
        ]  # fmt: skip
        widgets = {
            name: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            for name in ("starts_at", "ends_at")
        }

    def __init__(self, *args, **kwargs):
        row = kwargs.get("instance")
        if row is not None:
            rule = row.rule if row.is_coupon else row.rule["tiers"][0]
            kwargs["initial"] = {
                "at": rule.get("at"), "off": rule.get("off"), "cap": row.rule.get("cap"),
                "percent": (rule.get("bps") or 0) // 100 or None, "shop_percent": row.shop_bps // 100,
            } | (kwargs.get("initial") or {})  # fmt: skip
        super().__init__(*args, **kwargs)
        for name in ("audience", "period"):  # reductions have none
            self.fields[name].required = False
        if row is not None:
            self.fields["kind"].disabled = True

    @property
    def rule(self) -> dict:
        data = {name: getattr(value, "minor", value) for name, value in self.cleaned_data.items()}
        bps = (data.get("percent") or 0) * 100 or None
        if data["kind"] == Promotion.Kind.COUPON:
            return {"at": data["at"] or 0, "off": data["off"], "bps": bps, "cap": data["cap"]}
        return {"tiers": [{"at": data["at"], "off": data["off"], "bps": bps}], "cap": data["cap"]}

    def clean(self):
        cleaned = super().clean()
        if not self.errors and self.by is not None:
            try:
                self.saved = save_promotion(
                    promotion=self.instance if self.instance.pk else None,
                    shop=None,
                    kind=cleaned["kind"],
                    rule=self.rule,
                    shop_bps=cleaned["shop_percent"] * 100,
                    by=self.by,
                    now=clock.now(),
                    **{
                        name: cleaned[name]
                        for name in ("name", "starts_at", "ends_at", "budget", "given_from", "is_open", "total_limit",
                                     "daily_limit", "person_limit", "valid_days")
                    },
                    code=cleaned["code"] or "",
                    audience=cleaned["audience"] or Promotion.Audience.EVERYBODY,
                    period=cleaned["period"] or Promotion.Period.EVER,
                )  # fmt: skip
            except Refusal as refusal:
                field = {"tiers": "off", "bps": "percent"}.get(
                    refusal.details.get("field"), refusal.details.get("field")
                )
                self.add_error(field if field in self.fields else None, str(refusal))
        return cleaned

    def _post_clean(self) -> None:
        """The verb has checked and written everything; the form's own row is never saved."""

    by = None
    saved: Promotion | None = None


class SendingForm(forms.Form):
    """To whom one of the mall's coupons goes."""

    segment = forms.ChoiceField(label=_("To whom"), choices=[(one.value, one.label) for one in SEGMENTS_OF_THE_MALL])
    days = forms.IntegerField(label=_("What the last days are"), min_value=1, max_value=MOST_DAYS, initial=90)


def _send(*, promotion: Promotion, segment: str, days: int, by, now) -> None:
    send_coupons(campaign=promotion, segment=segment, days=days, by=by, now=now)


@admin.register(CouponSending)
class CouponSendingAdmin(VerbAdmin):
    noun = "sending"
    verbs = [
        Verb(
            name="stop",
            label=_("Stop"),
            call=stop_sending,
            permission="marketing.stop_sending",
            fits=lambda row: row.shop_id is None and row.status == CouponSending.Status.RUNNING,
        )
    ]
    list_display = ["promotion", "shop", "segment", "days", "status", "sent_count", "asked_at"]
    list_filter = ["status"]
    search_fields = ["public_id"]
    ordering = ["-pk"]
    list_select_related = ["promotion", "shop"]
    fields = [
        "public_id", "promotion", "shop", "segment", "days", "status", "sent_count", "had_count", "asked_at",
        "asked_by", "ended_at", "ending",
    ]  # fmt: skip


@admin.register(Promotion)
class PromotionAdmin(SavedByVerb, Verbs, ReadOnlyAdmin):
    noun = "promotion"
    verbs = [
        Verb(
            name="start",
            label=_("Start"),
            call=start_promotion,
            permission=RUN,
            fits=lambda row: row.shop_id is None and Promotion.FLOW.can(row, Promotion.Status.LIVE),
        ),
        Verb(
            name="stop",
            label=_("Stop"),
            call=stop_promotion,
            permission=RUN,
            fits=lambda row: Promotion.FLOW.can(row, Promotion.Status.STOPPED),
            asks="reason",
            is_grave=True,
        ),
        Verb(
            name="send",
            label=_("Send to shoppers"),
            call=_send,
            permission=RUN,
            form_class=SendingForm,
            stays=True,
            fits=lambda row: row.shop_id is None and row.audience == Promotion.Audience.CHOSEN and row.status == "live",
        ),
    ]
    list_display = ["name", "shop", "kind", "status", "starts_at", "ends_at", "claimed_count", "spent"]
    list_filter = ["kind", "status"]
    search_fields = ["public_id", "code"]
    ordering = ["-pk"]
    list_select_related = ["shop"]
    fields = [
        "public_id", "shop", "name", "kind", "status", "starts_at", "ends_at", "scope", "rule", "version", "shop_bps",
        "budget", "spent", "code", "audience", "given_from", "is_open", "total_limit", "daily_limit", "person_limit",
        "period", "valid_days", "claimed_count", "started_at", "stopped_at", "stop_reason",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RUN)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return obj is not None and obj.shop_id is None and request.user.has_perm(RUN)

    def get_fields(self, request: HttpRequest, obj=None):
        if obj is None or self.has_change_permission(request, obj):
            return list(MallPromotionForm.Meta.fields)
        return super().get_fields(request, obj)

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        if obj is not None and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **kwargs)
        by = request.user if request.method == "POST" else None
        return type("Form", (MallPromotionForm,), {"by": by})


@admin.register(Coupon)
class CouponAdmin(VerbAdmin):
    noun = "coupon"
    verbs = [
        Verb(
            name="revoke",
            label=_("Withdraw"),
            call=revoke_coupon,
            permission="marketing.revoke_coupon",
            fits=lambda row: Coupon.FLOW.can(row, Coupon.Status.REVOKED),
            asks="reason",
            is_grave=True,
        )
    ]
    list_display = ["public_id", "promotion", "shopper", "status", "claimed_at", "valid_until"]
    list_filter = ["status"]
    search_fields = ["public_id", "locked_for"]
    ordering = ["-pk"]
    list_select_related = ["promotion", "shopper"]
    fields = [
        "public_id", "promotion", "shopper", "status", "claimed_at", "valid_from", "valid_until", "locked_for",
        "used_at", "returned_at", "revoked_because",
    ]  # fmt: skip


@admin.register(PromotionUse)
class PromotionUseAdmin(ReadOnlyAdmin):
    list_display = [
        "promotion",
        "order_public_id",
        "shop",
        "amount",
        "borne_by_shop",
        "borne_by_issuer",
        "used_at",
        "returned_at",
    ]
    search_fields = ["order_public_id", "group_public_id"]
    ordering = ["-pk"]
    list_select_related = ["promotion", "shop"]
    fields = [
        "promotion", "coupon", "group_public_id", "order_public_id", "shop", "shopper", "currency", "amount",
        "borne_by_shop", "borne_by_issuer", "terms", "order_total", "used_at", "returned_at",
    ]  # fmt: skip
