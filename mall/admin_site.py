"""The platform staff's door: the Django admin under the mall's own roof."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class MallAdminSite(AdminSite):
    site_header = site_title = _("Mall administration")
