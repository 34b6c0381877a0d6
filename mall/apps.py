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
    default_site = "mall.admin_site.MallAdminSite"
