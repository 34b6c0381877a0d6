"""One plain e-mail in the mall's frame, as HTML and as text, in the language that is active."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send(*, to: str, title: str, words: str, path: str = "", button: str = "", stop: str = "") -> None:
    """
    :param path: where the button leads, a path of this mall
    :param button: what stands on it; "Look at it" when nothing is said
    :param stop: where a press ends messages of this kind, for her and for her mail program (RFC 8058)
    """
    context = {
        "title": title,
        "words": words,
        "url": f"{settings.MALL_BASE_URL}{path}" if path else "",
        "button": button,
        "stop_url": f"{settings.MALL_BASE_URL}{stop}" if stop else "",
        "site_domain": urlsplit(settings.MALL_BASE_URL).netloc,
    }
    subject = " ".join(title.split())
    headers = {"List-Unsubscribe": f"<{context['stop_url']}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    text = render_to_string("emails/notice.txt", context)
    message = EmailMultiAlternatives(subject, text, to=[to], headers=headers if stop else None)
    message.attach_alternative(render_to_string("emails/notice.html", context), "text/html")
    message.send()
