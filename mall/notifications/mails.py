"""One plain e-mail in the mall's frame, as HTML and as text, in the language that is active."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send(*, to: str, title: str, words: str, path: str = "", button: str = "") -> None:
    """
    :param path: where the button leads, a path of this mall
    :param button: what stands on it; "Look at it" when nothing is said
    """
    context = {
        "title": title,
        "words": words,
        "url": f"{settings.MALL_BASE_URL}{path}" if path else "",
        "button": button,
        "site_domain": urlsplit(settings.MALL_BASE_URL).netloc,
    }
    subject = " ".join(title.split())
    message = EmailMultiAlternatives(subject, render_to_string("emails/notice.txt", context), to=[to])
    message.attach_alternative(render_to_string("emails/notice.html", context), "text/html")
    message.send()
