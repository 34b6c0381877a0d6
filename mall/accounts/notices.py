"""What people are told about the safety of their accounts."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

ADVICE = _("If this was not you, choose a new password at once and sign out everywhere.")

NEW_DEVICE = Kind(
    "accounts.new_device",
    title=_("Your account was opened on a device that we did not know"),
    body=_(
        "%(device)s, %(at)s, from the network %(network)s. If that was you, there is nothing to do. If not, sign out"
        " everywhere on the page of your devices, and choose a new password at once."
    ),
)
DATA_READY = Kind(
    "accounts.data_ready",
    title=_("What the mall knows of you is ready"),
    body=_("You can download it for %(days)s days, on the page of your data."),
)
ERASURE_ASKED = Kind(
    "accounts.erasure_asked",
    title=_("Your account will be erased on %(on)s"),
    body=_("Until then you can change your mind on the page of your data. If you did not ask for it, do so at once."),
)
ERASURE_REFUSED = Kind(
    "accounts.erasure_refused",
    title=_("Your account could not be erased yet"),
    body=_("%(reasons)s Ask again when that is settled."),
)
TOTP_ADDED = Kind("accounts.totp_added", title=_("An authenticator app belongs to your account now"), body=ADVICE)
TOTP_REMOVED = Kind(
    "accounts.totp_removed", title=_("The authenticator app no longer belongs to your account"), body=ADVICE
)
PASSKEY_ADDED = Kind("accounts.passkey_added", title=_("A passkey belongs to your account now: %(name)s"), body=ADVICE)
PASSKEY_REMOVED = Kind(
    "accounts.passkey_removed", title=_("A passkey no longer belongs to your account: %(name)s"), body=ADVICE
)
RECOVERY_CODES_RENEWED = Kind(
    "accounts.recovery_codes_renewed", title=_("You have new recovery codes; the former are void"), body=ADVICE
)
RECOVERY_CODE_USED = Kind(
    "accounts.recovery_code_used",
    title=_("A recovery code of your account was used; %(left)s are left"),
    body=ADVICE,
)
FACTORS_RESET = Kind(
    "accounts.factors_reset",
    title=_("The platform has taken your second factor away, because it was said to be lost"),
    body=_("Sign in with your password and set up a new one. If you did not ask for it, tell us at once."),
)
