"""Numbers of risk that staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

MOST_COMPLAINTS_A_DAY = Tunable(
    "risk.most_complaints_a_day",
    default=10,
    least=1,
    most=200,
    sentence=_("How many goods and shops a person may report in 24 hours."),
)
MONEY_POINTS = Tunable(
    "risk.money_points",
    default=70,
    least=20,
    most=300,
    sentence=_("From how many points on a withdrawal or refund makes a case of money."),
)
MONEY_HOURS = Tunable(
    "risk.money_hours",
    default=24,
    least=1,
    most=240,
    sentence=_("Within how many hours a case of money is to be decided."),
)
MONEY_APPEAL_DAYS = Tunable(
    "risk.money_appeal_days",
    default=15,
    least=3,
    most=90,
    sentence=_("For how many days a shop may appeal against a seizure."),
)
TRADE_DAYS = Tunable(
    "risk.trade_days",
    default=30,
    least=1,
    most=180,
    sentence=_("How many days of orders the watch over fake trade looks at."),
)
TRADE_POINTS = Tunable(
    "risk.trade_points",
    default=75,
    least=1,
    most=200,
    sentence=_("From how many points on orders with much in common are a case of fake trade."),
)
TRADE_LINK_POINTS = Tunable(
    "risk.trade_link_points",
    default=50,
    least=0,
    most=200,
    sentence=_("How many points the sharing of devices, accounts, phones and addresses may bring together."),
)
TRADE_BUYERS = Tunable(
    "risk.trade_buyers",
    default=4,
    least=2,
    most=100,
    sentence=_("From how many buyers on a group can be a ring, unless people of the shop are among them."),
)
TRADE_ORDERS = Tunable(
    "risk.trade_orders",
    default=5,
    least=2,
    most=100,
    sentence=_("From how many orders on a group can be a ring."),
)
TRADE_HUB = Tunable(
    "risk.trade_hub",
    default=200,
    least=5,
    most=10_000,
    sentence=_("A device, account or phone that more buyers of a shop share than this links nobody."),
)
TRADE_WEAK_HUB = Tunable(
    "risk.trade_weak_hub",
    default=40,
    least=2,
    most=10_000,
    sentence=_("An address in a network that more buyers of a shop share than this links nobody."),
)
TRADE_KEPT_DAYS = Tunable(
    "risk.trade_kept_days",
    default=180,
    least=30,
    most=1100,
    sentence=_("After how many days the traits of orders are forgotten, unless a case needs them."),
)
PICTURE_DISTANCE = Tunable(
    "risk.picture_distance",
    default=7,
    least=0,
    most=24,
    sentence=_("Of the 128 signs of a picture, how many may differ from those of removed goods for a person to look."),
)
