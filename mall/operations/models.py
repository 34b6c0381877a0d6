"""What is measured, what was found wrong, and who is told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.crypto import EncryptedTextField
from mall.ids import PublicIdField
from mall.operations.measures import Unit, measure_named


class TrafficMinute(models.Model):
    """What was asked of the mall in one minute: how often, how often in vain, how long it took in all."""

    minute = models.DateTimeField(_("minute"), primary_key=True)
    requests = models.PositiveIntegerField(_("requests"))
    errors = models.PositiveIntegerField(_("errors of ours"))
    milliseconds = models.PositiveBigIntegerField(_("milliseconds in all"))

    class Meta:
        verbose_name, verbose_name_plural = _("minute of traffic"), _("traffic by the minute")
        constraints = [
            models.CheckConstraint(condition=Q(errors__lte=models.F("requests")), name="traffic_errors_are_requests")
        ]

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M}"


class Reading(models.Model):
    """
    What one measure said at one minute. No value: there was too little to say anything, or it could not be measured,
    which ``error`` tells and which is bad.
    """

    measure = models.CharField(_("measure"), max_length=40)
    at = models.DateTimeField(_("at"))
    value = models.BigIntegerField(_("value"), null=True)
    sample = models.PositiveBigIntegerField(_("out of"), default=0)
    limit = models.BigIntegerField(_("limit"))
    is_bad = models.BooleanField(_("bad"))
    error = models.CharField(_("error"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("reading"), _("readings")
        indexes = [models.Index(fields=["at"], name="reading_at")]
        constraints = [models.UniqueConstraint(fields=["measure", "at"], name="reading_once_a_minute")]

    def __str__(self) -> str:
        return f"{self.label}: {self.shown}"

    @property
    def label(self) -> str:
        found = measure_named(self.measure)
        return str(found.label) if found else self.measure

    @property
    def shown(self) -> str:
        return self.error or _unit(self.measure).shown(self.value)

    @property
    def limit_shown(self) -> str:
        return _unit(self.measure).shown(self.limit)


class Alert(models.Model):
    """Something is beyond its limit, from when until when; while it lasts there is one of each measure."""

    public_id = PublicIdField(prefix="alt")
    measure = models.CharField(_("measure"), max_length=40)
    opened_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("until"), null=True)
    limit = models.BigIntegerField(_("limit"))
    value = models.BigIntegerField(_("value when it began"), null=True)
    worst = models.BigIntegerField(_("worst value"), null=True)
    error = models.CharField(_("error"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("alert"), _("alerts")
        constraints = [
            models.UniqueConstraint(fields=["measure"], condition=Q(closed_at=None), name="alert_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=models.F("opened_at")), name="alert_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.public_id}"

    @property
    def label(self) -> str:
        found = measure_named(self.measure)
        return str(found.label) if found else self.measure

    @property
    def shown(self) -> str:
        return self.error or _unit(self.measure).shown(self.value)

    @property
    def worst_shown(self) -> str:
        return _unit(self.measure).shown(self.worst)

    @property
    def limit_shown(self) -> str:
        return _unit(self.measure).shown(self.limit)


class AlertReceiver(models.Model):
    """Who is told of alerts: a mailbox, or a program that takes signed messages (Standard Webhooks)."""

    class Way(models.TextChoices):
        MAIL = "mail", _("E-mail")
        WEBHOOK = "webhook", _("Signed message to a program (webhook)")

    public_id = PublicIdField(prefix="alr")
    name = models.CharField(_("name"), max_length=60)
    way = models.CharField(_("way"), max_length=7, choices=Way)
    address = models.CharField(_("address"), max_length=400)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    secret = EncryptedTextField(_("secret"), null=True)
    is_active = models.BooleanField(_("is told"), default=True)
    added_at = models.DateTimeField(_("entered at"))
    ended_at = models.DateTimeField(_("wanted no more at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("receiver of alerts"), _("receivers of alerts")
        constraints = [
            models.UniqueConstraint(fields=["way", "address"], name="alert_receiver_once"),
            models.CheckConstraint(
                condition=~Q(way="webhook") | Q(secret__isnull=False), name="alert_webhook_is_signed"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AlertDelivery(models.Model):
    """
    One message to one receiver. ``due_at`` is when it is tried next; none: it has arrived, or was given up.

    Every attempt carries the same number, so that a receiver knows what it has heard already.
    """

    class What(models.TextChoices):
        OPENED = "opened", _("It began")
        RECOVERED = "recovered", _("It is over")
        TEST = "test", _("A test")

    public_id = PublicIdField(prefix="ald")
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="deliveries", verbose_name=_("alert"))
    receiver = models.ForeignKey(
        AlertReceiver, models.PROTECT, related_name="deliveries", verbose_name=_("receiver")
    )  # fmt: skip
    what = models.CharField(_("what"), max_length=9, choices=What)
    made_at = models.DateTimeField(_("made at"))
    due_at = models.DateTimeField(_("tried next at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    delivered_at = models.DateTimeField(_("arrived at"), null=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("message of an alert"), _("messages of alerts")
        indexes = [models.Index(fields=["due_at"], name="alert_delivery_due", condition=Q(due_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["alert", "receiver", "what"], name="alert_told_once"),
            models.CheckConstraint(
                condition=Q(what="test", alert=None) | (~Q(what="test") & Q(alert__isnull=False)),
                name="alert_delivery_of_an_alert",
            ),
            models.CheckConstraint(condition=Q(due_at=None) | Q(delivered_at=None), name="alert_delivered_is_not_due"),
        ]

    def __str__(self) -> str:
        return self.public_id


def _unit(name: str) -> Unit:
    found = measure_named(name)
    return found.unit if found else Unit.COUNT


class SecurityReport(models.Model):
    """The report about security of a quarter (R7): a sealed PDF in each language, and what was to be done."""

    public_id = PublicIdField(prefix="sec")
    quarter = models.CharField(_("quarter"), max_length=6)
    made_at = models.DateTimeField(_("made at"))
    to_do = models.JSONField(_("where somebody has to act"), default=list)
    digests = models.JSONField(_("digests"), default=dict)

    class Meta:
        verbose_name, verbose_name_plural = _("security report"), _("security reports")
        indexes = [models.Index(fields=["quarter"], name="security_report_of_quarter")]

    def __str__(self) -> str:
        return f"{self.quarter} {self.public_id}"

    def file_in(self, language: str) -> str:
        """Where the report lies in a language."""
        return f"security/{self.public_id}.{language}.pdf"
