"""What platform staff let shops promise about their goods."""

from django.contrib import admin

from catalog.generation import CATALOGUE, forget
from catalog.models import ServicePromise
from mall import clock
from mall.audit.trail import record
from mall.staff import SpeaksTexts


@admin.register(ServicePromise)
class ServicePromiseAdmin(SpeaksTexts, admin.ModelAdmin):
    """A promise is switched off rather than deleted: products name it."""

    list_display = ["name", "code", "is_active", "position"]
    list_filter = ["is_active"]
    search_fields = ["code", "name"]
    ordering = ["position", "pk"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record(
            "catalog.change_promise",
            obj.code,
            by=request.user,
            now=clock.now(),
            after={"name": dict(obj.name), "is_active": obj.is_active, "changed": form.changed_data},
        )
        forget(CATALOGUE)
