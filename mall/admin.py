"""What staff see of the ground floor: the audit trail, jobs and events."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mall.audit.models import AuditRecord
from mall.events.bus import event_types
from mall.events.models import OutboxEvent
from mall.events.retry import retry_event
from mall.jobs import JobRun
from mall.schedule import SCHEDULE
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin, known_values
from mall.workdays_admin import WorkYearAdmin  # noqa: F401 - registers the years of working days


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    """Append-only; the list is narrowed by who, what and when."""

    list_display = ["at", "who", "action", "subject", "shop_slug"]
    list_filter = ["at"]
    search_fields = ["=subject", "=shop_slug", "=action", "=actor_label", "=actor__email"]
    ordering = ["-pk"]
    list_select_related = ["actor"]

    @admin.display(description=_("who"))
    def who(self, record: AuditRecord) -> str:
        return record.who


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_display = ["name", "started_at", "ended_at", "ok", "summary", "error"]
    list_filter = ["ok", known_values("name", _("job"), lambda: [(line.task, line.task) for line in SCHEDULE])]
    search_fields = ["=name", "error"]
    date_hierarchy = "started_at"
    ordering = ["-pk"]


@admin.register(OutboxEvent)
class OutboxEventAdmin(VerbAdmin):
    """What was announced; one that a listener failed on can be told again at once."""

    noun = "event"
    verbs = [
        Verb(
            name="retry",
            label=_("Deliver again now"),
            call=retry_event,
            permission="mall.retry_outboxevent",
            fits=lambda event: event.delivered_at is None,
            warning=_("Whoever has heard it already does not hear it twice."),
        )
    ]
    list_display = ["name", "published_at", "delivered_at", "attempts", "last_error"]
    list_filter = [
        ("delivered_at", admin.EmptyFieldListFilter),
        "published_at",
        known_values("name", _("event"), lambda: [(name, name) for name in sorted(event_types())]),
    ]
    search_fields = ["=name", "last_error"]
    ordering = ["-pk"]
