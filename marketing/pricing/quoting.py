"""The quote: which offers can be considered, the search, and the steps that write the trace."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from catalog.duty import AS_ENACTED, Rules, duties
from catalog.freight.charging import Goods, Plan, Terms, flat
from mall.money import DEFAULT_CURRENCY, Money
from mall.texts import Text
from marketing.pricing.bearing import borne, spread
from marketing.pricing.combining import Numbers, Search, State
from marketing.pricing.effects import Basket, Effect, borne_by_shop, lasts, pieces_at_flash_price, step_of
from marketing.pricing.lines import (
    Applied,
    Buyer,
    GiftTerms,
    Hint,
    LinePart,
    Perk,
    PricedLine,
    Quote,
    QuoteLine,
    ShopQuote,
    ShopTerms,
    Unused,
)
from marketing.pricing.offers import AddOn, FlashPrice, GiftWith, Layer, NForPrice, NthPiece, Offer, Reduction

ANYBODY = Buyer()

STEP_OF = {
    Layer.DEAL: "deal",
    Layer.FLASH: "flash_sale",
    Layer.GOODS: "goods_offer",
    Layer.SHOP: "full_reduction",
    Layer.SHOP_COUPON: "shop_coupon",
    Layer.MALL: "mall_reduction",
    Layer.MALL_COUPON: "mall_coupon",
    Layer.GIFT: "gift",
}
OFFER_STEP_VERSION = 1
NOT_HINTED_AT = frozenset({"early", "over", "spent", "gone"})  # more goods do not bring these


def quote(
    lines: Sequence[QuoteLine],
    terms: Mapping[int, ShopTerms],
    *,
    offers: Sequence[Offer] = (),
    buyer: Buyer = ANYBODY,
    at: datetime | None = None,
    duty_rules: Rules = AS_ENACTED,
) -> Quote:
    """
    Price these lines under the shops' terms, with the offers that together cost least.

    :param at: the moment; offers that begin later or are over by then are unusable. ``None``: whoever loaded them knows
    :param duty_rules: what is taken of goods from abroad
    :raises ValueError: a SKU stands on two lines, a quantity is not positive, or two offers have one key
    :raises TypeError: the amounts are in different currencies
    """
    if len({line.sku_id for line in lines}) != len(lines):
        raise ValueError("a SKU stands on one line of a quote")
    if any(line.quantity < 1 for line in lines):
        raise ValueError("a line of a quote has a positive quantity")
    if len({offer.key for offer in offers}) != len(offers):
        raise ValueError("two offers of a quote have one key")

    ordered = sorted(lines, key=lambda line: (line.shop_id, line.sku_id))
    currency = ordered[0].unit_price.currency if ordered else DEFAULT_CURRENCY
    if not offers:
        return _plain(ordered, terms, currency, duty_rules)
    if any(line.unit_price.currency != currency for line in ordered):
        raise TypeError("the lines of a quote have one currency")
    return _Pricing(ordered, terms, offers, buyer, at, currency, duty_rules).quote()


def _plain(lines: Sequence[QuoteLine], terms: Mapping[int, ShopTerms], currency: str, duty_rules: Rules) -> Quote:
    """Without any offer: goods and delivery."""
    nothing, shops = Money(0, currency), []
    for shop_id, theirs in _by_shop(lines).items():
        priced = tuple(
            PricedLine(line.sku_id, line.quantity, line.unit_price, nothing, line.unit_price * line.quantity)
            for line in theirs
        )
        part = _shop_quote(shop_id, priced, theirs, terms[shop_id], nothing, [])
        shops.append(_with_duty(part, theirs, frozenset(), duty_rules))
    return _quote(shops, currency)


class _Pricing:
    """One quote with offers, on its way."""

    def __init__(self, lines, terms, offers, buyer, at, currency, duty_rules):
        self.lines, self.terms, self.buyer, self.at, self.currency = lines, terms, buyer, at, currency
        self.duty_rules = duty_rules
        self.basket = Basket(
            sku_ids=tuple(line.sku_id for line in lines),
            shop_ids=tuple(line.shop_id for line in lines),
            prices=tuple(line.unit_price.minor for line in lines),
            quantities=tuple(line.quantity for line in lines),
            amounts=tuple(line.unit_price.minor * line.quantity for line in lines),
            places={line.sku_id: place for place, line in enumerate(lines)},
        )
        unseen = frozenset(line.sku_id for line in lines if not line.takes_offers)
        seen = [replace(offer, skus=offer.skus - unseen) for offer in offers] if unseen else offers
        self.search = Search(self.basket, seen, self._shipping)
        self.offers = self.search.offers
        self.shop_places = {
            shop_id: [self.basket.places[line.sku_id] for line in theirs]
            for shop_id, theirs in _by_shop(lines).items()
        }  # fmt: skip
        self.deliveries = {
            shop_id: _Delivery([lines[place] for place in places], terms[shop_id])
            for shop_id, places in self.shop_places.items()
        }

    def quote(self) -> Quote:
        refused: dict[int, Effect] = {}
        candidates, forced = [], set()
        for number, offer in enumerate(self.offers):
            why = self._why_not(number, offer)
            if why is not None:
                refused[number] = why
            else:
                candidates.append(number)
                if offer.is_coupon and self.buyer.chosen is not None:
                    forced.add(number)
        state = self.search.put(self._chosen(candidates, frozenset(forced)))
        return self._told(state, refused)

    def _why_not(self, number: int, offer: Offer) -> Effect | None:
        """Why the offer cannot be considered at all; what fails by itself fails beside others too."""
        if self.at is not None and offer.starts_at is not None and self.at < offer.starts_at:
            return Effect(why="early")
        if self.at is not None and offer.ends_at is not None and self.at >= offer.ends_at:
            return Effect(why="over")
        if isinstance(offer.rule, GiftWith) and not self._sends(offer.rule.shop_id):
            return Effect(why="elsewhere")
        alone = self.search.alone[number]
        if alone.why and alone.why != "spent":
            return alone
        if offer.is_coupon and self.buyer.chosen is not None and offer.key not in self.buyer.chosen:
            return Effect(why="not_chosen")
        return None

    def _sends(self, shop_id: int) -> bool:
        """Whether there is a parcel of this shop, in which a gift may go."""
        return any(self.lines[place].is_sent for place in self.shop_places.get(shop_id, ()))

    def _chosen(self, candidates: list[int], forced: Numbers) -> Numbers:
        """Shop by shop; where something is offered over several of them, its threshold looks at all at once."""
        gifts = frozenset(number for number in candidates if self.offers[number].layer == Layer.GIFT)
        candidates = [number for number in candidates if number not in gifts]
        if any(self._spans_shops(number) for number in candidates):
            return self.search.best(candidates, forced) | gifts
        chosen: Numbers = gifts
        for shop_id in self.shop_places:
            theirs = [number for number in candidates if self.offers[number].shop_id == shop_id]
            if theirs:
                chosen |= self.search.best(theirs, forced.intersection(theirs))
        return chosen

    def _spans_shops(self, number: int) -> bool:
        offer, shops = self.offers[number], self.basket.shop_ids
        return offer.shop_id is None or any(shops[place] != offer.shop_id for place in self.search.places[number])

    def _shipping(self, left: Sequence[int]) -> int:
        return sum(
            self.deliveries[shop_id].fee([left[place] for place in places])
            for shop_id, places in self.shop_places.items()
        )

    def _told(self, state: State, refused: dict[str, Effect]) -> Quote:
        parts: dict[int, list[LinePart]] = {}
        steps: dict[int, list[dict]] = {}
        gifts: dict[int, list[tuple[Offer, LinePart]]] = {}
        applied = []
        for number, at, taken in state.applied:
            if isinstance(self.offers[number].rule, GiftWith):
                applied.append(self._given(self.offers[number], at, state, steps, gifts))
            else:
                applied.append(self._applied(self.offers[number], at, taken, parts, steps))
        taken = {number: (at, parts) for number, at, parts in state.applied}
        coupons = frozenset(offer.key for offer in self.offers if offer.is_coupon)
        shops = []
        for shop_id, places in self.shop_places.items():
            theirs = [self.lines[place] for place in places]
            part = _shop_quote(
                shop_id,
                self._priced(places, parts, gifts.get(shop_id, [])),
                theirs,
                self.terms[shop_id],
                self._money(0),
                steps.get(shop_id, []),
            )
            shops.append(_with_duty(part, theirs, coupons, self.duty_rules))
        unused = tuple(
            self._unused(number, offer, refused.get(number), state)
            for number, offer in enumerate(self.offers)
            if number not in taken
        )
        idle = {offer.key for offer in unused if offer.reason in NOT_HINTED_AT}
        hints = tuple(
            found
            for number, offer in enumerate(self.offers)
            if offer.key not in idle and (found := self._hint(number, offer, taken.get(number), state))
        )
        return _quote(shops, self.currency, applied=tuple(applied), unused=unused, hints=hints)

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def _applied(self, offer: Offer, at, taken, parts, steps) -> Applied:
        """Note what an offer took: on its lines, in the traces of their shops, and in sum."""
        off = dict(zip(at, taken, strict=True))
        perk = self._perk(offer.rule, at, parts)
        by_shop, bearers = [], {}
        for shop_id, places, rows in borne_by_shop(offer, self.basket, at, taken):
            who, issuer = offer.bearers_in(shop_id), self._issuer(offer, shop_id)
            for place, row in zip(places, rows, strict=True):
                amount = self._money(off[place])
                part = LinePart(offer.key, offer.promotion, offer.name, amount, self._who(who, row), issuer)
                parts.setdefault(place, []).append(part)
            row = _columns(rows)
            lines = {str(self.basket.sku_ids[place]): off[place] for place in places}
            step = _offer_step(offer, -sum(row), who, row, lines)
            if issuer:
                step["issuer"] = {"shop": issuer[1], "name": dict(issuer[2])}
            steps.setdefault(shop_id, []).append(step)
            by_shop.append((shop_id, self._money(sum(row))))
            for (bearer, _bps), fen in zip(who, row, strict=True):
                bearers[bearer] = bearers.get(bearer, 0) + fen
        return Applied(
            key=offer.key,
            promotion=offer.promotion,
            name=offer.name,
            is_coupon=offer.is_coupon,
            shop_id=offer.shop_id,
            amount=self._money(sum(taken)),
            bearers=tuple((who, self._money(fen)) for who, fen in bearers.items() if fen),
            by_shop=tuple(sorted(by_shop, key=lambda pair: pair[0])),
            units=self._units(offer.rule, at, taken) if isinstance(offer.rule, FlashPrice) else (),
            terms=tuple((host.shop_id, host.terms) for host in offer.hosts),
            perk=perk,
        )

    def _perk(self, rule, at, parts) -> Perk | None:
        """What the step of a reduction promises beside what it takes off; ``parts`` is what offers before it took."""
        if not isinstance(rule, Reduction) or not any(tier.coupon for tier in rule.tiers):
            return None
        basket = self.basket
        counted = {
            basket.sku_ids[place]: basket.quantities[place]
            if rule.by_pieces
            else basket.amounts[place] - sum(part.amount.minor for part in parts.get(place, ()))
            for place in at
        }
        step = step_of(rule, sum(counted.values()))
        return Perk(step.coupon, step.at, rule.by_pieces, tuple(counted.items())) if step and step.coupon else None

    def _issuer(self, offer: Offer, shop_id: int) -> tuple[int, str, Text] | None:
        """Whose offer it is, where it is another shop's than that in which it is used."""
        if not offer.hosts or offer.shop_id is None or offer.host(shop_id) is None:
            return None
        public_id, name = offer.issuer or ("", Text())
        return offer.shop_id, public_id, name

    def _units(self, rule: FlashPrice, at, taken) -> tuple[tuple[int, int], ...]:
        """How many pieces of which SKU have the flash price."""
        places = {self.basket.sku_ids[place]: place for place, part in zip(at, taken, strict=True) if part}
        return tuple(
            (unit.sku_id, pieces_at_flash_price(unit, self.basket.quantities[places[unit.sku_id]]))
            for unit in rule.units
            if unit.sku_id in places
        )

    def _who(self, bearers: Sequence[tuple[str, int]], row: Sequence[int]) -> tuple[tuple[str, Money], ...]:
        """Who bears how much, of those who bear anything."""
        return tuple([(who, self._money(fen)) for (who, _bps), fen in zip(bearers, row, strict=True) if fen])

    def _given(self, offer: Offer, at, state: State, steps, gifts) -> Applied:
        rule = offer.rule
        terms = GiftTerms(
            at=rule.at,
            spent=sum(state.left[place] for place in at),
            pieces=rule.quantity,
            of=tuple(self.basket.sku_ids[place] for place in at),
        )
        held = self.basket.places.get(rule.sku_id)  # beside what she buys of it, it is worth what that costs
        value = self._money(rule.price if held is None else self.basket.prices[held]) * rule.quantity
        ((row,)) = borne([value.minor], offer.bearers)
        who = self._who(offer.bearers, row)
        part = LinePart(offer.key, offer.promotion, offer.name, value, who, gift=terms)
        gifts.setdefault(rule.shop_id, []).append((offer, part))
        step = _offer_step(offer, -value.minor, offer.bearers, row, {str(rule.sku_id): value.minor})
        steps.setdefault(rule.shop_id, []).append(step)
        return Applied(
            key=offer.key,
            promotion=offer.promotion,
            name=offer.name,
            is_coupon=False,
            shop_id=offer.shop_id,
            amount=value,
            bearers=who,
            by_shop=((rule.shop_id, value),),
            gift=(rule.sku_id, rule.quantity),
        )

    def _priced(self, places, parts, gifts) -> tuple[PricedLine, ...]:
        """The lines of a shop with their parts, then what is given with them; a SKU stands on one line."""
        held: dict[int, tuple[Money, int, list[LinePart], int]] = {
            self.lines[place].sku_id: (
                self.lines[place].unit_price,
                self.lines[place].quantity,
                parts.get(place, []),
                0,
            )
            for place in places
        }
        for offer, part in gifts:
            rule = offer.rule
            price, quantity, theirs, given = held.get(rule.sku_id, (self._money(rule.price), 0, [], 0))
            held[rule.sku_id] = (price, quantity + rule.quantity, [*theirs, part], given + rule.quantity)
        return tuple(
            _line(sku_id, price, quantity, tuple(theirs), given)
            for sku_id, (price, quantity, theirs, given) in held.items()
        )

    def _unused(self, number: int, offer: Offer, refused: Effect | None, state: State) -> Unused:
        found = refused
        if found is None or found.why == "short":  # thresholds look at what the offers that are used have left
            _at, now = self.search.now(number, state)
            if now.why in ("short", "spent", "gone"):
                found = now
            elif found is None:  # it could have been used, but for the price
                found = Effect(why="worse")
        return Unused(
            key=offer.key,
            promotion=offer.promotion,
            name=offer.name,
            is_coupon=offer.is_coupon,
            shop_id=offer.shop_id,
            reason=found.why,
            gap=self._money(found.gap) if found.gap else None,
            pieces=found.pieces,
            skus=tuple(sorted(offer.skus)) if isinstance(offer.rule, FlashPrice) else (),
        )

    def _hint(self, number: int, offer: Offer, own: tuple | None, state: State) -> Hint | None:
        """How far it is to the next tier of an offer that asks for nothing but to buy more."""
        rule = offer.rule
        if offer.is_coupon:
            return None
        at = own[0] if own else self.search.open_to(number, state)
        if not at:
            return None
        taken = dict(zip(*own, strict=True)) if own else {}
        spent = sum(state.left[place] + taken.get(place, 0) for place in at)
        pieces = sum(self.basket.quantities[place] for place in at)
        gap = missing = off = bps = 0
        match rule:
            case Reduction(tiers=tiers, every=every, by_pieces=by_pieces, cap=cap):
                if cap is not None and sum(taken.values()) >= cap:
                    return None
                count = pieces if by_pieces else spent
                if every:
                    step = tiers[0].at
                    away, off = step - count % step, tiers[0].off * (count // step + 1)
                else:
                    tier = next((tier for tier in tiers if tier.at > count), None)
                    if tier is None:
                        return None
                    away, off, bps = tier.at - count, tier.off, tier.bps
                off = off if cap is None else min(off, cap)
                gap, missing = (0, away) if by_pieces else (away, 0)
            case NthPiece(n=n, bps=less) if pieces % n:
                missing, bps = n - pieces % n, less
            case NForPrice(n=n) if pieces % n:
                missing = n - pieces % n
            case GiftWith(at=least) if spent < least and lasts(rule, self.basket) and self._sends(rule.shop_id):
                gap = least - spent
            case AddOn(at=least, prices=prices):
                added = {sku_id for sku_id, _price in prices}
                spent = sum(state.left[place] for place in at if self.basket.sku_ids[place] not in added)
                if spent >= least:
                    return None
                gap = least - spent
            case _:
                return None
        return Hint(
            key=offer.key,
            name=offer.name,
            shop_id=offer.shop_id,
            gap=self._money(gap) if gap else None,
            pieces=missing,
            off=self._money(off) if off else None,
            bps=bps,
            shops=(offer.issuer[1], *(host.name for host in offer.hosts)) if offer.hosts and offer.issuer else (),
        )


# Steps and their sums -------------------------------------------------------------------------------------------------


def _by_shop(lines: Sequence[QuoteLine]) -> dict[int, list[QuoteLine]]:
    by_shop: dict[int, list[QuoteLine]] = {}
    for line in lines:
        by_shop.setdefault(line.shop_id, []).append(line)
    return by_shop


def _line(sku_id: int, price: Money, quantity: int, parts: tuple[LinePart, ...], gifts: int) -> PricedLine:
    discount = Money.total((part.amount for part in parts), price.currency)
    return PricedLine(
        sku_id=sku_id,
        quantity=quantity,
        unit_price=price,
        discount=discount,
        total=price * quantity - discount,
        parts=parts,
        gifts=gifts,
    )


class _Delivery:
    """What delivery of a shop's lines costs: one flat fee for all that is sent, or template by template."""

    def __init__(self, lines: Sequence[QuoteLine], terms: ShopTerms):
        self.terms = terms
        self.places = [place for place, line in enumerate(lines) if line.is_sent]
        self.sku_ids = [lines[place].sku_id for place in self.places]
        self.plan = None
        if terms.sent and any(sku_id in terms.sent for sku_id in self.sku_ids):
            whole = flat(terms.shipping_fee, terms.free_shipping_over)
            self.plan = Plan([_goods(lines[place], terms, whole) for place in self.places], terms.to)

    def fee(self, left: Sequence[int]) -> int:
        """The fee when so many fen are left to be paid for each line."""
        if not self.places:
            return 0
        sent = [left[place] for place in self.places]
        if self.plan:
            return self.plan.fee(sent)
        over = self.terms.free_shipping_over
        return 0 if over is not None and sum(sent) >= over.minor else self.terms.shipping_fee.minor


def _goods(line: QuoteLine, terms: ShopTerms, whole: Terms) -> Goods:
    sent = terms.sent.get(line.sku_id)
    if sent is None or sent.terms is None:
        return Goods(line.sku_id, whole, line.quantity)
    return Goods(line.sku_id, sent.terms, line.quantity, sent.grams, sent.cm3)


def _shop_quote(
    shop_id: int,
    lines: tuple[PricedLine, ...],
    asked: Sequence[QuoteLine],
    terms: ShopTerms,
    nothing: Money,
    steps: list[dict],
) -> ShopQuote:
    """
    Goods at their prices, what offers take off, and the fee for delivery of what was asked for and is sent, unless what
    is paid for that is enough to be sent free.
    """
    goods = Money.total((line.unit_price * line.quantity for line in lines), nothing.currency)
    discount = Money.total((line.discount for line in lines), nothing.currency)
    delivery, paid = _Delivery(asked, terms), {line.sku_id: line.total.minor for line in lines}
    amounts = [paid[line.sku_id] for line in asked]
    found = delivery.plan and delivery.plan.freight([amounts[place] for place in delivery.places])
    fee = Money(found.fee if found else delivery.fee(amounts), nothing.currency)
    over = terms.free_shipping_over
    if not delivery.places:
        step = {"step": "shipping", "version": 1, "amount": 0, "sent": False}
    elif found:
        step = {
            "step": "shipping",
            "version": 2,
            "amount": fee.minor,
            "charges": [charge.as_data() for charge in found.charges],
            "lines": {str(sku_id): fen for sku_id, fen in found.lines.items()},
        }
    else:
        step = {
            "step": "shipping",
            "version": 1,
            "amount": fee.minor,
            "fee": terms.shipping_fee.minor,
            "free_over": None if over is None else over.minor,
            "free": over is not None and sum(amounts[place] for place in delivery.places) >= over.minor,
        }
    pieces = sum(line.quantity for line in lines)
    return ShopQuote(
        shop_id=shop_id,
        lines=lines,
        goods_total=goods,
        shipping_fee=fee,
        discount=discount,
        duty=nothing,
        total=goods + fee - discount,
        trace=[{"step": "goods", "version": 1, "amount": goods.minor, "pieces": pieces}, *steps, step],
        freight=found,
    )


def _with_duty(part: ShopQuote, asked: Sequence[QuoteLine], coupons: frozenset[str], rules: Rules) -> ShopQuote:
    """
    A shop's part with the duty of what comes from abroad, which is one order.

    The value of goods is what they cost after promotions, but before coupons: a coupon is a means of payment to customs
    (General Administration of Customs, letter Shuiguanhan 2016 No. 73). A flat fee for delivery belongs to the goods
    from abroad where the shop sends nothing else; what a template charges belongs to the lines that caused it.
    """
    rates = {line.sku_id: line.rates for line in asked if line.rates is not None}
    if not rates:
        return part
    lines = [line for line in part.lines if line.sku_id in rates]
    worth = [line.total.minor + sum(cut.amount.minor for cut in line.parts if cut.key in coupons) for line in lines]
    if part.freight:
        delivery = [part.freight.lines.get(line.sku_id, 0) for line in lines]
    else:
        fee = part.shipping_fee.minor if all(line.sku_id in rates for line in asked if line.is_sent) else 0
        delivery = spread(fee, worth if any(worth) else [line.quantity for line in lines])
    values = [Money(sum(of), part.total.currency) for of in zip(worth, delivery, strict=True)]
    pieces = sum(line.quantity for line in lines)
    found = duties(values, [rates[line.sku_id] for line in lines], pieces=pieces, rules=rules)
    of_line = {line.sku_id: duty for line, duty in zip(lines, found, strict=True)}
    duty = Money.total((one.amount for one in found), part.total.currency)
    step = {
        "step": "duty",
        "version": 1,
        "amount": duty.minor,
        "share_bps": rules.share_bps,
        "lines": {str(sku_id): one.as_data() for sku_id, one in of_line.items()},
    }
    return replace(
        part,
        lines=tuple(replace(line, duty=of_line.get(line.sku_id)) for line in part.lines),
        duty=duty,
        total=part.total + duty,
        trace=[*part.trace, step],
    )


def _columns(rows: Sequence[Sequence[int]]) -> list[int]:
    """The sum of each column."""
    return [sum(column) for column in zip(*rows, strict=True)]


def _offer_step(offer: Offer, amount: int, bearers, row: Sequence[int], lines: dict[str, int]) -> dict:
    return {
        "step": STEP_OF[offer.layer],
        "version": OFFER_STEP_VERSION,
        "amount": amount,
        "offer": offer.key,
        "promotion": offer.promotion,
        "rule": offer.version,
        "name": dict(offer.name),
        "borne": {who: fen for (who, _bps), fen in zip(bearers, row, strict=True) if fen},
        "lines": lines,
    }


def _quote(shops: Sequence[ShopQuote], currency: str, **found) -> Quote:
    return Quote(
        shops=tuple(shops),
        total=Money.total((shop.total for shop in shops), currency),
        discount=Money.total((shop.discount for shop in shops), currency),
        duty=Money.total((shop.duty for shop in shops), currency),
        fingerprint=_mark(shops),
        **found,
    )


def _mark(shops: Sequence[ShopQuote]) -> str:
    """The fingerprint: everything that the shopper would notice on her bill."""
    content = [
        [
            shop.shop_id,
            shop.shipping_fee.minor,
            shop.total.minor,
            shop.total.currency,
            [
                [line.sku_id, line.quantity, line.unit_price.minor, line.discount.minor]
                + ([line.duty.amount.minor] if line.duty else [])
                for line in shop.lines
            ],
        ]
        for shop in shops
    ]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()[:32]
