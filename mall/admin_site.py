"""The platform staff's door: the Django admin under the mall's own roof, with queues on its first page."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall import clock
from mall.tunables import all_tunables


@dataclass(frozen=True)
class StaffQueue:
    """Work that waits for staff: what, how much, where."""

    label: str
    count: int
    url: str


class MallAdminSite(AdminSite):
    site_header = site_title = gettext_lazy("Mall administration")
    index_title = gettext_lazy("What waits for you")
    index_template = "admin/mall_index.html"
    enable_nav_sidebar = True

    def get_urls(self):
        return [path("tunables/", self.admin_view(self.tunables), name="tunables"), *super().get_urls()]

    def index(self, request, extra_context=None):
        queues = [queue for name in settings.STAFF_QUEUES for queue in import_string(name)(request.user)]
        return super().index(request, {**(extra_context or {}), "queues": queues, "jobs": self._jobs(request)})

    def _jobs(self, request: HttpRequest) -> list[dict]:
        from mall.jobs import JobRun
        from mall.schedule import SCHEDULE

        if not request.user.has_perm("mall.view_jobrun"):
            return []
        latest = JobRun.objects.values("name").annotate(pk=Max("pk")).values("pk")
        runs = {run.name: run for run in JobRun.objects.filter(pk__in=latest)}
        return [{"line": line, "run": runs.get(line.task)} for line in SCHEDULE]

    def tunables(self, request: HttpRequest) -> HttpResponse:
        """All numbers that staff may turn, each with its sentence, bounds and default."""
        if not request.user.has_perm("mall.change_turned"):
            raise PermissionDenied
        rows = [{"tunable": tunable, "typed": tunable.value} for tunable in all_tunables().values()]
        if request.method == "POST":
            name, typed = request.POST.get("name", ""), request.POST.get("value", "").strip()
            row = next((row for row in rows if row["tunable"].name == name), None)
            if row is None:
                raise PermissionDenied
            try:
                if not typed.removeprefix("-").isdecimal() or len(typed) > 12:
                    raise ValidationError(_("Enter a whole number."))
                row["tunable"].turn(int(typed), by=request.user, now=clock.now())
            except ValidationError as error:
                row.update(typed=typed, error=" ".join(error.messages))
            else:
                messages.success(request, _("%(name)s is now %(value)s.") % {"name": name, "value": typed})
                return redirect("admin:tunables")
        context = {**self.each_context(request), "title": _("Tunables"), "rows": rows}
        return TemplateResponse(request, "admin/tunables.html", context)
