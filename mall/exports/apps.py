from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    name = "mall.exports"
    label = "exports"
    verbose_name = _("Exports")

    def ready(self):
        autodiscover_modules("backoffice.exports")  # where each app declares what its shops can take away
