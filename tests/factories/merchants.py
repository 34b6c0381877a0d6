"""Merchants, shops and seats."""

from datetime import timedelta

from mall.accounts.models import User
from mall.money import Money
from mall.texts import Text
from merchants.credit_code import check_character
from merchants.models import Merchant, Seat, Shop, ShopActivity
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper


def credit_code() -> str:
    """A valid unified social credit code that nobody else has."""
    first17 = f"91330100M{number():07d}A"  # no ending that means something to the sandbox register
    return first17 + check_character(first17)


def merchant(**fields) -> Merchant:
    defaults = {
        "name": f"杭州商贸有限公司 {number()}",
        "kind": Merchant.Kind.ENTERPRISE,
        "credit_code": credit_code(),
        "joined_at": NOON - timedelta(days=100),
    }
    return Merchant.objects.create(**defaults | fields)


def shop(*, owner: User | None = None, last_paid_at=None, **fields) -> Shop:
    """
    An open shop, 100 days old at noon; with ``owner=`` that person holds its owner's seat.

    ``name="…"`` may be plain text; amounts may be written ``"12.00"``.
    """
    serial = number()
    defaults = {"slug": f"shop-{serial}", "name": f"小店 {serial}", "opened_at": NOON - timedelta(days=100)}
    fields = defaults | fields
    if "merchant" not in fields:
        fields["merchant"] = merchant()
    if isinstance(fields["name"], str):
        fields["name"] = Text({"zh-hans": fields["name"], "en": fields["name"]})
    for amount in ("shipping_fee", "free_shipping_over"):
        if isinstance(fields.get(amount), str):
            fields[amount] = Money.parse(fields[amount])
    row = Shop.objects.create(**fields)
    ShopActivity.objects.create(shop=row, last_paid_at=last_paid_at)
    if owner is not None:
        seat(row, owner)
    return row


def seat(shop: Shop, user: User | None = None, role: str = Seat.Role.OWNER) -> Seat:
    return Seat.objects.create(shop=shop, user=user or shopper(), role=role)
