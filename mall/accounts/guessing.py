"""
Guessing passwords and flooding people with messages, both bounded (R9, H6, H7).

An attempt is counted before the password is looked at and given back when it was right, so that two hundred at once are
no more than one after the other. An account is locked after some failures, whether it exists or not; a network that
fails a lot is slowed down instead, for others live in it too.
"""

import logging
import re
import time

from django.conf import settings
from django.http import HttpRequest

from mall.accounts.marks import COOKIE
from mall.accounts.tunables import (
    CODES_A_DAY,
    DEVICE_FAILURES,
    NETWORK_FAILURES,
    SIGN_IN_FAILURES,
    SIGN_IN_MINUTES,
)
from mall.limits import Limit, Taken, client_ip, network_of, take

SLOWED_SECONDS = 10
DAY_SECONDS = 24 * 3600
_DEVICE = re.compile(r"[0-9a-f]{32}")
log = logging.getLogger("mall.accounts")


def attempt(request: HttpRequest, *, account: str) -> Taken | None:
    """Count an attempt to sign in; ``None`` when the account, the browser or the network has to wait."""
    seconds = SIGN_IN_MINUTES.value * 60
    network = network_of(client_ip(request))
    hers = [(Limit("sign-in of account", SIGN_IN_FAILURES.value, seconds), account.strip().lower())]
    device = request.COOKIES.get(COOKIE, "")
    if _DEVICE.fullmatch(device):
        hers.append((Limit("sign-in from device", DEVICE_FAILURES.value, seconds), device))
    return take(*hers, (Limit("sign-in from network", NETWORK_FAILURES.value, seconds), network)) or take(
        *hers, (Limit("sign-in from slowed network", 1, SLOWED_SECONDS), network)
    )


def answer_evenly(*, since: float) -> None:
    """
    Wait until the next whole step of time after ``since``, so that how long it took does not tell who has an account.

    :param since: as :func:`time.monotonic` said
    """
    if step := settings.MALL_EVEN_SECONDS:
        time.sleep(step - (time.monotonic() - since) % step)


def may_send_code(to: str) -> bool:
    """
    Whether one more code, link or invitation may go to this address or telephone today; it is counted.

    :param to: an e-mail address, or a telephone number as :func:`mall.crypto.normal_phone` writes it
    """
    if take((Limit("codes", CODES_A_DAY.value, DAY_SECONDS), to.strip().lower())):
        return True
    log.warning("an address has had its messages for today; one more was not sent")
    return False
