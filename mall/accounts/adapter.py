"""How allauth meets the mall."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string
from django.utils.translation import get_language


class Adapter(DefaultAccountAdapter):
    """Sign-up and sign-in by e-mail; platform staff land in the admin; messages go out as HTML and as text."""

    def get_login_redirect_url(self, request):
        return resolve_url("admin:index") if request.user.is_staff else super().get_login_redirect_url(request)

    def post_login(self, request, user, **told):
        response = super().post_login(request, user, **told)
        for name in settings.ACCOUNT_SIGNED_IN:
            import_string(name)(request, response)
        return response

    def save_user(self, request, user, form, commit=True):
        user.language = get_language() or settings.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def send_mail(self, template_prefix, email, context):
        super().send_mail(template_prefix, email, {"site_domain": urlsplit(settings.MALL_BASE_URL).netloc, **context})
