from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "mall.access"
    label = "access"
    verbose_name = _("Access to personal data")

    def ready(self):
        autodiscover_modules("guarded")  # where each app declares what stands covered before staff
