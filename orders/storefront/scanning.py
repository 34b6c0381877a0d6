"""A payment that is scanned with a telephone: the code, and a way on for whoever has paid."""

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

from mall.money import Money
from orders.gateways import pages


@login_required
@never_cache
@require_safe
def scan(request: HttpRequest) -> HttpResponse:
    """All that it shows is in its address, signed by the gateway; whose payment it is the page after it asks."""
    try:
        shown = pages.scanned(request.GET.get("payment", ""))
    except signing.BadSignature:
        raise Http404 from None
    context = {
        "amount": Money(shown["amount"], shown["currency"]),
        "subject": shown["subject"],
        "back": shown["back"],
        "picture": drawn(shown["code"]),
        "opens": shown["code"] if shown["code"].startswith(("http://", "https://")) else "",
    }
    return render(request, "storefront/orders/scan.html", context)


def drawn(code: str) -> SafeString:
    """A QR code as a picture of lines, without any style of its own."""
    square = QRCode(border=2, image_factory=SvgPathImage)
    square.add_data(code)
    return mark_safe(square.make_image().to_string(encoding="unicode"))  # noqa: S308 - made of squares alone
