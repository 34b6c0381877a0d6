"""The ground floor as a Django app, and the Django admin as the platform staff's door."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class MallConfig(AppConfig):
    name = "mall"
    label = "mall"
    verbose_name = _("Mall")

    def ready(self):
        from mall import checks, events, tunables  # noqa: F401

        tunables.discover()
        events.discover()


class MallAdminConfig(AdminConfig):
    """
    Every app's admin; what others bring is ours to show or not: groups in our way, e-mail addresses, second factors and
    sessions not at all.
    """

    default_site = "mall.admin_site.MallAdminSite"

    def ready(self):
        super().ready()
        from allauth.account.models import EmailAddress, EmailConfirmation
        from allauth.mfa.models import Authenticator
        from allauth.usersessions.models import UserSession
        from django.contrib import admin
        from django.contrib.auth.models import Group

        from mall.accounts.admin import StaffGroupAdmin

        for model in (Authenticator, EmailAddress, EmailConfirmation, Group, UserSession):
            if admin.site.is_registered(model):
                admin.site.unregister(model)
        admin.site.register(Group, StaffGroupAdmin)
