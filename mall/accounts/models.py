"""People, and where their parcels go. One table for all: what a person may do are her seats and groups."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.crypto import BlindIndexField, EncryptedTextField, covered
from mall.flow import Flow
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


class SignInTrouble(models.Model):
    """How many sign-ins of an hour failed, and how many were turned away because too many had; nothing of whose."""

    class Kind(models.TextChoices):
        FAILED = "failed", _("Wrong password or address")
        LOCKED = "locked", _("Turned away for a while")

    hour = models.DateTimeField(_("hour"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    count = models.PositiveIntegerField(_("how often"))

    class Meta:
        verbose_name, verbose_name_plural = _("failed sign-ins"), _("failed sign-ins")
        constraints = [models.UniqueConstraint(fields=["hour", "kind"], name="sign_in_trouble_once_an_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.kind}"


class Consent(models.Model):
    """
    A person's yes or no to one purpose, with the version of the words that she read (A3); written once. The latest
    counts, and none is a no.
    """

    class Purpose(models.TextChoices):
        MARKETING = "marketing", _("Offers")
        PERSONALISATION = "personal", _("What I look at, with my account")
        COOKIES = "cookies", _("What I look at, in this browser")

    person = models.ForeignKey(User, models.PROTECT, related_name="consents", verbose_name=_("person"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    is_given = models.BooleanField(_("given"))
    version = models.PositiveSmallIntegerField(_("version of the words"))
    language = models.CharField(_("language"), max_length=10)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("consent"), _("consents")
        indexes = [models.Index(fields=["person", "purpose", "-id"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.is_given}"


class PersonalFile(models.Model):
    """What is known of a person, as a file that she asked for (A3)."""

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("a file", "Waiting")
        READY = "ready", _("Ready")
        EXPIRED = "expired", _("Expired")

    FLOW = Flow({Status.WAITING: {Status.READY}, Status.READY: {Status.EXPIRED}, Status.EXPIRED: set()})

    public_id = PublicIdField(prefix="pdf")
    person = models.ForeignKey(User, models.CASCADE, related_name="personal_files", verbose_name=_("person"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    name = models.CharField(_("file"), max_length=60, blank=True, default="")
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    asked_at = models.DateTimeField(_("asked at"))
    ready_at = models.DateTimeField(_("ready at"), null=True)
    expires_at = models.DateTimeField(_("expires at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("file of personal data"), _("files of personal data")
        indexes = [
            models.Index(fields=["person", "-id"], name="personal_file_of_person"),
            models.Index(fields=["asked_at"], name="personal_file_waits", condition=models.Q(status="waiting")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="ready", expires_at__isnull=False) & ~models.Q(name="")
                | ~models.Q(status="ready") & models.Q(name=""),
                name="personal_file_only_when_ready",
            )
        ]

    def __str__(self) -> str:
        return self.public_id


class Erasure(models.Model):
    """A person's wish to be forgotten: some days to think, then it is done, or refused for what is open (A3)."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked for")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REFUSED = "refused", _("Refused")
        DONE = "done", _("Forgotten")

    FLOW = Flow(
        {
            Status.ASKED: {Status.WITHDRAWN, Status.REFUSED, Status.DONE},
            Status.WITHDRAWN: set(),
            Status.REFUSED: set(),
            Status.DONE: set(),
        }
    )

    person = models.ForeignKey(User, models.PROTECT, related_name="erasures", verbose_name=_("person"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("due at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    obstacles = models.JSONField(_("what was open"), default=list)

    class Meta:
        verbose_name, verbose_name_plural = _("wish to be forgotten"), _("wishes to be forgotten")
        indexes = [models.Index(fields=["due_at"], name="erasure_due", condition=models.Q(status="asked"))]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(status="asked"), name="erasure_one_wish"),
            models.CheckConstraint(
                condition=models.Q(status="asked", ended_at=None)
                | ~models.Q(status="asked") & models.Q(ended_at__isnull=False),
                name="erasure_ended_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.status}"


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
