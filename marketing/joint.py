"""
Promotions of one shop that count in another (K2): the issuer proposes terms, the host signs, both keep to them.

A coupon of the issuer is then good for the host's goods, and a reduction counts the goods of all its shops together. Of
what is taken off at the host each bears its part. Signed numbers are never rewritten: other numbers, or a promotion
that was changed, need terms of their own and a new signature. Terms rest while one of both shops may not promote, and
when what is left of their cap does not cover another whole discount. Orders keep what they were placed under.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.generation import SHOPS, forget
from mall.audit.trail import record
from mall.events import publish
from mall.events.marketing import JointTermsMoved
from mall.flow import WrongStatus
from mall.money import Money
from mall.refusals import Refusal
from mall.rows import select_rows
from mall.tenancy import house_scope
from mall.texts import Text
from marketing import rules, tunables
from marketing.models import JointTerms, Promotion, PromotionUse
from merchants import standing
from merchants.models import Shop

Kind, Scope, Status = Promotion.Kind, Promotion.Scope, JointTerms.Status
KINDS = (Kind.COUPON, Kind.FULL_REDUCTION)
SCOPES = (Scope.ALL, Scope.CATEGORIES)  # what means something in another shop too
MOST_HOSTS = 20


class TermsMakeNoSense(Refusal):
    """The numbers, the shop or the promotion do not go together; ``details["field"]`` says which."""

    code = "terms-make-no-sense"
    status = 422


class TermsOutdated(Refusal):
    """The promotion was changed since the terms were proposed."""

    code = "terms-outdated"


# When terms ``j`` of a promotion ``p`` count, as a condition of SQL. Both shops may promote and are not barred.
IN_FORCE = f"""
    (j.status IN ('signed', 'ended') AND j.ends_at > %(now)s AND j.promotion_version = p.version
    AND (j.cap IS NULL OR j.spent + j.most <= j.cap)
    AND EXISTS (SELECT FROM merchants_shop jh WHERE jh.id = j.host_id AND {standing.sql("jh")})
    AND EXISTS (SELECT FROM merchants_shop ji WHERE ji.id = j.shop_id AND {standing.sql("ji")}))
"""  # noqa: S608 - words of ours

# Promotions of other shops that may count in these ``shops``: keys, found by the index of the terms alone.
PROMOTIONS_IN = """
    ARRAY(SELECT j.promotion_id FROM marketing_jointterms j
    WHERE j.host_id = ANY ({shops}) AND j.status IN ('signed', 'ended') AND j.ends_at > %(now)s)
"""

# The other shops in which a promotion ``p`` of the shop ``s`` counts.
HOSTS = f"""
    (SELECT json_agg(json_build_array(j.host_id, j.issuer_bps, j.id, h.name, s.public_id, s.name) ORDER BY j.id)
     FROM marketing_jointterms j JOIN merchants_shop h ON h.id = j.host_id WHERE j.promotion_id = p.id AND {IN_FORCE})
