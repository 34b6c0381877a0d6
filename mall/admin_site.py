"""The platform staff's door: the Django admin under the mall's own roof, with queues and figures on its first page."""

import functools
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from mall import clock
from mall.accounts.factors import ask_fresh_factor, way_to_factor
from mall.accounts.staff_groups import label_of
from mall.charts import csv_asked
from mall.money import Money
from mall.tunables import all_tunables


@dataclass(frozen=True)
class StaffQueue:
    """Work that waits for staff: what, how much, where; since when the oldest waits, and how much money is in it."""

    label: str
    count: int
    url: str
    since: datetime | None = None
    amount: Money | None = None
    is_trouble: bool = False


class MallAdminSite(AdminSite):
    site_header = site_title = gettext_lazy("Mall administration")
    index_title = gettext_lazy("What waits for you")
    index_template = "admin/mall_index.html"
    enable_nav_sidebar = True

    def get_urls(self):
        return [
            path("tunables/", self.admin_view(self.tunables), name="tunables"),
            path("jobs/run/", self.admin_view(require_POST(self.run_job)), name="run-job"),
            *super().get_urls(),
        ]

    def admin_view(self, view, cacheable=False):
        """Every page of the admin but the way out wants the second factor shown in this session."""
        if view == self.logout:
            return super().admin_view(view, cacheable)

        @functools.wraps(view)
        def behind_factor(request, *args, **kwargs):
            return way_to_factor(request) or view(request, *args, **kwargs)

        return super().admin_view(behind_factor, cacheable)

    def login(self, request, extra_context=None):
        """There is one door to sign in, with its limits and its second factors; who is in and no staff is told so."""
        if request.user.is_authenticated:
            if self.has_permission(request):
                return redirect("admin:index")
            raise PermissionDenied(_("This door is for the platform's staff."))
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def index(self, request, extra_context=None):
        now = clock.now()
        charts = [chart for name in settings.STAFF_CHARTS for chart in import_string(name)(request.user, now)]
        if download := csv_asked(request, charts):
            return download
        ours = {
            "queues": [queue for name in settings.STAFF_QUEUES for queue in import_string(name)(request.user)],
            "charts": charts,
            "now": now,
            "jobs": self._jobs(request),
            "may_run_jobs": request.user.has_perm("mall.run_job"),
            "groups": [label_of(name) for name in request.user.groups.values_list("name", flat=True)],
        }
        return super().index(request, {**(extra_context or {}), **ours})

    def _jobs(self, request: HttpRequest) -> list[dict]:
        from mall.jobs import timetable

        return timetable() if request.user.has_perm("mall.view_jobrun") else []

    def run_job(self, request: HttpRequest) -> HttpResponse:
        """Have a job run now; it is safe to run at any moment, by itself and beside itself."""
        from mall.jobs import ask_for_run

        if not request.user.has_perm("mall.run_job"):
            raise PermissionDenied
        name = request.POST.get("name", "")
        if ask_for_run(name=name, by=request.user, now=clock.now()):
            messages.success(
                request, _("%(name)s was asked to run. What it did stands among the jobs.") % {"name": name}
            )
        else:
            messages.error(request, _("Nobody could be asked: the queue does not answer."))
        return redirect("admin:index")

    def tunables(self, request: HttpRequest) -> HttpResponse:
        """All numbers that staff may turn, each with its sentence, bounds and default."""
        if not request.user.has_perm("mall.change_turned"):
            raise PermissionDenied
        if request.method == "POST" and (way := ask_fresh_factor(request, "mall.tunables")):
            return way
        rows = [
            {
                "tunable": tunable,
                "least": tunable.told(tunable.least),
                "most": tunable.told(tunable.most),
                "default": tunable.told(tunable.default),
                "typed": tunable.told(tunable.value),
            }
            for tunable in all_tunables().values()
        ]
        if request.method == "POST":
            name, typed = request.POST.get("name", ""), request.POST.get("value", "").strip()
            row = next((row for row in rows if row["tunable"].name == name), None)
            if row is None:
                raise PermissionDenied
            try:
                row["tunable"].turn(row["tunable"].read(typed), by=request.user, now=clock.now())
            except ValidationError as error:
                row.update(typed=typed, error=" ".join(error.messages))
            else:
                messages.success(request, _("%(name)s is now %(value)s.") % {"name": name, "value": typed})
                return redirect("admin:tunables")
        context = {**self.each_context(request), "title": _("Tunables"), "rows": rows}
        return TemplateResponse(request, "admin/tunables.html", context)
