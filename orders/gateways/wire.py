"""
The way to a channel's server: time-outs, no redirects, a breaker, few calls at once (``slots``), and not a word of what
was said in any log.

Whatever goes wrong on the way is :class:`ChannelUnavailable`: what the channel did then is unknown, and is asked later.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from orders.gateways.base import ChannelUnavailable
from orders.gateways.slots import NoSlot, slot

log = logging.getLogger("orders.gateways")

LARGEST_ANSWER = 1024 * 1024
LARGEST_BILL = 2 * 1024 * 1024 * 1024
CHUNK = 64 * 1024
TIME_OUT_WEIGHS = 3  # failures: two of them in a row are enough, for somebody has waited all the while


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Breaker:
    """
    After some failures in a row, of which a time-out weighs more, nobody waits for the channel for a while; then one
    call tries whether it is back.

    :param failures: how many in a row open it
    :param pause: for how many seconds
    """

    def __init__(self, failures: int = 5, pause: float = 30.0, timer=time.monotonic):
        self.failures, self.pause, self._timer = failures, pause, timer
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self._failed, self._until = 0, 0.0

    def lets_pass(self) -> bool:
        with self._lock:
            if self._failed < self.failures:
                return True
            now = self._timer()
            if now < self._until:
                return False
            self._until = now + self.pause  # this one tries; the others go on waiting
            return True

    def succeeded(self) -> None:
        with self._lock:
            self.reset()

    def failed(self, weight: int = 1) -> None:
        with self._lock:
            self._failed += weight
            if self._failed >= self.failures:
                self._until = self._timer() + self.pause


class Wire:
    """HTTP to one channel."""

    def __init__(self, code: str):
        self.code, self.breaker, self._kept = code, Breaker(), threading.local()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        is_trouble: Callable[[Reply], bool] = lambda reply: False,
    ) -> Reply:
        """
        :param is_trouble: whether an answer means that the server is in trouble, where its status does not say so
        :raises ChannelUnavailable: no answer in time, a broken one, or a server's error
        """

        def call() -> Reply:
            reply = self._send(method, url, headers, body)
            if reply.status >= 500 or is_trouble(reply):
                raise unavailable()
            return reply

        return self._watched(method, url, call)

    def download(self, url: str, *, headers: Mapping[str, str] | None = None) -> IO[bytes]:
        """
        What stands at an address, in a file that goes away when it is closed.

        :raises ChannelUnavailable: as above
        """
        return self._watched("GET", url, lambda: self._download(url, headers))

    def _watched(self, method: str, url: str, call):
        if not self.breaker.lets_pass():
            raise unavailable()
        started, outcome = time.monotonic(), "no answer"
        try:
            with slot():
                answer = call()
            outcome = "answered"
        except NoSlot:
            outcome = "no slot"
            raise unavailable() from None
        except (requests.RequestException, ChannelUnavailable) as error:
            self.breaker.failed(TIME_OUT_WEIGHS if isinstance(error, requests.Timeout) else 1)
            outcome = type(error).__name__
            raise unavailable() from None  # its words may hold an address with a signature
        finally:
            took = round((time.monotonic() - started) * 1000)
            log.info("%s %s %s: %s in %d ms", self.code, method, urlsplit(url).path, outcome, took)
        self.breaker.succeeded()
        return answer

    def _send(self, method: str, url: str, headers, body) -> Reply:
        with self._session().request(
            method,
            url,
            headers=headers,
            data=body,
            timeout=settings.PAYMENT_TIMEOUTS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            content = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
            if len(content) > LARGEST_ANSWER:
                raise unavailable()
            return Reply(answer.status_code, answer.headers, content)

    def _download(self, url: str, headers) -> IO[bytes]:
        with self._session().get(
            url, headers=headers, timeout=settings.PAYMENT_TIMEOUTS, allow_redirects=False, stream=True
        ) as answer:
            if answer.status_code != 200:
                raise unavailable()
            file, size = TemporaryFile(), 0  # noqa: SIM115 - whoever asked for it closes it
            for chunk in answer.iter_content(CHUNK):
                size += len(chunk)
                if size > LARGEST_BILL:
                    file.close()
                    raise unavailable()
                file.write(chunk)
            file.seek(0)
            return file

    def _session(self) -> requests.Session:
        """One for each thread, so that connections are kept; nothing of the machine's own proxies or passwords."""
        if not hasattr(self._kept, "session"):
            self._kept.session = requests.Session()
            self._kept.session.trust_env = False
        return self._kept.session


def unavailable() -> ChannelUnavailable:
    return ChannelUnavailable(_("The payment channel does not answer now. Nothing is lost: try again in a moment."))
