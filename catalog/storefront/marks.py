"""The cookie that tells pages how many favorites and followed shops there are, and when that last changed."""

import time

from django.http import HttpResponse

from catalog.interest.favorites import counts_of

COOKIE = "marks"
SECONDS = 30 * 24 * 3600


def with_marks(response: HttpResponse, shopper) -> HttpResponse:
    """Tell the header the numbers: a cookie, so that kept pages need not ask. Two queries."""
    favorites, shops = counts_of(shopper)
    response.set_cookie(COOKIE, f"{favorites}.{shops}.{time.time_ns() // 1_000_000:x}", max_age=SECONDS, samesite="Lax")
    return response
