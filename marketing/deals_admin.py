"""What staff see of bargains and free trials; seeds are nobody's to read here."""

from django.contrib import admin

from mall.staff import ReadOnlyAdmin
from marketing.models import Bargain, TrialApplication


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
