"""People, and where their parcels go. One table for all: what a person may do are her seats and groups."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mall.crypto import BlindIndexField, EncryptedTextField, covered
from mall.ids import PublicIdField


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. She may shop, keep shops (by seats) and work for the platform (``is_staff`` and groups)."""

    public_id = PublicIdField(prefix="usr")
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("name"), max_length=60, blank=True, default="")
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE, db_default="zh-hans"
    )
    is_staff = models.BooleanField(_("platform staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        """Colleagues by their address, everybody else covered: this is what staff's pages print (R5)."""
        return self.email if self.is_staff else covered(self.email)

    def get_full_name(self) -> str:
        return self.display_name or self.email

    @property
    def shown_name(self) -> str:
        """How other shoppers see her: never an address."""
        name = self.display_name or self.email.partition("@")[0]
        last = next(filter(str.isalnum, reversed(name)), "")  # not the bracket of “Lin (Ms)”
        return f"{name[0]}***{last}" if len(name) > 2 else f"{name[:1]}***"


class KnownDevice(models.Model):
    """
    A browser in which a person has signed in, by the keyed hash of its number (R9): the first of an account is known
    quietly, of any later one she is told.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="devices", verbose_name=_("person"))
    device = models.CharField(_("device"), max_length=32)
    first_at = models.DateTimeField(_("first seen at"))
    seen_at = models.DateTimeField(_("last seen at"))

    class Meta:
        verbose_name, verbose_name_plural = _("known device"), _("known devices")
        constraints = [models.UniqueConstraint(fields=["person", "device"], name="known_device_once")]

    def __str__(self) -> str:
        return self.device


class Address(models.Model):
    """Where a shopper's parcels go; name, phone and line are encrypted at rest (A2)."""

    public_id = PublicIdField(prefix="adr")
    shopper = models.ForeignKey(User, models.CASCADE, related_name="addresses", verbose_name=_("shopper"))
    consignee = EncryptedTextField(_("consignee"))
    phone = EncryptedTextField(_("phone"))
    phone_index = BlindIndexField(source="phone")
    province = models.CharField(_("province"), max_length=40)
    city = models.CharField(_("city"), max_length=40)
    district = models.CharField(_("district"), max_length=40, blank=True, default="")
    line = EncryptedTextField(_("street and number"))
    is_default = models.BooleanField(_("default address"), default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("address"), _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["shopper"], condition=models.Q(is_default=True), name="address_one_default")
        ]

    def __str__(self) -> str:
        return f"{self.province}{self.city}{self.district}"
