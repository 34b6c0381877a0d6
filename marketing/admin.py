"""What platform staff do with banners; promotions and coupons are in ``promotions_admin``, deals in ``deals_admin``."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.audit.trail import record
from mall.staff import SpeaksTexts
from marketing import deals_admin, joint_admin, promotions_admin  # noqa: F401 - each registers its own
from marketing.models import Banner


class BannerForm(forms.ModelForm):
    class Meta:
        model = Banner
        fields = ["headline", "line", "call", "picture", "ground", "target", "position", "starts_at", "ends_at"]

    def clean(self):
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("A banner ends after it starts."))
        return cleaned


@admin.register(Banner)
class BannerAdmin(SpeaksTexts, admin.ModelAdmin):
    form = BannerForm
    list_display = ["headline", "target", "position", "starts_at", "ends_at"]
    list_filter = ["starts_at", "ends_at"]
    search_fields = ["headline", "target"]
    ordering = ["-starts_at", "position"]
    show_full_result_count = False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record(
            "marketing.change_banner" if change else "marketing.add_banner",
            f"banner_{obj.pk}",
            by=request.user,
            now=clock.now(),
            after={"changed": sorted(form.changed_data)},
        )

    def delete_model(self, request, obj):
        record("marketing.remove_banner", f"banner_{obj.pk}", by=request.user, now=clock.now())
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for banner in queryset:
            self.delete_model(request, banner)
