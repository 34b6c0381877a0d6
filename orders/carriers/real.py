"""The carriers that people know: how their numbers look, and how fast they are."""

import re

from orders.carriers import numbers
from orders.carriers.base import ByHand

_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")


def _post(number: str) -> bool:
    """Of the post's numbers those with letters have a check digit."""
    return _S10.fullmatch(number) is None or numbers.s10(number)


CARRIERS = [
    ByHand("sf", r"SF\d{12,15}", "SF1234567890123", handling=0.5, a_day=1000),
    ByHand("yto", r"YT\d{13}", "YT1234567890123"),
    ByHand("zto", r"\d{12,15}", "78123456789012"),
    ByHand("sto", r"\d{12,13}|\d{15}", "773123456789012"),
    ByHand("yunda", r"\d{13}|\d{15}", "4312345678901"),
    ByHand("jd", r"JD[A-Z0-9]{11,18}", "JD0012345678901", handling=0.5, a_day=900),
    ByHand("ems", r"[A-Z]{2}\d{9}[A-Z]{2}|\d{13}", "EA123456785CN", _post, a_day=550),
    ByHand("dhl", r"\d{10}", "1234567891", numbers.mod7, handling=1, a_day=800),
    ByHand("ups", r"1Z[A-Z0-9]{15}\d", "1Z999AA10123456784", numbers.ups, handling=1, a_day=800),
    ByHand("fedex", r"\d{12}|\d{15}", "986578788855", numbers.fedex, handling=1, a_day=800),
    ByHand("self", r"[A-Z0-9-]{3,40}", "VAN-0042", a_day=0),
]
