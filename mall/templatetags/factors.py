"""Template tags of the second factor's pages: ``{% load factors %}``."""

from ipaddress import ip_address

from django import template

from mall.accounts import factors, mfa

register = template.Library()


@register.simple_tag(takes_context=True)
def wanted_page(context) -> str:
    """Where the person wanted to go when she was led here; empty before she has shown a factor."""
    return factors.wanted_page(context["request"])


@register.simple_tag
def demonstration_code(person) -> str:
    """The code that an invented person's app would show now; empty outside the embedded mall."""
    return mfa.demonstration_code(person) if person else ""


@register.simple_tag(takes_context=True)
def passkeys_work(context) -> bool:
    """Browsers keep passkeys for names, not for numbers such as 127.0.0.1."""
    try:
        ip_address(context["request"].get_host().rpartition(":")[0].strip("[]") or context["request"].get_host())
    except ValueError:
        return True
    return False
