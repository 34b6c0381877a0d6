"""Who brings parcels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Carrier(models.TextChoices):
    SF = "sf", _("SF Express")
    YTO = "yto", _("YTO Express")
    ZTO = "zto", _("ZTO Express")
    JD = "jd", _("JD Logistics")
    EMS = "ems", _("EMS")
    SELF = "self", _("Own delivery")
