"""How often a person may do what others see: so many times in any 24 hours, counted from the rows themselves."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mall.refusals import Refusal

SPAN = timedelta(hours=24)


class TooOften(Refusal):
    """She did this often enough for today."""

    code = "too-often"
    status = 429


def keep_pace(rows: QuerySet, moment: str, *, most: int, now: datetime) -> None:
    """
    :param rows: what she did so far
    :param moment: the column that says when
    :raises TooOften: there are ``most`` of them within the last 24 hours
    """
    lately = rows.filter(**{f"{moment}__gt": now - SPAN}).order_by().values("pk")[:most]
    if lately.count() >= most:
        raise TooOften(_("That was often enough for today. Please come back tomorrow."))
