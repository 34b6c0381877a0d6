"""A shop's joint promotions (K2): what it proposes to others, what others propose to it, what both have signed."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall import clock
from mall.pages import Choice, paginate
from mall.refusals import Refusal
from marketing import joint, tunables, words
from marketing.backoffice.joint_forms import JointForm, ReasonForm
from marketing.models import JointTerms, Promotion
from merchants import standing
from merchants.access import shop_right

PER_PAGE = 30
Status = JointTerms.Status
PHASES = {
    "proposed": (gettext_lazy("Waits for a signature"), "info"),
    "running": (gettext_lazy("In force"), "good"),
    "resting": (gettext_lazy("Rests"), "warn"),
    "used_up": (gettext_lazy("Limit used up"), "warn"),
    "ending": (gettext_lazy("In force, notice given"), "warn"),
    "over": (gettext_lazy("Over"), "quiet"),
    "declined": (gettext_lazy("Declined"), "bad"),
    "withdrawn": (gettext_lazy("Withdrawn"), "quiet"),
}
SIGNED = Q(status__in=[Status.SIGNED, Status.ENDED])


@shop_right("shop.see")
@require_safe
def joint_list(request: HttpRequest) -> HttpResponse:
    """``?state=``: what waits for an answer, what is in force, what is over."""
    now, between = clock.now(), JointTerms.objects.between(request.shop)
    shown = {
        "": between,
        "proposed": between.filter(status=Status.PROPOSED, until__gt=now),
        "signed": between.filter(SIGNED, ends_at__gt=now),
        "over": between.exclude(SIGNED & Q(ends_at__gt=now)).exclude(status=Status.PROPOSED, until__gt=now),
    }
    state = request.GET.get("state", "")
    state = state if state in shown else ""
    url = reverse("backoffice:marketing:joint", args=[request.shop.slug])
    labels = {"": _("All"), "proposed": pgettext("joint terms", "Waiting"), "signed": _("In force"), "over": _("Over")}
    tabs = [
        Choice(value, label, f"{url}?state={value}" if value else url, value == state, shown[value].count())
        for value, label in labels.items()
    ]
    page = paginate(shown[state].order_by("-pk"), request, per_page=PER_PAGE)
    _dress(list(page), request.shop)
    context = {
        "page": page,
        "tabs": tabs,
        "why_not": standing.why_not_join(request.shop),
        "can_edit": request.seat.can("promotions.edit"),
    }
    return render(request, "backoffice/marketing/joint.html", context)


@shop_right("promotions.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def joint_add(request: HttpRequest) -> HttpResponse:
    """``?promotion=`` and ``?host=`` (the address of a shop) fill in what is known already."""
    now = clock.now()
    initial = {"promotion": request.GET.get("promotion", ""), "host": request.GET.get("host", "")[:200]}
    known = Promotion.objects.owned_by(request.shop).filter(public_id=initial["promotion"]).first()
    if known is not None:
        initial["until"] = known.ends_at
    form = JointForm(request.POST or None, shop=request.shop, now=now, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            terms = joint.propose_terms(
                promotion=values["promotion"],
                shop=request.shop,
                host=joint.found_shop(values["host"], besides=request.shop),
                issuer_bps=values["part"],
                cap=values["cap"],
                until=values["until"],
                message=values["message"],
                by=request.user,
                now=now,
            )
        except Refusal as refusal:
            form.place_error(refusal.details.get("field", ""), str(refusal))
        else:
            messages.success(request, _("Proposed: the other shop is told of it."))
            return redirect("backoffice:marketing:joint-detail", request.shop.slug, terms.public_id)
    context = {"form": form, "why_not": standing.why_not_join(request.shop)}
    return render(request, "backoffice/marketing/joint_add.html", context)


@shop_right("shop.see")
@require_safe
def joint_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, _found(request, public_id))


def _page(request: HttpRequest, terms: JointTerms) -> HttpResponse:
    earlier = JointTerms.objects.between(request.shop).filter(promotion=terms.promotion_id, host=terms.host_id)
    earlier = list(earlier.exclude(pk=terms.pk).order_by("-version"))
    _dress([terms, *earlier], request.shop)
    can_edit = request.seat.can("promotions.edit")
    is_open = terms.status == Status.PROPOSED
    context = {
        "terms": terms,
        "sentences": words.rule_in_words(terms.kind, terms.rule, terms.currency),
        "why_resting": joint.why_resting(terms) if terms.phase == "resting" else "",
        "figures": joint.figures_of(terms)[0] if terms.status in JointTerms.HONORED else None,
        "earlier": earlier,
        "reason": ReasonForm(),
        "notice_days": tunables.JOINT_NOTICE_DAYS.value,
        "can_sign": can_edit and is_open and not terms.is_own and terms.until > clock.now(),
        "can_withdraw": can_edit and is_open and terms.is_own,
        "can_end": can_edit and terms.status == Status.SIGNED and terms.ends_at > clock.now(),
        "renew": _renewal(terms) if can_edit and terms.is_own and not is_open else None,
        "why_not": standing.why_not_join(request.shop),
    }
    return render(request, "backoffice/marketing/joint_detail.html", context)


def _renewal(terms: JointTerms) -> dict | None:
    """What a new proposal to the same shop begins with; none when the promotion cannot be proposed any more."""
    promotion = Promotion.objects.owned_by(terms.shop_id).get(pk=terms.promotion_id)
    if joint.why_not_joint(promotion, clock.now()):
        return None
    return {"promotion": promotion.public_id, "host": joint.address_of(terms.host_id)}


@shop_right("promotions.edit")
@require_POST
def joint_do(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: sign or decline what was proposed, withdraw what one has proposed, end what both have signed."""
    terms = _found(request, public_id)
    action, given = request.POST.get("action", ""), {}
    verb, done = {
        "sign": (joint.sign_terms, _("Signed. It counts for your goods from now on.")),
        "decline": (joint.decline_terms, _("Declined.")),
        "withdraw": (joint.withdraw_terms, _("Withdrawn.")),
        "end": (joint.end_terms, _("Notice is given; the other shop is told of it.")),
    }.get(action, (None, ""))
    if action in ("decline", "end"):
        given["reason"] = request.POST.get("reason", "")[:300]
    if verb is None or (terms.shop_id != request.shop.pk and action == "withdraw"):
        messages.error(request, _("Choose what to do."))
    elif terms.host_id != request.shop.pk and action in ("sign", "decline"):
        messages.error(request, _("The other shop decides about that."))
    else:
        try:
            verb(terms=terms, shop=request.shop, by=request.user, now=clock.now(), **given)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
    return redirect("backoffice:marketing:joint-detail", request.shop.slug, terms.public_id)


def _found(request: HttpRequest, public_id: str) -> JointTerms:
    between = JointTerms.objects.between(request.shop).select_related("proposed_by", "answered_by", "ended_by")
    return get_object_or_404(between, public_id=public_id)


def _dress(rows: list[JointTerms], shop) -> None:
    """Seen from this shop: whose promotion it is, who the other one is, which part is borne here, what it does now."""
    now, resting = clock.now(), joint.resting(rows)
    for terms in rows:
        _dress_one(terms, shop)
        terms.phase = joint.phase(terms, now, is_resting=terms.pk in resting)
        terms.phase_label, terms.phase_tone = PHASES[terms.phase]


def _dress_one(terms: JointTerms, shop) -> None:
    terms.is_own = terms.shop_id == shop.pk
    terms.other = terms.host_name if terms.is_own else terms.shop_name
    terms.part = words.percent(terms.issuer_bps if terms.is_own else terms.host_bps)
    terms.issuer_part, terms.host_part = words.percent(terms.issuer_bps), words.percent(terms.host_bps)