"""  # noqa: S608 - words of ours


def why_not_joint(promotion: Promotion, now: datetime) -> str:
    """Why a promotion cannot count in other shops, in words; empty when it can."""
    if promotion.kind not in KINDS:
        return _("Coupons and “spend and save” can count in other shops.")
    if promotion.scope not in SCOPES:
        return _("Only what applies to all goods, or to categories of the mall, can count in other shops.")
    if promotion.ends_at <= now:
        return _("Its days are over; give it a later end first.")
    return ""


def found_shop(typed: str, *, besides: Shop) -> Shop:
    """
    The other shop by its address (the last part of its page) or public id.

    :raises TermsMakeNoSense: there is none, or it is the same one
    """
    word = typed.strip().strip("/").rsplit("/", 1)[-1].lower()
    with house_scope():
        found = Shop.objects.filter(Q(slug=word) | Q(public_id=word)).first()
    if found is None or found.status == Shop.Status.CLOSED:
        raise TermsMakeNoSense(_("There is no shop at this address."), field="host")
    if found.pk == besides.pk:
        raise TermsMakeNoSense(_("This is your own shop; choose another one."), field="host")
    return found


def address_of(shop_id: int) -> str:
    """The address of a shop (key), for everybody to know."""
    with house_scope():
        return Shop.objects.values_list("slug", flat=True).get(pk=shop_id)


@transaction.atomic
def propose_terms(
    *,
    promotion: Promotion,
    shop: Shop,
    host: Shop,
    issuer_bps: int,
    until: datetime,
    cap: Money | None = None,
    message: str = "",
    by,
    now: datetime,
) -> JointTerms:
    """
    Ask another shop to let a promotion of this one count for its goods. Nothing changes before it signs.

    Terms that are signed for the same promotion stay in force until the new ones are signed.

    :param issuer_bps: what of a discount on the host's goods this shop bears; the host bears the rest
    :param cap: what this shop bears there at most in all
    :raises TermsMakeNoSense: numbers, days, shop or promotion do not go together
    :raises BarredFromCampaigns: one of both shops may not promote now
    :raises WrongStatus: terms for this promotion wait for the host's answer already
    """
    standing.check_may_join(shop)
    with house_scope():
        host = Shop.objects.get(pk=host.pk)
        promotion = Promotion.objects.select_for_update().get(pk=promotion.pk, shop=shop)
        if why := why_not_joint(promotion, now):
            raise TermsMakeNoSense(why, field="promotion")
        _check(host.pk != shop.pk, "host", _("This is your own shop; choose another one."))
        _check(0 <= issuer_bps <= 10_000, "part", _("Choose between 0% and 100%."))
        _check(until > now, "until", _("That moment has passed already."))
        most = _most_of_one_order(promotion, issuer_bps)
        if cap is not None:
            _check(cap.minor > 0, "cap", _("Enter an amount above zero."))
            _check(most is not None, "cap", _("With a limit the promotion itself needs a highest amount."))
            _check(most <= cap, "cap", _("One discount alone may cost you %(most)s.") % {"most": most})
        _check(standing.may_join_campaigns(host), "host", _("This shop takes no part in promotions at the moment."))
        of_pair = JointTerms.objects.filter(promotion=promotion, host=host)
        if of_pair.filter(status=Status.PROPOSED).exists():
            raise WrongStatus(_("This shop has not answered your last proposal yet; withdraw it first."))
        others = JointTerms.objects.filter(promotion=promotion, status__in=(Status.PROPOSED, Status.SIGNED))
        count = others.exclude(host=host).values("host").distinct().count()
        _check(count < MOST_HOSTS, "host", _("A promotion counts in at most %(most)d other shops.") % {
            "most": MOST_HOSTS,
        })  # fmt: skip
        terms = JointTerms.objects.create(
            shop=shop,
            host=host,
            promotion=promotion,
            version=(of_pair.aggregate(last=Max("version"))["last"] or 0) + 1,
            shop_name=shop.name,
            host_name=host.name,
            name=promotion.name,
            kind=promotion.kind,
            rule=promotion.rule,
            promotion_version=promotion.version,
            currency=promotion.currency,
            issuer_bps=issuer_bps,
            cap=cap,
            most=most,
            until=until,
            ends_at=until,
            message=message.strip()[:300],
            proposed_by=by,
            proposed_at=now,
        )
        _note("marketing.propose_terms", terms, by=by, now=now, slug=shop.slug, to=[host])
    return terms


@transaction.atomic
def withdraw_terms(*, terms: JointTerms, shop: Shop, by, now: datetime) -> JointTerms:
    """
    The issuer takes its proposal back.

    :raises WrongStatus: it is answered already
    """
    with house_scope():
        terms = _locked(terms, Q(shop=shop))
        _move(terms, Status.WITHDRAWN)
        terms.save(update_fields=["status"])
        _note("marketing.withdraw_terms", terms, by=by, now=now, slug=shop.slug, to=[terms.host])
    return terms


@transaction.atomic
def sign_terms(*, terms: JointTerms, shop: Shop, by, now: datetime) -> JointTerms:
    """
    The host agrees: from now on the promotion counts for its goods. Earlier terms for it end at this moment.

    :raises WrongStatus: they are answered or withdrawn already
    :raises TermsOutdated: the promotion is not any more what was proposed, or the days are over
    :raises BarredFromCampaigns: the host may not promote now
    """
    standing.check_may_join(shop)
    with house_scope():
        terms = _locked(terms, Q(host=shop))
        if terms.until <= now or terms.promotion.version != terms.promotion_version:
            raise TermsOutdated(_("The promotion was changed since, or the days are over; ask for a new proposal."))
        earlier = JointTerms.objects.select_for_update(no_key=True).in_force(now)
        for old in earlier.filter(promotion=terms.promotion_id, host=shop).order_by("pk"):
            _end(old, by=by, now=now, ends_at=now, reason=_superseded())
        _move(terms, Status.SIGNED)
        terms.answered_by, terms.answered_at = by, now
        terms.save(update_fields=["status", "answered_by", "answered_at"])
        _note("marketing.sign_terms", terms, by=by, now=now, slug=shop.slug, to=[terms.shop, terms.host])
    return terms


@transaction.atomic
def decline_terms(*, terms: JointTerms, shop: Shop, reason: str = "", by, now: datetime) -> JointTerms:
    """
    The host does not want them.

    :raises WrongStatus: they are answered or withdrawn already
    """
    with house_scope():
        terms = _locked(terms, Q(host=shop))
        _move(terms, Status.DECLINED)
        terms.answered_by, terms.answered_at, terms.answer = by, now, reason.strip()[:300]
        terms.save(update_fields=["status", "answered_by", "answered_at", "answer"])
        _note("marketing.decline_terms", terms, by=by, now=now, slug=shop.slug, to=[terms.shop])
    return terms


@transaction.atomic
def end_terms(*, terms: JointTerms, shop: Shop, reason: str = "", by, now: datetime) -> JointTerms:
    """
    Either shop gives notice: they count some days more, then no new order is placed under them.

    :raises WrongStatus: they are not signed, or have ended
    """
    with house_scope():
        terms = _locked(terms, Q(shop=shop) | Q(host=shop))
        if terms.ends_at <= now:
            raise WrongStatus(_("Its days are over already."))
        notice = now + timedelta(days=tunables.JOINT_NOTICE_DAYS.value)
        _end(terms, by=by, now=now, ends_at=min(notice, terms.until), reason=reason)
        _note("marketing.end_terms", terms, by=by, now=now, slug=shop.slug, to=[terms.shop, terms.host])
    return terms


def _end(terms: JointTerms, *, by, now: datetime, ends_at: datetime, reason: str) -> None:
    if terms.status != Status.ENDED:
        _move(terms, Status.ENDED)
        terms.ended_by, terms.ended_at, terms.end_reason = by, now, reason.strip()[:300]
    elif ends_at != now:
        raise WrongStatus(_("Notice is given already."))
    terms.ends_at = ends_at
    terms.save(update_fields=["status", "ended_by", "ended_at", "end_reason", "ends_at"])


def _superseded() -> str:
    with override("zh-hans"):
        return _("Newer terms are signed.")


def _move(terms: JointTerms, status: str) -> None:
    JointTerms.FLOW.move(terms, status)


def _locked(terms: JointTerms, whose: Q) -> JointTerms:
    """The terms of a shop, under the lock of their promotion: a proposal is not answered while it is changed."""
    Promotion.objects.select_for_update(no_key=True).get(pk=terms.promotion_id)
    mine = JointTerms.objects.filter(whose).select_for_update(of=("self",), no_key=True)
    return mine.select_related("promotion", "shop", "host").get(pk=terms.pk)


def _most_of_one_order(promotion: Promotion, issuer_bps: int) -> Money | None:
    most = rules.most_off(promotion.kind, promotion.rule)
    return None if most is None else Money(-(-most * issuer_bps // 10_000), promotion.currency)


def _note(action: str, terms: JointTerms, *, by, now: datetime, slug: str, to: list[Shop]) -> None:
    record(
        action,
        terms.public_id,
        by=by,
        now=now,
        shop_slug=slug,
        after={
            "status": terms.status,
            "promotion": terms.promotion.public_id,
            "version": terms.version,
            "issuer_bps": terms.issuer_bps,
            "cap": terms.cap.minor if terms.cap else None,
            "ends_at": terms.ends_at.isoformat(),
        },
    )
    publish(
        *(
            JointTermsMoved(
                terms_id=terms.public_id, shop_id=shop.public_id, status=str(terms.status), moved_at=now
            )
            for shop in to
        )
    )  # fmt: skip
    transaction.on_commit(lambda: forget(SHOPS), robust=True)


def _check(holds, field: str, sentence: str) -> None:
    if not holds:
        raise TermsMakeNoSense(sentence, field=field)


# Reading --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JointFigures:
    """What was taken off at the host under terms, of orders that stand, and who bears which part."""

    order_count: int
    discount: Money
    by_issuer: Money
    by_host: Money


def figures_of(*terms: JointTerms) -> list[JointFigures]:
    """What both shops may know of the orders that were placed under their terms: sums, no orders. One query."""
    with house_scope():
        uses = PromotionUse.objects.filter(terms__in=terms, returned_at=None).values("terms")
        rows = uses.annotate(
            order_count=Count("order_public_id", distinct=True),
            discount=Sum("amount"),
            by_issuer=Sum("borne_by_issuer"),
            by_host=Sum("borne_by_shop"),
        )
        found = {row.pop("terms"): row for row in rows}
    nothing = {"order_count": 0, "discount": 0, "by_issuer": 0, "by_host": 0}
    told = []
    for one in terms:
        row = found.get(one.pk, nothing)
        money = {name: Money(int(row[name]), one.currency) for name in ("discount", "by_issuer", "by_host")}
        told.append(JointFigures(order_count=row["order_count"], **money))
    return told


def told_by_host(promotion: Promotion) -> list[tuple[JointTerms, JointFigures]]:
    """What a promotion has brought in other shops, of every version of its terms that was signed; two queries."""
    signed = list(promotion.joint_terms.filter(status__in=JointTerms.HONORED).order_by("-pk")[:MOST_HOSTS])
    return list(zip(signed, figures_of(*signed), strict=True)) if signed else []


_RESTING = f"""
    SELECT j.id FROM marketing_jointterms j JOIN marketing_promotion p ON p.id = j.promotion_id
        JOIN merchants_shop i ON i.id = j.shop_id JOIN merchants_shop h ON h.id = j.host_id
    WHERE j.id = ANY (%s) AND (j.promotion_version <> p.version OR p.kind <> 'coupon' AND p.status <> 'live'
        OR NOT {standing.sql("i")} OR NOT {standing.sql("h")})
