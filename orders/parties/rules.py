"""
Making rules for parties (S2). Of a party of the mall's one person proposes a version, another confirms it, and it
counts in those shops that agree to it, or in all of them when the mall pays it out of its commission; a shop that
enters a party of its own agrees by writing the rule. Orders keep what was in force when they were placed.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext as _

from catalog.commission import EFFECT, percent
from catalog.commission_rules import check_ladder
from catalog.models import Product, Sku
from mall.audit.trail import record
from mall.events import publish
from mall.events.orders import PartyRuleAnswered, PartyRuleOffered
from mall.money import BPS, Money
from mall.refusals import Refusal
from mall.tenancy import house_scope
from mall.texts import Text
from merchants.models import Shop
from orders.models import Party, PartyAgreement, PartyRule, PartyRuleVersion
from orders.parties.terms import Base, Bearer, PartyTerms, terms_in_force

Status = PartyRuleVersion.Status
CONDITIONS = ("category", "brand", "product", "sku", "shop", "tier", "campaign", "campaign_name")
MOST_PARTIES, MOST_RULES = 50, 20


class WrongPartyRule(Refusal):
    """What it says does not fit together; ``details`` name the field."""

    code = "wrong-party-rule"
    status = 400


class TakesTooMuch(Refusal):
    """With the commission and what others get there could be more to give away than was paid."""

    code = "takes-too-much"
    status = 400


class PartyKnown(Refusal):
    """A party of this kind and name is there already, or there are as many as one may have."""

    code = "party-known"


class PartyRuleWaits(Refusal):
    """Another version of the rule waits for its second person."""

    code = "proposed-already"


class AnotherPersonConfirms(Refusal):
    """Who proposes a rule does not confirm it."""

    code = "another-person-confirms"
    status = 403


# Parties


def enter_party(*, kind: str, name: str, shop: Shop | None = None, by, now: datetime) -> Party:
    """
    Note down who may get parts of orders: of one shop, or of the mall (no shop).

    :raises PartyKnown: it is there already, or the shop has as many as it may
    """
    name = name.strip()
    with house_scope():
        if shop and Party.objects.owned_by(shop).count() >= MOST_PARTIES:
            raise PartyKnown(_("You have %(most)d parties: more is not possible.") % {"most": MOST_PARTIES})
        try:
            with transaction.atomic():
                party = Party.objects.create(kind=kind, name=name, shop=shop, made_by=by, made_at=now)
        except IntegrityError:
            raise PartyKnown(_("A party of this kind and name is there already."), field="name") from None
        _record("enter_party", party, party.public_id, by, now, kind=kind)
    return party


def end_party(*, party: Party, by, now: datetime) -> Party:
    """
    New orders give it nothing any more; what it has been promised stays its own and is paid.

    :raises WrongStatus: it has ended
    """
    return _move_party(party, Party.Status.ENDED, "end_party", by, now)


def resume_party(*, party: Party, by, now: datetime) -> Party:
    """
    Its rules count again for new orders.

    :raises WrongStatus: it is active
    """
    return _move_party(party, Party.Status.ACTIVE, "resume_party", by, now)


def _move_party(party: Party, status: str, did: str, by, now: datetime) -> Party:
    with house_scope():
        party = Party.objects.select_for_update(of=["self"]).select_related("shop").get(pk=party.pk)
        Party.FLOW.move(party, status)
        party.save(update_fields=["status"])
        _record(did, party, party.public_id, by, now)
    return party


# Rules


def propose_version(
    *, party: Party, name: Text | None = None, rule: PartyRule | None = None, base: str = Base.PAID,
    bearer: str = Bearer.SHOP, effective_at: datetime | None = None, reason: str, by, now: datetime,
    position: int = 100, is_end: bool = False, **said,
) -> PartyRuleVersion:  # fmt: skip
    """
    Put down what a party gets from a moment on. Of a party of the mall's another person confirms it, and shops agree;
    of a shop's own party the shop has agreed with this.

    :param bearer: who pays it: the shop out of its share, or the mall out of its commission
    :param name: of a new rule; a version of one that stands (``rule``) goes under its name
    :param effective_at: from now on when left out
    :param is_end: from that moment on there is no such rule
    :param said: for which lines and how much, by the names of the model's fields
    :raises WrongPartyRule: what it says does not fit together
    :raises TakesTooMuch: more than what was paid could be given away
    :raises PartyRuleWaits: another version of the rule waits
    """
    effect = {field: said.get(field) for field in EFFECT}
    conditions = {field: said[field] for field in CONDITIONS if said.get(field) not in (None, "")}
    effective_at = effective_at or now
    _check(effect, conditions, base, is_end=is_end)
    _check_bearer(bearer, base, party)
    if effective_at < now:
        raise WrongPartyRule(_("It counts for orders to come: choose a later moment."), field="effective_at")
    if not reason.strip():
        raise WrongPartyRule(_("Say why: the other side reads it."), field="reason")
    with house_scope():
        shop = Shop.objects.select_for_update(no_key=True).get(pk=party.shop_id) if party.shop_id else None
        _check_own(conditions, shop)
        rule = _rule(party, rule, name)
        if rule.versions.filter(status=Status.PROPOSED).exists():
            raise PartyRuleWaits(_("Another version of this rule waits for its second person."))
        number = (rule.versions.aggregate(most=Max("number"))["most"] or 0) + 1
        decided = {"status": Status.CONFIRMED, "decided_by": by, "decided_at": now} if shop else {}
        version = PartyRuleVersion(
            rule=rule, number=number, position=position, base=base, bearer=bearer, is_end=is_end,
            effective_at=effective_at, reason=reason.strip()[:300], proposed_by=by, proposed_at=now,
            is_of_shop=shop is not None, **decided, **({} if is_end else conditions | effect),
        )  # fmt: skip
        if shop and not is_end:
            _check_room(PartyTerms.of(version, shop=shop.pk), shop, effective_at)
        version.save()
        if shop and not is_end:
            PartyAgreement.objects.create(shop=shop, version=version, agreed_by=by, agreed_at=now)
        taken = {field: getattr(value, "minor", value) for field, value in effect.items() if value is not None}
        _record("propose_party_rule", party, version.public_id, by, now, version=number, ends=is_end, **taken)
    return version


def _rule(party: Party, rule: PartyRule | None, name: Text | None) -> PartyRule:
    if rule is not None:
        rule = PartyRule.objects.select_for_update().select_related("party").get(pk=rule.pk)
        if rule.party_id != party.pk:
            raise WrongPartyRule(_("This rule is another party's."), field="rule")
        return rule
    if not name or not str(name):
        raise WrongPartyRule(_("Give the rule a name."), field="name")
    if party.rules.count() >= MOST_RULES:
        raise WrongPartyRule(_("A party has at most %(most)d rules.") % {"most": MOST_RULES}, field="name")
    return PartyRule.objects.create(party=party, name=name)


def _check(effect: dict, conditions: dict, base: str, *, is_end: bool) -> None:
    bps, ladder, fixed, floor, cap = (effect[field] for field in EFFECT)
    if is_end:
        if any(value is not None for value in effect.values()):
            raise WrongPartyRule(_("A version that ends the rule takes nothing."), field="is_end")
        return
    if bps is None and ladder is None and fixed is None:
        raise WrongPartyRule(_("Say how much: a rate, a ladder, or an amount for each piece."), field="bps")
    if bps is not None and ladder is not None:
        raise WrongPartyRule(_("Either a rate or a ladder."), field="ladder")
    if bps is not None and not 0 <= bps <= BPS:
        raise WrongPartyRule(_("A part lies between 0 and 100 percent."), field="bps")
    if ladder is not None:
        check_ladder(ladder)
    for field in ("fixed", "floor", "cap"):
        if effect[field] is not None and effect[field].minor < 0:
            raise WrongPartyRule(_("An amount is not below zero."), field=field)
    if floor is not None and cap is not None and floor > cap:
        raise WrongPartyRule(_("The greatest is below the least."), field="cap")
    goods = [field for field in ("category", "brand", "product", "sku", "campaign") if field in conditions]
    if base == Base.FREIGHT and goods:
        raise WrongPartyRule(_("What is paid for delivery belongs to no single goods: leave this empty."),
                             field=goods[0])  # fmt: skip
    if "sku" in conditions and "product" in conditions and conditions["sku"].product_id != conditions["product"].pk:
        raise WrongPartyRule(_("This SKU is of another product."), field="sku")


def _check_bearer(bearer: str, base: str, party: Party) -> None:
    if bearer == Bearer.SHOP:
        if base == Base.COMMISSION:
            raise WrongPartyRule(_("The commission is the mall's: a part of it is paid by the mall."), field="bearer")
        return
    if party.shop_id:
        raise WrongPartyRule(_("What a party of a shop's own gets is paid by the shop."), field="bearer")
    if base == Base.FREIGHT:
        raise WrongPartyRule(_("Delivery bears no commission of which the mall could pay this."), field="base")


def _check_own(conditions: dict, shop: Shop | None) -> None:
    """A shop names goods of its own."""
    for field in ("product", "sku"):
        if shop and field in conditions and conditions[field].shop_id != shop.pk:
            raise WrongPartyRule(_("These goods are another shop's."), field=field)


def _check_room(terms: PartyTerms, shop: Shop, moment: datetime) -> None:
    """:raises TakesTooMuch: with the commission and what others get there could be more than what was paid"""
    is_freight = terms.taken_of == Base.FREIGHT
    others: dict[int, int] = {}
    for other in terms_in_force([shop.pk], now=moment):
        if other.bearer != Bearer.SHOP or other.party == terms.party:
            continue
        if (other.taken_of == Base.FREIGHT) == is_freight and other.may_meet(terms):
            others[other.party] = max(others.get(other.party, 0), other.highest_bps)
    commission = 0 if is_freight else _highest_commission(shop, terms)
    left = max(BPS - commission - sum(others.values()), 0)
    said = {"left": percent(left), "commission": percent(commission), "others": percent(sum(others.values()))}
    if terms.highest_bps > left:
        raise TakesTooMuch(
            _("At most %(left)s is left to give away: up to %(commission)s is commission, %(others)s is for others.")
            % said,
            field="bps" if terms.bps is not None else "ladder",
        )
    price = _lowest_price(shop, terms)
    least = max(terms.fixed or 0, terms.floor or 0)
    if price is not None and least > price * (left - terms.highest_bps) // BPS:
        most = Money(price * (left - terms.highest_bps) // BPS, terms.currency)
        raise TakesTooMuch(
            _("At the price of these goods at most %(most)s is left for each piece.") % {"most": most},
            field="fixed" if terms.fixed else "floor",
        )


def _highest_commission(shop: Shop, terms: PartyTerms) -> int:
    goods = Product.objects.owned_by(shop).exclude(kind=Product.Kind.GIFT_CARD)
    if terms.category:
        goods = goods.filter(category__path__startswith=terms.category)
    if terms.product:
        goods = goods.filter(pk=terms.product)
    if terms.sku:
        goods = goods.filter(skus=terms.sku)
    return goods.aggregate(most=Max("category__commission_bps"))["most"] or 0


def _lowest_price(shop: Shop, terms: PartyTerms) -> int | None:
    """Of goods that the rule names one by one; of whole categories the parts are held when orders are placed."""
    if not terms.product and not terms.sku:
        return None
    skus = Sku.objects.filter(shop=shop, is_active=True)
    skus = skus.filter(pk=terms.sku) if terms.sku else skus.filter(product=terms.product)
    least = skus.aggregate(least=Min("price"))["least"]
    return getattr(least, "minor", least)


@transaction.atomic
def confirm_version(*, version: PartyRuleVersion, by, now: datetime) -> PartyRuleVersion:
    """
    Let shops agree to it, as another person than who proposed it; what the mall pays counts from its moment on.

    :raises AnotherPersonConfirms: ``by`` proposed it herself
    :raises WrongStatus: it is confirmed, or discarded
    """
    version = _locked(version)
    if by.pk == version.proposed_by_id:
        raise AnotherPersonConfirms(_("You proposed it yourself: somebody else confirms it."))
    version = _decide(version, Status.CONFIRMED, "confirm_party_rule", by, now)
    if version.shop_id and version.bearer == Bearer.SHOP and not version.is_end:
        publish(
            PartyRuleOffered(
                version_id=version.public_id, shop_id=version.shop.public_id, party=version.rule.party.name,
                offered_at=now,
            )
        )  # fmt: skip
    return version


@transaction.atomic
def discard_version(*, version: PartyRuleVersion, by, now: datetime) -> PartyRuleVersion:
    """
    It does not come.

    :raises WrongStatus: it is confirmed, or discarded
    """
    return _decide(_locked(version), Status.DISCARDED, "discard_party_rule", by, now)


def _decide(version: PartyRuleVersion, status: str, did: str, by, now: datetime) -> PartyRuleVersion:
    PartyRuleVersion.FLOW.move(version, status)
    version.decided_by, version.decided_at = by, now
    version.save(update_fields=["status", "decided_by", "decided_at"])
    _record(did, version.rule.party, version.public_id, by, now, version=version.number)
    return version


def _locked(version: PartyRuleVersion) -> PartyRuleVersion:
    rows = PartyRuleVersion.objects.select_for_update(of=["self"]).select_related("rule__party__shop")
    return rows.get(pk=version.pk)


# Agreements


def agree(*, version: PartyRuleVersion, shop: Shop, by, now: datetime) -> PartyAgreement:
    """
    The shop gives its part away by this version, from its moment on, or from now on. Agreeing again changes nothing.

    :raises WrongPartyRule: it waits, was discarded, ended, or has a later version
    :raises TakesTooMuch: more than what was paid could be given away
    """
    with house_scope():
        shop = Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        version = _locked(version)
        if version not in offered_to(shop):
            raise WrongPartyRule(_("This rule cannot be agreed to (any more)."))
        standing = PartyAgreement.objects.filter(shop=shop, version=version, ended_at=None).first()
        if standing:
            return standing
        _check_room(PartyTerms.of(version, shop=shop.pk), shop, max(now, version.effective_at))
        made = PartyAgreement.objects.create(shop=shop, version=version, agreed_by=by, agreed_at=now)
        _record("agree_party_rule", version.rule.party, version.public_id, by, now, shop, version=version.number)
        _tell_answer(version, shop, now, is_agreed=True)
    return made


def end_agreement(*, rule: PartyRule, shop: Shop, by, now: datetime) -> int:
    """Orders from now on give nothing away by this rule; returns how many agreements ended, of all its versions."""
    with house_scope():
        standing = PartyAgreement.objects.filter(shop=shop, version__rule=rule, ended_at=None)
        latest = PartyRuleVersion.objects.filter(pk__in=standing.values("version")).order_by("-number").first()
        count = standing.update(ended_by=by, ended_at=now)
        if latest:
            _record("end_party_agreement", rule.party, rule.public_id, by, now, shop)
            _tell_answer(latest, shop, now, is_agreed=False)
    return count


def _tell_answer(version: PartyRuleVersion, shop: Shop, now: datetime, *, is_agreed: bool) -> None:
    if version.rule.party.shop_id is None:
        publish(
            PartyRuleAnswered(
                version_id=version.public_id, shop_id=shop.public_id, is_agreed=is_agreed, answered_at=now
            )
        )


def offers_waiting(shop: Shop) -> int:
    """How many rules of the mall's parties the shop has neither agreed to nor seen replaced."""
    with house_scope():
        agreed = PartyAgreement.objects.filter(shop=shop, ended_at=None)
        return offered_to(shop).exclude(pk__in=agreed.values("version")).count()


