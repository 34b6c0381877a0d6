"""How often one may guess, how many messages an address may be sent, how long files with personal data stay; staff may
turn these."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

SIGN_IN_FAILURES = Tunable(
    "mall.sign_in_failures",
    default=10,
    least=3,
    most=100,
    sentence=_("Wrong passwords of one account before it is locked for a while."),
)
SIGN_IN_MINUTES = Tunable(
    "mall.sign_in_minutes",
    default=15,
    least=1,
    most=1440,
    sentence=_("Minutes over which wrong passwords are counted, and after which a locked account opens again."),
)
NETWORK_FAILURES = Tunable(
    "mall.network_failures",
    default=100,
    least=10,
    most=100_000,
    sentence=_("Wrong passwords from one network in that time; from then on it may try once in ten seconds."),
)
DEVICE_FAILURES = Tunable(
    "mall.device_failures",
    default=20,
    least=3,
    most=1000,
    sentence=_("Wrong passwords from one browser in that time before it has to wait."),
)
ACCOUNT_TRIES = Tunable(
    "mall.account_tries",
    default=5,
    least=0,
    most=100,
    sentence=_("Wrong passwords of one account in that time before a question is asked that programs cannot answer."),
)
NETWORK_TRIES = Tunable(
    "mall.network_tries",
    default=10,
    least=0,
    most=100_000,
    sentence=_("Wrong passwords from one network, and from one browser, in that time before that question is asked."),
)
MALL_TRIES = Tunable(
    "mall.mall_tries",
    default=500,
    least=0,
    most=1_000_000,
    sentence=_("Wrong passwords in the whole mall in that time before everybody on an unknown device is asked it."),
)
FORM_TRIES = Tunable(
    "mall.form_tries",
    default=5,
    least=0,
    most=100_000,
    sentence=_("New accounts, and wishes for a new password, from one network in that time before it is asked there."),
)
CODES_A_DAY = Tunable(
    "mall.codes_a_day",
    default=5,
    least=1,
    most=100,
    sentence=_("Codes, links and invitations that one address or telephone is sent in 24 hours."),
)
DATA_DAYS = Tunable(
    "accounts.data_days",
    default=7,
    least=1,
    most=30,
    sentence=_("For how many days people can download the file with their data."),
)
ERASURE_DAYS = Tunable(
    "accounts.erasure_days",
    default=15,
    least=1,
    most=15,
    sentence=_("How many days people have to change their mind before they are erased."),
)
STALE_DAYS = Tunable(
    "accounts.stale_days",
    default=90,
    least=14,
    most=365,
    sentence=_("After how many days without a sign-in an account of staff counts as stale in the security report."),
)
