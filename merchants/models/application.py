"""A business asks to join the mall, or a shop that is in asks for one more trade (M2)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.crypto import BlindIndexField, EncryptedTextField
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.texts import TextField
from merchants.models.merchant import Merchant
from merchants.models.requirement import Agreement
from merchants.models.shop import Shop


class ApplicationQuerySet(models.QuerySet):
    def standing(self):
        """Those that have neither opened nor ended: they hold the business and the address."""
        return self.exclude(status__in=Application.ENDED | {Application.Status.DRAFT})

    def not_ended(self):
        return self.exclude(status__in=Application.ENDED)

    def to_join(self):
        return self.filter(purpose=Application.Purpose.JOIN)

    def for_trades(self):
        return self.filter(purpose=Application.Purpose.TRADE)

    def waiting_for_staff(self):
        return self.filter(status__in=Application.WITH_STAFF)

    def overdue(self, now):
        """Those that the mall should have answered before ``now``."""
        return self.filter(status__in=Application.WITH_US, due_at__lt=now)


class Application(models.Model):
    """
    What an applicant says of her business, what the automatic check found, what staff decided, and what followed.

    A shop that is in asks for one more trade in the same way: its application names the merchant and the shop from the
    beginning, and ends with the trade admitted instead of a shop opened.
    """

    class Purpose(models.TextChoices):
        JOIN = "join", _("Open a shop")
        TRADE = "trade", _("One more trade")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Being filled in")
        SUBMITTED = "submitted", _("Being checked")
        REVIEW = "review", _("Awaiting review")
        EXPERT = "expert", _("Awaiting an expert")
        CHANGES_REQUESTED = "changes", _("Changes requested")
        APPROVED = "approved", _("Approved: agreement to accept")
        AGREED = "agreed", _("Agreement accepted: deposit to pay")
        OPEN = "open", _("Shop open")
        ADMITTED = "admitted", _("Trade admitted")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    FLOW = Flow(
        {
            Status.DRAFT: {Status.SUBMITTED, Status.WITHDRAWN},
            Status.SUBMITTED: {Status.REVIEW, Status.APPROVED, Status.WITHDRAWN},
            Status.REVIEW: {
                Status.EXPERT, Status.APPROVED, Status.CHANGES_REQUESTED, Status.REJECTED, Status.WITHDRAWN,
            },
            Status.EXPERT: {Status.APPROVED, Status.CHANGES_REQUESTED, Status.REJECTED, Status.WITHDRAWN},
            Status.CHANGES_REQUESTED: {Status.SUBMITTED, Status.WITHDRAWN},
            Status.APPROVED: {Status.AGREED, Status.WITHDRAWN, Status.EXPIRED},
            Status.AGREED: {Status.OPEN, Status.ADMITTED, Status.EXPIRED},
            Status.OPEN: set(),
            Status.ADMITTED: set(),
            Status.REJECTED: set(),
            Status.WITHDRAWN: set(),
            Status.EXPIRED: set(),
        }
    )  # fmt: skip
    ENDED = frozenset({Status.OPEN, Status.ADMITTED, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED})
    WITH_STAFF = frozenset({Status.REVIEW, Status.EXPERT})
    WITH_US = WITH_STAFF | {Status.SUBMITTED}
    WITH_APPLICANT = frozenset({Status.DRAFT, Status.CHANGES_REQUESTED})
    LET_IN = frozenset({Status.APPROVED, Status.AGREED, Status.OPEN, Status.ADMITTED})
    TO_SIGN = frozenset({Status.APPROVED, Status.AGREED})
    WITHIN = LET_IN - TO_SIGN

    public_id = PublicIdField(prefix="app")
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications", verbose_name=_("applicant")
    )
    purpose = models.CharField(_("purpose"), max_length=5, choices=Purpose, default=Purpose.JOIN)
    for_shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, related_name="trade_requests", verbose_name=_("asked for the shop")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)

    # What the applicant says
    merchant_name = models.CharField(_("registered name"), max_length=120, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=12, choices=Merchant.Kind, blank=True, default="")
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True, default="")
    contact_name = EncryptedTextField(_("contact"), blank=True, default="")
    contact_phone = EncryptedTextField(_("phone"), blank=True, default="")
    contact_phone_index = BlindIndexField(source="contact_phone")
    shop_name = TextField(_("shop name"), blank=True)
    shop_slug = models.CharField(_("shop address"), max_length=40, blank=True, default="")
    goods = models.CharField(_("what you will sell"), max_length=300, blank=True, default="")
    trades = ArrayField(models.CharField(max_length=20), verbose_name=_("trades"), default=list, blank=True)
    statements = models.JSONField(_("statements"), default=dict, blank=True)  # code of the requirement to words
    started_at = models.DateTimeField(_("started at"))
    touched_at = models.DateTimeField(_("last filled in at"))

    # What the automatic check found
    round = models.PositiveSmallIntegerField(_("times handed in"), default=0)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    findings = models.JSONField(_("automatic check"), default=list)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    check_at = models.DateTimeField(_("to be checked at"), null=True)
    check_tries = models.PositiveSmallIntegerField(_("tries of the check"), default=0)

    # The clock, in working days
    machine_due_at = models.DateTimeField(_("to be checked by"), null=True)
    due_at = models.DateTimeField(_("to be answered by"), null=True)
    machine_escalated_at = models.DateTimeField(_("late check noticed at"), null=True)
    escalated_at = models.DateTimeField(_("escalated at"), null=True)

    # What people decided
    needs_expert = models.BooleanField(_("an expert decides too"), default=False)
    reviewed_at = models.DateTimeField(_("first decision at"), null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("first decision by")
    )
    expert_at = models.DateTimeField(_("second decision at"), null=True)
    expert_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("second decision by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    was_automatic = models.BooleanField(_("approved by the automatic check"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    open_fields = ArrayField(
        models.CharField(max_length=30), verbose_name=_("open to changes"), default=list, blank=True
    )

    # What followed
    currency = CurrencyField()
    deposit = MoneyField(_("deposit"), null=True)
    approved_at = models.DateTimeField(_("approved at"), null=True)
    agreed_at = models.DateTimeField(_("agreement accepted at"), null=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True)  # that agreement or deposit are missing
    expired_at = models.DateTimeField(_("expired at"), null=True)
    opened_at = models.DateTimeField(pgettext_lazy("shop", "opened at"), null=True)
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, related_name="applications", verbose_name=_("merchant")
    )
    shop = models.OneToOneField(
        Shop, models.PROTECT, null=True, related_name="application", verbose_name=_("shop")
    )  # fmt: skip

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("application"), _("applications")
        permissions = [
            ("audit_application", "Can decide about applications"),
            ("expert_application", "Can decide about applications as a category expert"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="application_due", condition=Q(status__in=["submitted", "review", "expert"])
            ),
            models.Index(fields=["credit_code"], name="application_credit_code"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, due_at__isnull=False, round__gte=1),
                name="application_submitted_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "review", "expert", "withdrawn"])
                | Q(decided_at__isnull=False, decided_by__isnull=False)
                | Q(decided_at__isnull=False, was_automatic=True),
                name="application_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(was_automatic=False)
                | Q(status__in=["approved", "agreed", "open", "admitted", "withdrawn", "expired"]),
                name="application_machine_only_says_yes",
            ),
            models.CheckConstraint(
                condition=Q(needs_expert=False)
                | ~Q(status__in=["approved", "agreed", "open", "admitted"])
                | Q(reviewed_by__isnull=False, expert_by__isnull=False),
                name="application_expert_decided_too",
            ),
            models.CheckConstraint(
                condition=Q(expert_by=None) | (Q(reviewed_by__isnull=False) & ~Q(expert_by=F("reviewed_by"))),
                name="application_second_person_is_another",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["changes", "rejected"]) | ~Q(reason=""), name="application_no_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "agreed", "open", "admitted"])
                | Q(approved_at__isnull=False, deposit__gte=0),
                name="application_approved_names_the_deposit",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["agreed", "open", "admitted"]) | Q(agreed_at__isnull=False),
                name="application_agreed_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(purpose="trade")
                | Q(status="open", merchant__isnull=False, shop__isnull=False, opened_at__isnull=False)
                | (~Q(status__in=["open", "admitted"]) & Q(merchant=None, shop=None, opened_at=None)),
                name="application_open_means_merchant",
            ),
            models.CheckConstraint(
                condition=Q(purpose="join", for_shop=None)
                | Q(purpose="trade", merchant__isnull=False, for_shop__isnull=False, shop=None, trades__len=1)
                & (
                    Q(status="admitted", opened_at__isnull=False)
                    | (~Q(status__in=["open", "admitted"]) & Q(opened_at=None))
                ),
                name="application_for_a_trade_names_its_shop",
            ),
            models.CheckConstraint(
                condition=Q(status="expired", expired_at__isnull=False) | (~Q(status="expired") & Q(expired_at=None)),
                name="application_expired_has_a_moment",
            ),
            models.UniqueConstraint(
                fields=["merchant", "trades"],
                condition=Q(purpose="trade") & ~Q(status__in=["admitted", "rejected", "withdrawn", "expired"]),
                name="application_one_for_a_trade",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_name or self.public_id} ({self.get_status_display()})"

    STAGES = (
        (_("Fill in"), {Status.DRAFT, Status.CHANGES_REQUESTED}),
        (_("Automatic check"), {Status.SUBMITTED}),
        (_("Review"), {Status.REVIEW, Status.EXPERT, Status.REJECTED, Status.WITHDRAWN}),
        (_("Agreement"), {Status.APPROVED}),
        (_("Deposit"), {Status.AGREED, Status.EXPIRED}),
        (_("Shop open"), {Status.OPEN, Status.ADMITTED}),
    )

    @property
    def is_for_trade(self) -> bool:
        return self.purpose == self.Purpose.TRADE

    def stages(self) -> list[dict]:
        """The way to the open shop or to the trade, for the applicant: each stage is done, now, or to come."""
        here = next(place for place, (_label, statuses) in enumerate(self.STAGES) if self.status in statuses)
        if self.status in {self.Status.OPEN, self.Status.ADMITTED}:
            here += 1
        states = ["done" if place < here else "now" if place == here else "later" for place in range(len(self.STAGES))]
        labels = [label for label, _statuses in self.STAGES]
        if self.is_for_trade:
            labels[-1] = self.Status.ADMITTED.label
        return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


class ApplicationDecision(models.Model):
    """One decision of the machine or of a person about one round of an application; written once."""

    class Outcome(models.TextChoices):
        TO_PERSON = "to_person", _("A person must look")
        FIRST_YES = "first_yes", _("Agreed; an expert decides too")
        APPROVED = "approved", _("Approved")
        CHANGES = "changes", _("Changes requested")
        REJECTED = "rejected", _("Rejected")

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="decisions", verbose_name=_("application")
    )  # fmt: skip
    round = models.PositiveSmallIntegerField(_("round"))
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("decision"), _("decisions")

    def __str__(self) -> str:
        return self.get_outcome_display()


class AgreementAcceptance(models.Model):
    """Who accepted which version of an agreement, when, and the hash of the text that she saw; written once."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="acceptances", verbose_name=_("application")
    )
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="acceptances", verbose_name=_("agreement"))
    text_hash = models.CharField(_("hash of the text"), max_length=64)
    language = models.CharField(_("read in"), max_length=10)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name, verbose_name_plural = _("accepted agreement"), _("accepted agreements")
        constraints = [
            models.UniqueConstraint(fields=["application", "agreement"], name="agreement_accepted_once"),
        ]

    def __str__(self) -> str:
        return str(self.agreement_id)


