"""Numbers of the catalogue that staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable, Unit

LOW_STOCK = Tunable(
    "catalog.low_stock", default=10, least=0, most=1000, sentence=_("From how few pieces on a product page says so.")
)
DUTY_SHARE_BPS = Tunable(
    "catalog.duty_share_bps",
    default=7_000,
    least=0,
    most=10_000,
    sentence=_("Which part of consumption tax and VAT is taken of goods from abroad within the limits."),
    unit=Unit.PERCENT,
)
DUTY_PURCHASE_LIMIT = Tunable(
    "catalog.duty_purchase_limit",
    default=500_000,
    least=0,
    most=100_000_000,
    sentence=_("What goods from abroad in one order may be worth."),
    unit=Unit.YUAN,
)
DUTY_YEAR_LIMIT = Tunable(
    "catalog.duty_year_limit",
    default=2_600_000,
    least=0,
    most=1_000_000_000,
    sentence=_("What goods from abroad that one person orders in a calendar year may be worth."),
    unit=Unit.YUAN,
)
COMMISSION_NOTICE_DAYS = Tunable(
    "catalog.commission_notice_days",
    default=7,
    least=0,
    most=90,
    sentence=_("How many days before a rule of commission is in force shops must know of it."),
)
HOLD_GRACE_MINUTES = Tunable(
    "catalog.hold_grace_minutes",
    default=10,
    least=1,
    most=1440,
    sentence=_("How many minutes after their time goods are given back that nobody claims any more."),
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
    default=120,
    least=1,
    most=600,
    sentence=_("For how many seconds the part of a page that is the same for everybody is kept; edits show at once."),
)
FOLLOW_UP_DAYS = Tunable(
    "catalog.follow_up_days",
    default=180,
    least=1,
    most=730,
    sentence=_("For how many days after a review its writer may add one more word."),
)
RATING_HALF_LIFE_DAYS = Tunable(
    "catalog.rating_half_life_days",
    default=180,
    least=7,
    most=3650,
    sentence=_("After how many days a review weighs half as much in a product's score."),
)
RATING_PRIOR_WEIGHT = Tunable(
    "catalog.rating_prior_weight",
    default=8,
    least=1,
    most=200,
    sentence=_("As how many usual reviews a product starts, so that one review moves its score but little."),
)
MOST_QUESTIONS_A_DAY = Tunable(
    "catalog.most_questions_a_day",
    default=10,
    least=1,
    most=200,
    sentence=_("How many questions a person may ask in 24 hours."),
)
MOST_ANSWERS_A_DAY = Tunable(
    "catalog.most_answers_a_day",
    default=30,
    least=1,
    most=500,
    sentence=_("How many questions of others a person may answer in 24 hours."),
)
MOST_REPORTS_A_DAY = Tunable(
    "catalog.most_reports_a_day",
    default=20,
    least=1,
    most=500,
    sentence=_("How many reviews, questions and answers a person may report in 24 hours."),
)
MOST_VOTES_A_DAY = Tunable(
    "catalog.most_votes_a_day",
    default=200,
    least=1,
    most=5000,
    sentence=_("How many reviews, questions and answers a person may call helpful in 24 hours."),
)
HISTORY_DAYS = Tunable(
    "catalog.history_days",
    default=90,
    least=1,
    most=365,
    sentence=_("For how many days the mall remembers what a shopper looked at."),
)
LEAST_DROP_PERCENT = Tunable(
    "catalog.least_drop_percent",
    default=1,
    least=0,
    most=50,
    sentence=_("By how many percent a price must fall before those who asked are told."),
)
IMPORT_DAYS = Tunable(
    "catalog.import_days", default=7, least=1, most=90, sentence=_("Days for which the files of an import are kept.")
)
IMPORTS_AT_ONCE = Tunable(
    "catalog.imports_at_once", default=3, least=1, most=20, sentence=_("Imports that a shop may have at work at once.")
)
PRICE_MOVE_PERCENT = Tunable(
    "catalog.price_move_percent",
    default=70,
    least=5,
    most=99,
    sentence=_("How far a price may move within its window, in per cent of the higher one, before a person looks."),
)
PRICE_WINDOW_DAYS = Tunable(
    "catalog.price_window_days",
    default=7,
    least=1,
    most=90,
    sentence=_("For how many days the moves of a price are summed up."),
)
SAMPLE_BPS = Tunable(
    "catalog.sample_bps",
    default=100,
    least=0,
    most=10_000,
    sentence=_("Which part of the goods that went on sale by themselves reviewers look at afterwards."),
    unit=Unit.PERCENT,
)
CLAIM_MINUTES = Tunable(
    "catalog.claim_minutes",
    default=30,
    least=5,
    most=480,
    sentence=_("For how many minutes a product to review belongs to the reviewer who took it on."),
)
