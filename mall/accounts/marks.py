"""
What a request shows of the device and the network that it comes from, as keyed hashes: equal ones are found, none is
read back (R3, R9).

A browser that comes to a checkout is given a random number to keep; the network is the address without its last part,
since households and rooms share the rest of it.
"""

import re
import secrets
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mall.crypto import blind_index

COOKIE = "device"
COOKIE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep one
PREFIX = {4: 24, 6: 48}
_NUMBER = re.compile(r"[0-9a-f]{32}")


class Marks(NamedTuple):
    """Blind marks of a device and a network; empty for what is not known."""

    device: str = ""
    network: str = ""


UNKNOWN = Marks()


def marks_of(request: HttpRequest) -> Marks:
    """The marks of who asks."""
    number = request.COOKIES.get(COOKIE, "")
    return Marks(
        device=blind_index(f"device {number}") if _NUMBER.fullmatch(number) else "",
        network=network_mark(get_adapter(request).get_client_ip(request) or ""),
    )


def network_shown(request: HttpRequest) -> str:
    """Roughly from where somebody asks: her address without its last part; empty when it is not known."""
    try:
        found = ip_address(get_adapter(request).get_client_ip(request) or "")
    except ValueError:
        return ""
    return str(ip_network((found, PREFIX[found.version]), strict=False))


def network_mark(address: str) -> str:
    """The blind mark of the network of an IP address; empty when it is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return blind_index(f"network {ip_network((found, PREFIX[found.version]), strict=False)}")


def number_device(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the browser its number, if it has none: it guards the mall, and no page reads it."""
    if not _NUMBER.fullmatch(request.COOKIES.get(COOKIE, "")):
        number = request.COOKIES[COOKIE] = secrets.token_hex(16)
        response.set_cookie(
            COOKIE,
            number,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
