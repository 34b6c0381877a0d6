"""Numbers of the catalogue that staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

LOW_STOCK = Tunable(
    "catalog.low_stock", default=10, least=0, most=1000, sentence=_("From how few pieces on a product page says so.")
)
NEW_SHOP_DAYS = Tunable(
    "catalog.new_shop_days",
    default=60,
    least=1,
    most=365,
    sentence=_("For how many days after its opening a shop stands among the new ones on the home page."),
)
PAGE_SECONDS = Tunable(
    "catalog.page_seconds",
    default=30,
    least=1,
    most=600,
    sentence=_("For how many seconds the part of a page that is the same for everybody is kept; edits show at once."),
)
IMPORT_DAYS = Tunable(
    "catalog.import_days", default=7, least=1, most=90, sentence=_("Days for which the files of an import are kept.")
)
IMPORTS_AT_ONCE = Tunable(
    "catalog.imports_at_once", default=3, least=1, most=20, sentence=_("Imports that a shop may have at work at once.")
)
