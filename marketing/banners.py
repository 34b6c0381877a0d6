"""Which banners the home page shows."""

from datetime import datetime

from marketing.models import Banner

MOST_BANNERS = 6


def live_banners(*, now: datetime) -> list[Banner]:
    """The banners of this moment, in their order; one query."""
    return list(Banner.objects.live(now)[:MOST_BANNERS])
