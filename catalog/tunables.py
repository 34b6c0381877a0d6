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
LOW_HEALTH_PERCENT = Tunable(
    "catalog.low_health_percent",
    default=50,
    least=1,
    most=100,
    sentence=_("How many per cent of their weight in search goods keep whose shop has a health score below 60."),
)
HOT_WORD_VISITORS = Tunable(
    "catalog.hot_word_visitors",
    default=3,
    least=1,
    most=10_000,
    sentence=_("How many different visitors must have looked for words before they can be hot, or be shown to staff."),
)
PAGE_SECONDS = Tunable(
    "catalog.page_seconds",
    default=30,
    least=1,
    most=600,
    sentence=_("For how many seconds the part of a page that is the same for everybody is kept; edits show at once."),
)