"""  # noqa: S608 - words of ours


def resting(terms: Iterable[JointTerms]) -> set[int]:
    """Those (keys) that do not count for the moment, for a reason that may pass: ``why_resting``. One query."""
    with house_scope():
        return {key for (key,) in select_rows(_RESTING, [[one.pk for one in terms]])}


def phase(terms: JointTerms, now: datetime, *, is_resting: bool) -> str:
    """What they do at this moment: proposed, running, resting, used_up, ending, over, declined or withdrawn."""
    if terms.status in (Status.DECLINED, Status.WITHDRAWN):
        return str(terms.status)
    if terms.ends_at <= now:
        return "over"
    if terms.status == Status.PROPOSED:
        return "proposed"
    if is_resting:
        return "resting"
    if terms.cap is not None and terms.spent + terms.most > terms.cap:
        return "used_up"
    return "ending" if terms.status == Status.ENDED else "running"


def why_resting(terms: JointTerms) -> str:
    """Why signed terms do not count for the moment, in words; empty when they do."""
    with house_scope():
        promotion = Promotion.objects.select_related("shop").get(pk=terms.promotion_id)
        host = Shop.objects.get(pk=terms.host_id)
        if promotion.version != terms.promotion_version:
            return _("The promotion was changed after it was signed: it counts again when new terms are signed.")
        for shop, name in ((promotion.shop, terms.shop_name), (host, terms.host_name)):
            if standing.why_not_join(shop):
                return _("%(shop)s takes no part in promotions at the moment.") % {"shop": name}
        if promotion.kind != Kind.COUPON and promotion.status != Promotion.Status.LIVE:
            return _("The promotion is not started.")
    return ""


_GOOD_AT = f"""
    SELECT p.id, h.name, h.slug FROM marketing_promotion p JOIN marketing_jointterms j ON j.promotion_id = p.id
        JOIN merchants_shop h ON h.id = j.host_id
    WHERE p.id = ANY (%(promotions)s) AND {IN_FORCE} ORDER BY j.id
"""  # noqa: S608 - words of ours
_GOOD_IN = f"""
    SELECT DISTINCT p.id FROM marketing_promotion p JOIN marketing_jointterms j ON j.promotion_id = p.id
    WHERE j.host_id = ANY (%(shops)s) AND {IN_FORCE}
"""  # noqa: S608 - words of ours


@dataclass(frozen=True, slots=True)
class GoodAt:
    """Another shop in which a promotion counts."""

    name: Text
    slug: str


def good_at(promotions: Iterable[int], now: datetime) -> dict[int, list[GoodAt]]:
    """Where promotions (by key) count beside their own shop. One query."""
    found: dict[int, list[GoodAt]] = {}
    for key, name, slug in select_rows(_GOOD_AT, {"promotions": list(promotions), "now": now}):
        found.setdefault(key, []).append(GoodAt(Text(json.loads(name)), slug))
    return found


def good_in(shops: Iterable[int], now: datetime) -> list[int]:
    """The promotions (keys) of other shops that count in these (keys). One query."""
    return [key for (key,) in select_rows(_GOOD_IN, {"shops": list(shops), "now": now})]
