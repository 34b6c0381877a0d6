"""Addresses of shops: how they look, and which are free."""

import re

from merchants.models import Application, Shop

SHAPE = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?!-)){1,38}[a-z0-9]", re.ASCII)
_NEEDED_BY_THE_MALL = """
    about account accounts admin api app apply assets backoffice blog brand brands buy cart cashier catalog category
    checkout contact customer default docs finance healthz help home index jobs kefu legal login logout mail mall media
    merchant merchants mobile money new news null official open open-a-shop order orders pay payment payments platform
    privacy product products promotion root sandbox search security self sell seller settings settlement shop shops
    signin signup static status store support system terms test undefined user users wap webhook www
"""
RESERVED = frozenset(_NEEDED_BY_THE_MALL.split())


def is_well_formed(slug: str) -> bool:
    """3 to 40 small letters, digits and single hyphens inside."""
    return SHAPE.fullmatch(slug) is not None


def is_free(slug: str, *, but: Application | None = None) -> bool:
    """No shop stands at this address, no other applicant has asked for it, and the mall does not need it itself."""
    if slug in RESERVED or Shop.objects.filter(slug=slug).exists():
        return False
    return not Application.objects.standing().filter(shop_slug=slug).exclude(pk=but and but.pk).exists()
