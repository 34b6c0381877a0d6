"""A file of a shop's appeal, read for the shop itself or for the staff who decide."""

from django.http import HttpResponse

from catalog import sealed
from catalog.models import ReviewAppeal


def shown(appeal: ReviewAppeal, number: int) -> HttpResponse:
    """The file with this number, from one; who calls has asked who looks."""
    return sealed.shown(appeal.evidence[number - 1], f"{appeal.public_id}-{number}")
