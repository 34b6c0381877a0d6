"""How allauth meets the mall."""

from allauth.account.adapter import DefaultAccountAdapter
from django.shortcuts import resolve_url


class Adapter(DefaultAccountAdapter):
    """Sign-up and sign-in by e-mail; platform staff land in the admin."""

    def get_login_redirect_url(self, request):
        return resolve_url("admin:index") if request.user.is_staff else super().get_login_redirect_url(request)
