"""A person asks to open a shop, step by step, and follows her application until the shop is open."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.refusals import Refusal
from merchants import application_checks, applications, document_files, trades
from merchants.abandoned import expires_at
from merchants.documents import DocumentRefused, hand_in_document, may_hand_in
from merchants.models import Application, Document, Seat, Trade
from merchants.storefront.forms import BusinessForm, DocumentForm, ShopForm, StatementsForm, TradeForm
from merchants.storefront.shown import shown_file

STEPS = ("business", "shop", "papers", "send")
STEPS_FOR_TRADE = ("goods", "papers", "send")
_FORMS = {"business": BusinessForm, "shop": ShopForm, "goods": TradeForm}
_CHECKS = {
    "business": application_checks.errors_of_business,
    "shop": application_checks.errors_of_shop,
    "goods": application_checks.errors_of_trade,
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that is asked for, and the one that was handed in."""

    requirement: object
    document: Document | None
    is_open: bool


def _mine(request: HttpRequest, public_id: str) -> Application:
    rows = request.user.applications.select_related("shop", "for_shop", "merchant")
    return get_object_or_404(rows, public_id=public_id)


def _steps(row: Application) -> tuple[str, ...]:
    return STEPS_FOR_TRADE if row.is_for_trade else STEPS


def _to(application: Application) -> HttpResponse:
    return redirect("storefront:merchants:application", application.public_id)


def _to_step(application: Application, step: str, *, check: bool = False) -> HttpResponse:
    address = reverse("storefront:merchants:step", args=[application.public_id, step])
    return redirect(f"{address}?check=1" if check else address)


@login_required
def apply(request: HttpRequest) -> HttpResponse:
    standing = request.user.applications.to_join().not_ended().order_by("pk").first()
    if standing is not None and request.method != "POST":
        return _to(standing)
    form = BusinessForm(None, request.POST if request.method == "POST" else None)
    if form.is_valid():
        row = applications.start_application(applicant=request.user, fields=form.typed(), now=clock.now())
        if standing is not None:
            return _to(row)
        wrong = application_checks.errors_of_business(row)
        return _to_step(row, "business" if wrong else "shop", check=bool(wrong))
    return TemplateResponse(request, "storefront/merchants/apply.html", {"form": form})


@login_required
@never_cache
def step(request: HttpRequest, public_id: str, step: str) -> HttpResponse:
    row = _mine(request, public_id)
    if step not in _steps(row):
        raise Http404
    if row.status not in Application.WITH_APPLICANT:
        return _to(row)
    if step in _FORMS:
        return _form_step(request, row, step)
    return _papers_step(request, row) if step == "papers" else _send_step(request, row)


