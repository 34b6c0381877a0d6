"""Terms between two shops: proposed, and signed."""

from datetime import timedelta

from mall.money import Money
from marketing.joint import propose_terms, sign_terms
from marketing.models import JointTerms, Promotion
from tests.conftest import NOON
from tests.factories.accounts import staff


def proposed(promotion: Promotion, host, *, part: int = 60, by=None, now=NOON, **given) -> JointTerms:
    """The issuer bears so many per cent of what is taken off at the host."""
    given = {"until": now + timedelta(days=30)} | given
    if isinstance(given.get("cap"), str):
        given["cap"] = Money.parse(given["cap"])
    return propose_terms(
        promotion=promotion, shop=promotion.shop, host=host, issuer_bps=part * 100, by=by or staff(), now=now, **given
    )  # fmt: skip


def signed(promotion: Promotion, host, *, now=NOON, **given) -> JointTerms:
    return sign_terms(terms=proposed(promotion, host, now=now, **given), shop=host, by=staff(), now=now)
