"""Who brings parcels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Carrier(models.TextChoices):
    SF = "sf", _("SF Express")
    YTO = "yto", _("YTO Express")
    ZTO = "zto", _("ZTO Express")
    STO = "sto", _("STO Express")
    YUNDA = "yunda", _("Yunda Express")
    JD = "jd", _("JD Logistics")
    EMS = "ems", _("EMS")
    DHL = "dhl", _("DHL Express")
    UPS = "ups", _("UPS")
    FEDEX = "fedex", _("FedEx")
    SANDBOX = "sandbox", _("Sandbox Express")
    SELF = "self", _("Own delivery")