def _form_step(request: HttpRequest, row: Application, step: str) -> HttpResponse:
    form = _FORMS[step](row, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            row = applications.save_draft(application=row, fields=form.typed(), now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return _to(row)
        errors = _CHECKS[step](row)
        if "later" in request.POST:
            messages.success(request, _("Kept. You can go on whenever you like."))
            return _to(row)
        if not errors:
            return _to_step(row, _steps(row)[_steps(row).index(step) + 1])
        messages.warning(request, _("Kept. Something must still be put right."))
        form.take_errors(errors)
    elif request.method != "POST" and "check" in request.GET:
        form.show_errors(_CHECKS[step](row))
    return _step_page(request, row, step, {"form": form})


def _papers_step(request: HttpRequest, row: Application) -> HttpResponse:
    asked = applications.asked_for(row, now=clock.now())
    form = StatementsForm(row, asked.statements, request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = {name: words for name, words in form.cleaned_data.items() if not form.fields[name].disabled}
        if typed:
            try:
                row = applications.save_draft(application=row, fields={"statements": typed}, now=clock.now())
            except Refusal as refusal:
                messages.error(request, str(refusal))
                return _to(row)
        return _to(row) if "later" in request.POST else _to_step(row, "send")
    return _step_page(request, row, "papers", {"form": form, "papers": _papers(row, asked), "asked": asked})


def _papers(row: Application, asked) -> list[Paper]:
    there = {document.kind: document for document in row.documents.current()}
    return [
        Paper(requirement, there.get(requirement.code), may_hand_in(row, requirement.code, there.get(requirement.code)))
        for requirement in asked.documents
    ]


def _send_step(request: HttpRequest, row: Application) -> HttpResponse:
    now = clock.now()
    asked, errors = applications.asked_for(row, now=now), applications.errors_of(row, now=now)
    context = {"papers": _papers(row, asked), "asked": asked, "errors": _by_step(row, errors), "is_ready": not errors}
    return _step_page(request, row, "send", context)


def _titles(row: Application) -> dict[str, str]:
    if row.is_for_trade:
        return {"goods": _("The goods")}
    return {"business": _("The business"), "shop": _("The shop")}


def _by_step(row: Application, errors: dict[str, str]) -> list[dict]:
    """The sentences, each with the step where it is put right."""
    titles = _titles(row) | {"papers": _("Documents")}
    found: dict[str, list[str]] = {step: [] for step in titles}
    for name, sentence in errors.items():
        step = next((step for step, names in applications.steps_of(row).items() if name in names), "papers")
        found[step].append(sentence)
    return [{"step": step, "title": titles[step], "sentences": told} for step, told in found.items() if told]


def _step_page(request: HttpRequest, row: Application, step: str, context: dict) -> HttpResponse:
    place = _steps(row).index(step)
    before = _steps(row)[place - 1] if place else ""
    return TemplateResponse(
        request,
        f"storefront/merchants/step_{step}.html",
        {
            "application": row,
            "step": step,
            "number": place + 1,
            "count": len(_steps(row)),
            "before": before,
            "trade": _trade(row),
            **context,
        },
    )


@login_required
@require_POST
def ask_for_trade(request: HttpRequest, shop: str, trade: str) -> HttpResponse:
    """An owner, in the back office, asked for one more trade: here she goes on as who opens a shop does."""
    seats = request.user.seats.filter(role=Seat.Role.OWNER).select_related("shop__merchant")
    place = get_object_or_404(seats, shop__slug=shop).shop
    wanted = get_object_or_404(Trade, slug=trade)
    try:
        row = trades.ask_for_trade(shop=place, trade=wanted, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("backoffice:merchants:trades", place.slug)
    if row.applicant_id != request.user.pk:
        messages.info(request, _("Another owner of your business is asking for this trade already."))
        return redirect("backoffice:merchants:trades", place.slug)
    return _to_step(row, "goods") if row.status in Application.WITH_APPLICANT else _to(row)


def _trade(row: Application) -> Trade | None:
    """The one trade that it is about; none for who wants to open a shop."""
    return Trade.objects.get(slug=row.trades[0]) if row.is_for_trade else None


@login_required
@never_cache
def document(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    row, now = _mine(request, public_id), clock.now()
    requirement = applications.asked_for(row, now=now).document(kind)
    if requirement is None:
        raise Http404
    former = row.documents.current().filter(kind=kind).first()
    if not may_hand_in(row, kind, former):
        return _to(row)
    bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DocumentForm(
        requirement=requirement, former=former, accept=document_files.ACCEPT, data=bound[0], files=bound[1]
    )
    if form.is_valid():
        try:
            hand_in_document(
                application=row,
                kind=kind,
                said=form.said(),
                file=form.cleaned_data["file"],
                by=request.user,
                now=now,
            )
        except DocumentRefused as refusal:
            form.take_errors(refusal.errors)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return _to(row)
        else:
            messages.success(request, _("%(document)s is kept.") % {"document": requirement.name})
            return _to_step(row, "papers")
    context = {"application": row, "form": form, "requirement": requirement, "former": former}
    return TemplateResponse(request, "storefront/merchants/document.html", context)


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, public_id: str, document_id: str) -> HttpResponse:
    """The applicant sees what she handed in."""
    document = get_object_or_404(_mine(request, public_id).documents, public_id=document_id)
    return shown_file(document, document_files.content_of(document))


@login_required
@require_POST
def hand_in(request: HttpRequest, public_id: str) -> HttpResponse:
    row = _mine(request, public_id)
    try:
        applications.submit_application(application=row, now=clock.now())
    except applications.ApplicationRefused:
        return _to_step(row, "send")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you. We answer within three working days."))
    return _to(row)


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    row = _mine(request, public_id)
    try:
        applications.withdraw_application(application=row, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your application is withdrawn."))
    return _to(row)


@login_required
@never_cache
def agreements(request: HttpRequest, public_id: str) -> HttpResponse:
    row, now = _mine(request, public_id), clock.now()
    if row.status != Application.Status.APPROVED:
        return _to(row)
    if request.method == "POST":
        ids = [int(key) for key in request.POST.getlist("agreement") if key.isdecimal() and len(key) < 18]
        try:
            row = applications.accept_agreements(application=row, agreement_ids=ids, by=request.user, now=now)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            if row.status == Application.Status.AGREED:
                return redirect("storefront:settlement:deposit", row.public_id)
            return _to(row)
    context = {"application": row, "agreements": applications.agreements_for(row, now=now)}
    return TemplateResponse(request, "storefront/merchants/agreements.html", context)


@login_required
@never_cache
@require_safe
def application(request: HttpRequest, public_id: str) -> HttpResponse:
    row = _mine(request, public_id)
    asked = applications.asked_for(row, now=clock.now())
    context = {
        "application": row,
        "papers": _papers(row, asked),
        "asked": asked,
        "open_steps": _open_steps(row),
        "decisions": list(row.decisions.exclude(outcome="to_person").order_by("-pk")),
        "shop": row.shop or row.for_shop,
        "trade": _trade(row),
        "expires_at": expires_at(row),
        "first_step": _steps(row)[0],
    }
    return TemplateResponse(request, "storefront/merchants/application.html", context)


def _open_steps(row: Application) -> list[dict]:
    """Where an applicant who was asked for changes may change something."""
    return [
        {"step": step, "title": _titles(row)[step]}
        for step, names in applications.steps_of(row).items()
        if any(applications.may_change(row, name) for name in names)
    ]
