"""What staff see of deals. Nobody moves them by hand, and seeds are nobody's to read here."""

from django.contrib import admin

from mall.staff import ReadOnlyAdmin
from marketing.models import Bargain, BuyingGroup, Funding, TrialApplication


@admin.register(Bargain)
class BargainAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "sku", "shop", "shopper", "status", "cut_count", "needed", "off", "ends_at"]
    list_filter = ["status"]
    search_fields = ["public_id", "order_public_id"]
    ordering = ["-pk"]
    list_select_related = ["sku__product", "shop", "shopper"]
    fields = [
        "public_id", "promotion", "sku", "shop", "shopper", "status", "price", "floor", "off", "cut_count", "needed",
        "is_early", "seed_hash", "opened_at", "ends_at", "reached_at", "order_public_id", "bought_at", "paid_at",
        "expired_at",
    ]  # fmt: skip


@admin.register(TrialApplication)
class TrialApplicationAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "promotion", "sku", "shop", "shopper", "status", "place", "applied_at", "report_by"]
    list_filter = ["status"]
    search_fields = ["public_id", "order_public_id"]
    ordering = ["-pk"]
    list_select_related = ["promotion", "sku__product", "shop", "shopper"]
    fields = [
        "public_id", "promotion", "sku", "shop", "shopper", "words", "status", "place", "moved_up", "applied_at",
        "won_at", "take_by", "order_public_id", "taken_at", "report_by", "reported_at",
    ]  # fmt: skip


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
