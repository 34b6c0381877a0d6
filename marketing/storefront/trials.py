"""The shopper's pages of free trials: what can be tried, one trial with its application, and her own."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog.offers import buyable_skus
from mall import clock
from mall.pages import paginate
from mall.refusals import Refusal
from marketing.models import TrialApplication
from marketing.trials import applying, deciding, showing

PER_PAGE = 20
Status = TrialApplication.Status


class ApplicationForm(forms.Form):
    """For which thing, and why."""

    thing = forms.ChoiceField(label=gettext_lazy("What you would like to try"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("Why you?"),
        min_length=applying.LEAST,
        max_length=applying.MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A sentence that the shop and other shoppers read, beside your covered name."),
    )

    def __init__(self, *args, wares, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["thing"].choices = [
            (ware.sku.public_id, f"{ware.sku.title} {ware.sku.choice_text}".strip()) for ware in wares
        ]
        self.initial.setdefault("thing", self.fields["thing"].choices[0][0])


@never_cache
@require_safe
def trials(request: HttpRequest) -> HttpResponse:
    """What can be applied for now."""
    return render(request, "storefront/marketing/trials.html", {"trials": showing.running(now=clock.now())})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest, public_id: str) -> HttpResponse:
    """One trial: what is given away, who has applied, and the form; when it is drawn, the winners and the proof."""
    promotion = get_object_or_404(showing.public(), public_id=public_id)
    shown = showing.one(promotion, now=clock.now())
    person = request.user if request.user.is_authenticated else None
    mine = TrialApplication.objects.filter(promotion=promotion, shopper=person).first() if person else None
    form = None
    if shown.phase == "open" and mine is None:
        form = ApplicationForm(request.POST or None, wares=shown.wares)
        if request.method == "POST":
            if person is None:
                return redirect_to_login(request.path)
            if form.is_valid() and _applied(request, form, shown):
                return redirect(request.path)
    elif request.method == "POST":
        messages.info(request, _("You have applied here already.") if mine else _("Applications are closed."))
        return redirect(request.path)
    applications = promotion.trial_applications.select_related("shopper")
    applications = applications.order_by(*(("place", "pk") if shown.phase == "decided" else ("-pk",)))
    context = {
        "shown": shown,
        "form": form,
        "mine": mine,
        "page": paginate(applications, request, per_page=PER_PAGE),
        "decided_at": deciding.decided_at(promotion),
        "winners": TrialApplication.WINNERS,
    }
    return render(request, "storefront/marketing/trial.html", context)


def _applied(request: HttpRequest, form: ApplicationForm, shown: showing.Shown) -> bool:
    chosen = next(ware for ware in shown.wares if ware.sku.public_id == form.cleaned_data["thing"])
    try:
        applying.apply(units=chosen.units, shopper=request.user, words=form.cleaned_data["words"], now=clock.now())
    except applying.AppliedBefore as refusal:
        messages.info(request, str(refusal))
    except Refusal as refusal:
        form.add_error("words", str(refusal))
        return False
    else:
        messages.success(request, _("You have applied. You are told if you may try it."))
    return True


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What she has applied for, the latest first, and what she can do next."""
    now = clock.now()
    rows = request.user.trial_applications.select_related("promotion", "sku").order_by("-pk")
    page = paginate(rows, request, per_page=PER_PAGE)
    wares = {ware.sku_id: ware for ware in buyable_skus([row.sku_id for row in page])}
    for row in page:
        row.ware = wares[row.sku_id]
        row.take_url = ""
        if row.status == Status.WON and row.take_by > now:
            row.take_url = reverse("storefront:orders:deal-checkout", args=[row.public_id, row.ware.public_id])
        row.may_report = row.status == Status.TAKEN and row.report_by is not None
        row.is_late = row.may_report and row.report_by < now
    return render(request, "storefront/marketing/my_trials.html", {"page": page})