class AgreementRenewal(models.Model):
    """A merchant who is in is asked to accept a newer version of an agreement, by a day; and whether it did."""

    class Status(models.TextChoices):
        ASKED = "asked", _("To be accepted")
        ACCEPTED = "accepted", _("Accepted")
        SUPERSEDED = "superseded", _("A newer version was accepted")

    FLOW = Flow(
        {
            Status.ASKED: {Status.ACCEPTED, Status.SUPERSEDED},
            Status.ACCEPTED: set(),
            Status.SUPERSEDED: set(),
        }
    )

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="renewals", verbose_name=_("merchant"))
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="renewals", verbose_name=_("agreement"))
    status = models.CharField(_("status"), max_length=10, choices=Status, db_default=Status.ASKED)
    asked_at = models.DateTimeField(_("asked at"))
    due_on = models.DateField(_("to be accepted by"))
    reminded = models.PositiveSmallIntegerField(_("reminded, days before"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("accepted by")
    )
    text_hash = models.CharField(_("hash of the text"), max_length=64, blank=True, db_default="")
    language = models.CharField(_("read in"), max_length=10, blank=True, db_default="")

    class Meta:
        verbose_name, verbose_name_plural = _("newer agreement"), _("newer agreements")
        indexes = [models.Index(fields=["due_on"], name="agreement_renewal_due", condition=Q(status="asked"))]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "agreement"], name="agreement_renewal_once"),
            models.CheckConstraint(
                condition=Q(status="accepted", accepted_at__isnull=False, accepted_by__isnull=False) & ~Q(text_hash="")
                | (~Q(status="accepted") & Q(accepted_at=None, accepted_by=None)),
                name="agreement_renewal_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id}: {self.agreement}"


class Blacklisted(models.Model):
    """A business or a person whom the mall does not want; kept encrypted, found by its index."""

    class Kind(models.TextChoices):
        CREDIT_CODE = "credit_code", _("Unified social credit code")
        NAME = "name", _("Registered name")
        PERSON = "person", _("Identity card")
        PHONE = "phone", _("Phone")

    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    value = EncryptedTextField(_("value"))
    value_index = BlindIndexField(source="value")
    why = models.CharField(_("why"), max_length=300)
    added_at = models.DateTimeField(_("entered at"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("added by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("blacklist entry"), _("blacklist")
        constraints = [models.UniqueConstraint(fields=["kind", "value_index"], name="blacklisted_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
