"""What waits for platform staff on the ground floor: events that a listener failed on, jobs that failed."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from mall import clock, workdays
from mall.admin_site import StaffQueue
from mall.events.models import OutboxEvent
from mall.jobs import JobRun, failed_jobs


def waiting(user) -> list[StaffQueue]:
    queues = []
    if user.has_perm("mall.view_outboxevent"):
        failed = OutboxEvent.objects.filter(delivered_at=None, attempts__gt=0)
        found = failed.aggregate(count=Count("pk"), since=Min("published_at"))
        url = f"{reverse('admin:mall_outboxevent_changelist')}?delivered_at__isempty=1"
        queues.append(StaffQueue(_("Events that failed"), url=url, is_trouble=bool(found["count"]), **found))
    if user.has_perm("mall.view_jobrun"):
        runs = failed_jobs()
        url = f"{reverse('admin:mall_jobrun_changelist')}?ok__exact=0"
        since = min((run.started_at for run in runs), default=None)
        queues.append(StaffQueue(_("Jobs whose last run failed"), len(runs), url, since, is_trouble=bool(runs)))
    if user.has_perm("mall.view_workyear"):
        years = workdays.unconfirmed_years(clock.business_date(clock.now()))
        url = f"{reverse('admin:mall_workyear_changelist')}?is_confirmed__exact=0"
        queues.append(StaffQueue(_("Working days not confirmed"), len(years), url, is_trouble=bool(years)))
    return queues


def of_nightly_check(user, *, job: str, label: str, url: str) -> list[StaffQueue]:
    """
    What the last run of a nightly check found wrong ("faults" of its summary), until one finds nothing.

    :param url: where to look for who may not see the runs of jobs
    """
    run = JobRun.objects.filter(name=job, ok=True).order_by("-pk").first()
    faults = run.summary.get("faults", []) if run else []
    if not faults:
        return []
    if user.has_perm("mall.view_jobrun"):
        url = reverse("admin:mall_jobrun_change", args=[run.pk])
    return [StaffQueue(label, len(faults), url, run.started_at, is_trouble=True)]
