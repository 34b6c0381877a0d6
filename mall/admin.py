"""What staff see of the ground floor: the audit trail, jobs and events, read only."""

from django.contrib import admin

from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from mall.jobs import JobRun


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that the house writes itself: staff look, nobody touches."""

    actions = None
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_label", "action", "subject", "shop_slug"]
    list_filter = ["action"]
    search_fields = ["=subject", "=shop_slug", "actor_label"]
    ordering = ["-pk"]
    list_select_related = ["actor"]


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_display = ["name", "started_at", "ended_at", "ok", "summary", "error"]
    list_filter = ["name", "ok"]
    ordering = ["-pk"]


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ["name", "published_at", "delivered_at", "attempts", "last_error"]
    list_filter = ["name", ("delivered_at", admin.EmptyFieldListFilter)]
    ordering = ["-pk"]
