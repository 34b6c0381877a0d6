"""What staff see of notices: who was told what and whether the e-mail went."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import kinds
from mall.notifications.models import Notice
from mall.staff import ReadOnlyAdmin, known_values


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ["told_at", "person", "kind", "read_at", "mailed_at", "mail_attempts"]
    list_filter = [known_values("kind", _("kind"), lambda: [(name, name) for name in sorted(kinds())])]
    list_select_related = ["person"]
    search_fields = ["=person__email", "=public_id"]
    ordering = ["-pk"]
    fields = [
        "public_id", "person", "kind", "title", "body", "url", "told_at", "read_at", "is_mail_due", "mailed_at",
        "mail_attempts",
    ]  # fmt: skip
    readonly_fields = ["title", "body"]
