"""Who asks the API: the person of the session, by the same rules as on pages."""

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication

from mall.accounts.factors import proof_of


class SecondFactorRequired(exceptions.PermissionDenied):
    default_code = "second-factor-required"
    default_detail = _("Show your second factor on the pages of the mall first.")


class SessionWithFactor(SessionAuthentication):
    """Platform staff are nobody here before they have shown their second factor in this session."""

    def authenticate(self, request):
        found = super().authenticate(request)
        if found is not None and found[0].is_staff and proof_of(request._request) is None:
            raise SecondFactorRequired
        return found
