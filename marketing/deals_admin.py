"""What staff see of deals: groups of buyers and crowdfundings. Nobody moves them by hand."""

from django.contrib import admin

from mall.staff import ReadOnlyAdmin
from marketing.models import BuyingGroup, Funding


@admin.register(BuyingGroup)
class BuyingGroupAdmin(ReadOnlyAdmin):
    list_display = [
        "public_id", "shop", "promotion", "status", "formed_how", "seats_paid", "seats_taken", "size", "ends_at",
    ]  # fmt: skip
    list_filter = ["status", "formed_how"]
    search_fields = ["public_id", "promotion__public_id", "seats__order_public_id"]
    ordering = ["-pk"]
    list_select_related = ["shop", "promotion"]
    fields = [
        "public_id", "shop", "promotion", "leader", "status", "size", "seats_taken", "seats_paid", "for_newcomers",
        "helped_from", "opened_at", "ends_at", "formed_at", "formed_how", "expired_at",
    ]  # fmt: skip


@admin.register(Funding)
class FundingAdmin(ReadOnlyAdmin):
    list_display = ["promotion", "shop", "status", "raised", "goal", "backer_count", "decided_at"]
    list_filter = ["status"]
    search_fields = ["promotion__public_id", "backings__order_public_id"]
    ordering = ["-pk"]
    list_select_related = ["shop", "promotion"]
    fields = [
        "promotion", "shop", "status", "currency", "goal", "raised", "backer_count", "decided_at", "ships_on",
    ]  # fmt: skip
