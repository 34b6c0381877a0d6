"""
Guessing passwords and flooding people with messages, both bounded (R9, H6, H7).

An attempt is counted before the password is looked at and given back when it was right, so that two hundred at once are
no more than one after the other. After some failures – of an account, from a network or a browser, in the whole mall –
a question is asked that programs cannot answer (``captcha``); after more an account is locked, whether it exists or
not, and a network is slowed down, for others live in it too. A browser in which the person has signed in before is
counted for itself: what strangers try neither asks nor locks her out there (decision 85).
"""

import logging
import re
import time
from typing import NamedTuple

from django.conf import settings
from django.db.models.functions import Lower
from django.http import HttpRequest

from mall.accounts.marks import COOKIE, marks_of
from mall.accounts.models import KnownDevice
from mall.accounts.tunables import (
    ACCOUNT_TRIES,
    CODES_A_DAY,
    DEVICE_FAILURES,
    FORM_TRIES,
    MALL_TRIES,
    NETWORK_FAILURES,
    NETWORK_TRIES,
    SIGN_IN_FAILURES,
    SIGN_IN_MINUTES,
)
from mall.limits import Limit, Taken, client_ip, has_room, network_of, take

SLOWED_SECONDS = 10
DAY_SECONDS = 24 * 3600
NETWORK, SLOWED = "sign-in from network", "sign-in from slowed network"
_DEVICE = re.compile(r"[0-9a-f]{32}")
log = logging.getLogger("mall.accounts")


class Counted(NamedTuple):
    """What is counted of an attempt: how often before a question is asked, how often before one has to wait."""

    name: str
    of: str
    tries: int
    failures: int | None  # where nobody has to wait: None


def attempt(request: HttpRequest, *, account: str, has_answered: bool = True) -> Taken | None:
    """
    Count an attempt to sign in; ``None`` when the account, the browser or the network has to wait.

    :param has_answered: whether she has answered a question that programs cannot; else there is room for fewer
    """
    counted, seconds = _counted(request, account), SIGN_IN_MINUTES.value * 60
    if not has_answered:
        return take(*_before_question(counted, seconds))
    strict = [(Limit(one.name, one.failures, seconds), one.of) for one in counted if one.failures is not None]
    slowed = [_slowed(limit, of) for limit, of in strict]
    return take(*strict) or (take(*slowed) if slowed != strict else None)


def must_answer(request: HttpRequest, *, account: str = "") -> bool:
    """Whether the next attempt wants an answer; without an account only where no browser could be known to hers."""
    if not account and _device(request):
        return False
    return not has_room(*_before_question(_counted(request, account), SIGN_IN_MINUTES.value * 60))


def may_ask(request: HttpRequest, *, what: str) -> bool:
    """Whether one more new account, or wish for a new password, goes without an answer here; it is counted."""
    return take(*_asked(request, what)) is not None


def must_answer_for(request: HttpRequest, *, what: str) -> bool:
    """Whether the next one wants an answer."""
    return not has_room(*_asked(request, what))


def _asked(request: HttpRequest, what: str) -> list[tuple[Limit, str]]:
    seconds = SIGN_IN_MINUTES.value * 60
    return [
        (Limit(f"{what} from network", FORM_TRIES.value, seconds), network_of(client_ip(request))),
        (Limit(f"{what} anywhere", MALL_TRIES.value, seconds), ""),
    ]


def _before_question(counted: list[Counted], seconds: int) -> list[tuple[Limit, str]]:
    most = [one.tries if one.failures is None else min(one.tries, one.failures) for one in counted]
    return [(Limit(one.name, most, seconds), one.of) for one, most in zip(counted, most, strict=True)]


def _slowed(limit: Limit, of: str) -> tuple[Limit, str]:
    """A network that has failed too often tries once in some seconds."""
    return (Limit(SLOWED, 1, SLOWED_SECONDS), of) if limit.name == NETWORK else (limit, of)


def _counted(request: HttpRequest, account: str) -> list[Counted]:
    account, device = account.strip().lower(), _device(request)
    failures = SIGN_IN_FAILURES.value
    if account and device and _is_known(account, marks_of(request).device):
        return [Counted("sign-in on her device", f"{account} {device}", ACCOUNT_TRIES.value, failures)]
    return [
        *([Counted("sign-in of account", account, ACCOUNT_TRIES.value, failures)] if account else []),
        *([Counted("sign-in from device", device, NETWORK_TRIES.value, DEVICE_FAILURES.value)] if device else []),
        Counted(NETWORK, network_of(client_ip(request)), NETWORK_TRIES.value, NETWORK_FAILURES.value),
        Counted("sign-in anywhere", "", MALL_TRIES.value, None),
    ]


def _device(request: HttpRequest) -> str:
    device = request.COOKIES.get(COOKIE, "")
    return device if _DEVICE.fullmatch(device) else ""


def _is_known(account: str, device: str) -> bool:
    """Whether the person has signed in with this browser before."""
    rows = KnownDevice.objects.alias(at=Lower("person__email")).filter(at=account, device=device)
    return rows.exists()


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
