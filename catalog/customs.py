"""
What a shop states of goods from abroad (C2): where they come from, under which numbers customs knows them, what is
taken of them. A reviewer looks at every statement; only merchants that were admitted as cross-border may make one.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import tunables
from catalog.duty import Rates, Rules, duties
from catalog.models import Product
from mall.money import Money
from mall.refusals import Refusal
from merchants.models import Merchant

# Where goods of the list of cross-border retail imports come from, by the codes of ISO 3166 (GB/T 2659).
ORIGINS = {
    "AR": gettext_lazy("Argentina"), "AT": gettext_lazy("Austria"), "AU": gettext_lazy("Australia"),
    "BE": gettext_lazy("Belgium"), "BR": gettext_lazy("Brazil"), "CA": gettext_lazy("Canada"),
    "CH": gettext_lazy("Switzerland"), "CL": gettext_lazy("Chile"), "CZ": gettext_lazy("Czechia"),
    "DE": gettext_lazy("Germany"), "DK": gettext_lazy("Denmark"), "ES": gettext_lazy("Spain"),
    "ET": gettext_lazy("Ethiopia"), "FI": gettext_lazy("Finland"), "FR": gettext_lazy("France"),
    "GB": gettext_lazy("United Kingdom"), "GR": gettext_lazy("Greece"), "HK": gettext_lazy("Hong Kong, China"),
    "ID": gettext_lazy("Indonesia"), "IE": gettext_lazy("Ireland"), "IL": gettext_lazy("Israel"),
    "IN": gettext_lazy("India"), "IS": gettext_lazy("Iceland"), "IT": gettext_lazy("Italy"),
    "JP": gettext_lazy("Japan"), "KE": gettext_lazy("Kenya"), "KR": gettext_lazy("South Korea"),
    "LK": gettext_lazy("Sri Lanka"), "MO": gettext_lazy("Macao, China"), "MX": gettext_lazy("Mexico"),
    "MY": gettext_lazy("Malaysia"), "NL": gettext_lazy("Netherlands"), "NO": gettext_lazy("Norway"),
    "NZ": gettext_lazy("New Zealand"), "PE": gettext_lazy("Peru"), "PH": gettext_lazy("Philippines"),
    "PL": gettext_lazy("Poland"), "PT": gettext_lazy("Portugal"), "RU": gettext_lazy("Russia"),
    "SE": gettext_lazy("Sweden"), "SG": gettext_lazy("Singapore"), "TH": gettext_lazy("Thailand"),
    "TR": gettext_lazy("Türkiye"), "TW": gettext_lazy("Taiwan, China"), "US": gettext_lazy("United States"),
    "VN": gettext_lazy("Vietnam"), "ZA": gettext_lazy("South Africa"),
}  # fmt: skip
HS_CODE = re.compile(r"[0-9]{10}", re.ASCII)
RECORD = re.compile(r"[A-Z0-9][A-Z0-9-]{5,29}", re.ASCII)
# Nothing that the tariff book lists is above these: spirits and tobacco carry the highest consumption tax.
MOST = {"tariff_bps": 10_000, "consumption_bps": 5_600, "vat_bps": 1_700}


class NotCrossBorder(Refusal):
    """The merchant was not admitted as a cross-border business."""

    code = "not-cross-border"

    def __init__(self, message: str):
        super().__init__(message, field="kind")


class WrongCustoms(Refusal):
    """What is stated for customs is missing or cannot be; ``details["field"]`` says what."""

    code = "wrong-customs"
    status = 400


@dataclass(frozen=True, slots=True)
class Customs:
    """The statement of a product."""

    origin: str
    hs_code: str
    record: str
    rates: Rates

    @classmethod
    def of(cls, data: dict | None) -> "Customs | None":
        """What stands in a product's row, read."""
        if data is None:
            return None
        return cls(data["origin"], data["hs_code"], data["record"], Rates(**{name: data[name] for name in MOST}))

    @property
    def origin_name(self) -> str:
        return str(ORIGINS.get(self.origin, self.origin))


def rules_in_force() -> Rules:
    """The rule as staff have turned it."""
    return Rules(
        share_bps=tunables.DUTY_SHARE_BPS.value,
        purchase_limit=tunables.DUTY_PURCHASE_LIMIT.value,
        year_limit=tunables.DUTY_YEAR_LIMIT.value,
    )


def check(product: Product) -> None:
    """
    Hold what the product in memory states against the rules; its numbers stand in their usual form then.

    :raises NotCrossBorder: its merchant may not sell such goods
    :raises WrongCustoms: something is missing or cannot be, or goods of another kind state something
    """
    if product.kind != Product.Kind.CROSS_BORDER:
        if product.customs is not None:
            raise WrongCustoms(_("Only goods from abroad have a statement for customs."), field="origin")
        return
    if product.shop.merchant.kind != Merchant.Kind.CROSS_BORDER:
        raise NotCrossBorder(
            _("Only merchants that were admitted as cross-border, with their customs documents, may sell these goods.")
        )
    stated = product.customs or {}
    numbers = {name: str(stated.get(name) or "").replace(" ", "").upper() for name in ("hs_code", "record")}
    if stated.get("origin") not in ORIGINS:
        raise WrongCustoms(_("Say which country or region the goods come from."), field="origin")
    if not HS_CODE.fullmatch(numbers["hs_code"]):
        raise WrongCustoms(_("An HS code has ten digits, as in 3304990039."), field="hs_code")
    if not RECORD.fullmatch(numbers["record"]):
        raise WrongCustoms(
            _("The customs record number has 6 to 30 letters, digits and hyphens."), field="customs_record"
        )
    for name, most in MOST.items():
        bps = stated.get(name)
        if isinstance(bps, bool) or not isinstance(bps, int) or not 0 <= bps <= most:
            said = _("Enter a rate between 0 and %(most)d per cent.") % {"most": most // 100}
            raise WrongCustoms(said, field=name.removesuffix("_bps"))
    product.customs = {"origin": stated["origin"], **numbers, **{name: stated[name] for name in MOST}}


def duty_of_one(price: Money, customs: Customs) -> Money:
    """What is taken of one piece by itself, delivered free: what a product's page says."""
    (duty,) = duties([price], [customs.rates], pieces=1, rules=rules_in_force())
    return duty.amount


def told(data: dict | None) -> dict[str, str]:
    """A statement in words, for who compares two of them."""
    customs = Customs.of(data)
    if customs is None:
        return {}
    return {
        _("country of origin"): customs.origin_name,
        _("HS code"): customs.hs_code,
        _("customs record number"): customs.record,
        _("tariff"): _percent(customs.rates.tariff_bps),
        _("consumption tax"): _percent(customs.rates.consumption_bps),
        _("VAT"): _percent(customs.rates.vat_bps),
    }


def _percent(bps: int) -> str:
    return f"{bps / 100:g} %"