def offered_to(shop: Shop) -> QuerySet[PartyRuleVersion]:
    """The latest confirmed versions of rules of the mall's active parties; to each the shop may agree."""
    latest = PartyRuleVersion.objects.filter(status=Status.CONFIRMED, rule__party__shop=None)
    latest = latest.order_by("rule", "-number").distinct("rule").values("pk")
    found = PartyRuleVersion.objects.filter(pk__in=latest, is_end=False, rule__party__status=Party.Status.ACTIVE)
    found = found.filter(Q(shop=None) | Q(shop=shop), bearer=Bearer.SHOP)
    return with_names(found).order_by("pk")


def agreed_versions(shop: Shop) -> Iterable[PartyRuleVersion]:
    """What the shop has agreed to, the newest first."""
    agreed = PartyAgreement.objects.filter(shop=shop, ended_at=None)
    return with_names(PartyRuleVersion.objects.filter(pk__in=agreed.values("version"))).order_by("-pk")


def with_names(versions: QuerySet[PartyRuleVersion]) -> QuerySet[PartyRuleVersion]:
    """With everything that is said of a version, in one query."""
    return versions.select_related("rule__party__shop", "category", "brand", "product", "sku__product")


def _record(did: str, party: Party, about: str, by, now: datetime, shop: Shop | None = None, **facts) -> None:
    shop = shop or party.shop
    slug = {"shop_slug": shop.slug} if shop else {}
    record(f"orders.{did}", about, by=by, now=now, after={"party": party.public_id, **facts}, **slug)
