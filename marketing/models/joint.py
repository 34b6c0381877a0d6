"""What two shops have agreed on: a promotion of one counts in the other, and each bears its part (K2)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall.flow import Flow
from mall.ids import PublicIdField
from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet
from mall.texts import TextField
from marketing.models.promotion import Promotion
from merchants.models import Shop

KINDS = [(kind.value, kind.label) for kind in (Promotion.Kind.COUPON, Promotion.Kind.FULL_REDUCTION)]


class JointTermsQuerySet(ShopOwnedQuerySet):
    def between(self, shop):
        """Those of a shop with others: proposed by it, or to it."""
        return self.filter(Q(shop=shop) | Q(host=shop))

    def in_force(self, now: datetime):
        """Signed, and not over; whether both shops may promote is another question (``marketing.joint.IN_FORCE``)."""
        return self.filter(status__in=self.model.HONORED, ends_at__gt=now)


class JointTerms(ShopOwned):
    """
    A shop (the issuer) and another (the host) agree: the issuer's promotion counts for goods of the host. Of what is
    taken off these the issuer bears ``issuer_bps``, at most ``cap`` in all, the host the rest.

    The numbers are written once, with the names of both shops and what the promotion was (``rule`` at its version
    ``promotion_version``); other numbers are other terms, with a version and a signature of their own. ``until`` is
    what was signed, ``ends_at`` when it really ends; ``spent`` is what of the cap orders have drawn, ``most`` what one
    order can draw at most.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        SIGNED = "signed", _("Signed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ENDED = "ended", _("Ended")

    HONORED = (Status.SIGNED, Status.ENDED)  # as long as ends_at is to come: notice has its days
    FLOW = Flow(
        {
            Status.PROPOSED: {Status.SIGNED, Status.DECLINED, Status.WITHDRAWN},
            Status.SIGNED: {Status.ENDED},
            Status.DECLINED: set(),
            Status.WITHDRAWN: set(),
            Status.ENDED: set(),
        }
    )

    public_id = PublicIdField(prefix="jnt")
    host = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("other shop"))
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="joint_terms", verbose_name=_("promotion"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROPOSED)
    shop_name = TextField(_("issuing shop"))
    host_name = TextField(_("other shop"))
    name = TextField(_("name of the promotion"))
    kind = models.CharField(_("kind"), max_length=16, choices=KINDS)
    rule = models.JSONField(_("rule"))
    promotion_version = models.PositiveIntegerField(_("version of the promotion"))
    currency = CurrencyField()
    issuer_bps = models.PositiveIntegerField(_("borne by the issuer, in basis points"))
    cap = MoneyField(_("borne by the issuer at most"), null=True, blank=True)
    most = MoneyField(_("borne by the issuer of one order at most"), null=True, blank=True)
    spent = MoneyField(_("borne by the issuer so far"), default=0)
    until = models.DateTimeField(_("agreed until"))
    ends_at = models.DateTimeField(_("ends at"))
    message = models.CharField(_("message"), max_length=300, blank=True, default="")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True, default="")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("notice given at"), null=True)
    end_reason = models.CharField(_("ended because"), max_length=300, blank=True, default="")

    objects = JointTermsQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("joint promotion"), _("joint promotions")
        indexes = [
            models.Index(fields=["host"], name="joint_terms_in_force", condition=Q(status__in=["signed", "ended"])),
            models.Index(fields=["host", "-id"], name="joint_terms_of_host"),
            models.Index(fields=["shop", "-id"], name="joint_terms_of_issuer"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "host", "version"], name="joint_terms_once_per_version"),
            models.UniqueConstraint(
                fields=["promotion", "host"], name="joint_terms_proposed_once", condition=Q(status="proposed")
            ),
            models.UniqueConstraint(
                fields=["promotion", "host"], name="joint_terms_signed_once", condition=Q(status="signed")
            ),
            models.CheckConstraint(condition=~Q(host=F("shop")), name="joint_terms_of_two_shops"),
            models.CheckConstraint(condition=Q(issuer_bps__lte=10_000), name="joint_terms_bear_at_most_whole"),
            models.CheckConstraint(
                condition=Q(spent__gte=0) & (Q(cap=None) | Q(cap__gt=0, spent__lte=F("cap"), most__isnull=False)),
                name="joint_terms_within_the_cap",
            ),
            models.CheckConstraint(condition=Q(ends_at__lte=F("until")), name="joint_terms_end_as_agreed_or_sooner"),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "withdrawn"])
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="joint_terms_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="ended") | Q(ended_at__isnull=False), name="joint_terms_ended_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def host_bps(self) -> int:
        return 10_000 - self.issuer_bps
