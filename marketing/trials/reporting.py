"""The report that a winner owes: a review of the goods, due some days after she has them."""

from datetime import datetime, timedelta

from django.db import transaction

from marketing.models import TrialApplication

Status = TrialApplication.Status


@transaction.atomic
def delivered(*, order_id: str, now: datetime) -> bool:
    """The goods of an order (public id) arrived: from now on the days for the report count. Again: nothing."""
    rows = TrialApplication.objects.select_for_update(of=("self",)).select_related("promotion")
    application = rows.filter(order_public_id=order_id, status=Status.TAKEN, report_by=None).first()
    if application is None:
        return False
    application.report_by = now + timedelta(days=application.promotion.rule["report_days"])
    application.save(update_fields=["report_by"])
    return True


def reported(*, deal: str, now: datetime) -> bool:
    """A review of what an application (its public id) has brought was written; early or late, it is the report."""
    mine = TrialApplication.objects.filter(public_id=deal, status=Status.TAKEN)
    return bool(mine.update(status=Status.REPORTED, reported_at=now))
