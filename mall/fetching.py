"""
Files from addresses that people name: public ones only, a little at a time, never from inside our own network.

Every connection, of every redirect too, goes to the very address that was looked up and found public, so a name that
changes its mind between two look-ups gains nothing. What comes is read up to a limit of bytes and seconds.
"""

import io
import time
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from mall.refusals import Refusal

SECONDS_TO_CONNECT, SECONDS_TO_ANSWER, SECONDS_IN_ALL = 5, 10, 30
MOST_REDIRECTS = 4
LONGEST_ADDRESS = 2_000
CHUNK = 64 * 1024
NAME = "WanxiangLane/1.0"
_MOVED = {301, 302, 303, 307, 308}
_LATER = {408, 425, 429, 500, 502, 503, 504}
_PORTS = {"http": 80, "https": 443}
_RECEIVERS_PORTS = {None, 443, 8443}


class CannotFetch(Refusal):
    """The file cannot be had; ``details["again"]`` tells whether another try later may help."""

    code = "cannot-fetch"
    status = 400


def fetch(address: str, *, most_bytes: int) -> ContentFile:
    """
    The file at a public ``http`` or ``https`` address.

    :raises CannotFetch: no such address, not a public one, an error, too large or too slow
    """
    ends = time.monotonic() + SECONDS_IN_ALL
    for _step in range(MOST_REDIRECTS + 1):
        _check(address)
        try:
            with _session(address) as session:
                answer = session.get(address, stream=True, allow_redirects=False, verify=True)
                with answer:
                    if answer.status_code not in _MOVED:
                        return ContentFile(_body(answer, most_bytes=most_bytes, ends=ends))
                    address = urljoin(address, answer.headers.get("Location", ""))
        except InvalidIPAddress:
            raise _not_public() from None
        except (requests.exceptions.InvalidURL, UnicodeError):
            raise _no_address() from None
        except (requests.RequestException, HTTPError, OSError):
            raise CannotFetch(_("The server cannot be reached."), again=True) from None
        if time.monotonic() > ends:
            raise _too_slow()
    raise CannotFetch(_("The address leads on and on."), again=False)


def check_receiver(address: str) -> None:
    """
    An address at which a program may be told something; whether it is public shows when it is looked up.

    :raises CannotFetch: not ``https``, or a port other than 443 and 8443
    """
    _check(address, receives=True)


def post(address: str, *, body: bytes, headers: dict[str, str]) -> int:
    """
    Send JSON to a program at a public address and tell the status of its answer, whose words nobody reads. Nothing is
    followed: a message is for who was named.

    :raises CannotFetch: no such address, not a public one, or nobody answers
    """
    check_receiver(address)
    try:
        with _session(address) as session:
            headers = {**headers, "Content-Type": "application/json"}
            with session.post(address, data=body, headers=headers, stream=True, allow_redirects=False) as answer:
                return answer.status_code
    except InvalidIPAddress:
        raise _not_public() from None
    except (requests.exceptions.InvalidURL, UnicodeError):
        raise _no_address() from None
    except (requests.RequestException, HTTPError, OSError):
        raise CannotFetch(_("The server cannot be reached."), again=True) from None


def _check(address: str, *, receives: bool = False) -> None:
    """:raises CannotFetch: an address that we do not even look up"""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in _PORTS or len(address) > LONGEST_ADDRESS or parts.username is not None:
        raise _no_address()
    if _is_let_through(address):
        return
    if receives and (parts.scheme != "https" or port not in _RECEIVERS_PORTS):
        raise CannotFetch(_("Messages go to https addresses only, at the ports 443 or 8443."), again=False)
    if not receives and port not in {None, _PORTS[parts.scheme]}:
        raise _not_public()


def _is_let_through(address: str) -> bool:
    """Whether a setting of a test machine opens just this host and port (``MALL_FETCH_ALSO_FROM``)."""
    return urlsplit(address).netloc in settings.MALL_FETCH_ALSO_FROM


def _session(address: str) -> requests.Session:
    session = HTTPSession(
        Config(
            ip_filter_enable=not _is_let_through(address),
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,  # each step is looked at by us
            default_timeout=(SECONDS_TO_CONNECT, SECONDS_TO_ANSWER),
            user_agent_override=NAME,
        )
    )
    session.trust_env = False  # no proxy, no password from a file of this machine
    return session


def _body(answer: requests.Response, *, most_bytes: int, ends: float) -> bytes:
    if answer.status_code != 200:
        raise CannotFetch(
            _("The server answers with the status %(status)d.") % {"status": answer.status_code},
            again=answer.status_code in _LATER,
        )
    told = answer.headers.get("Content-Length", "")
    if told.isdigit() and int(told) > most_bytes:
        raise _too_large(most_bytes)
    content = io.BytesIO()
    for chunk in answer.iter_content(CHUNK):
        content.write(chunk)
        if content.tell() > most_bytes:
            raise _too_large(most_bytes)
        if time.monotonic() > ends:
            raise _too_slow()
    return content.getvalue()


def _no_address() -> CannotFetch:
    return CannotFetch(_("This is no address on the web."), again=False)


def _not_public() -> CannotFetch:
    return CannotFetch(_("This address is not public."), again=False)


def _too_large(most_bytes: int) -> CannotFetch:
    return CannotFetch(_("The file is larger than %(most)d MB.") % {"most": most_bytes // 1024**2}, again=False)


def _too_slow() -> CannotFetch:
    return CannotFetch(_("The server is too slow."), again=True)
