"""What platform staff see of joint promotions: who has signed what with whom."""

from django.contrib import admin

from mall.staff import ReadOnlyAdmin
from marketing.models import JointTerms


@admin.register(JointTerms)
class JointTermsAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "name", "shop_name", "host_name", "issuer_bps", "status", "ends_at"]
    list_filter = ["status", "kind"]
    search_fields = ["public_id", "promotion__public_id", "shop__slug", "host__slug"]
    ordering = ["-pk"]
    fields = [
        "public_id", "promotion", "promotion_version", "version", "status", "shop", "host", "kind", "rule", "currency",
        "issuer_bps", "cap", "most", "spent", "until", "ends_at", "message", "proposed_by", "proposed_at",
        "answered_by", "answered_at", "answer", "ended_by", "ended_at", "end_reason",
    ]  # fmt: skip
