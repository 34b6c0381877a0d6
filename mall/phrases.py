"""Phrases of Django's admin that Django does not say in Chinese: said here, they stand in our own catalogue."""

from django.utils.translation import gettext_noop as _

PHRASES = (
    _("Add link"),
    _("Change or view list link"),
    _("Model name"),
    _("After you’ve created a user, you’ll be able to edit more user options."),
)
