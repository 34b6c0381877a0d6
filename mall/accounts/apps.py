from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "mall.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        autodiscover_modules("personal_data")  # where each app declares what it knows of a person
        from mall.accounts import mfa
        from mall.accounts.staff_groups import write_staff_groups

        mfa.listen()
        post_migrate.connect(write_staff_groups, dispatch_uid="mall.accounts.staff_groups")
