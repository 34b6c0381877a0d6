"""
The case page: everything about one application, and every decision, without leaving it (M1, M2). Beside it the rows
that say what is asked of whom.
"""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from mall import clock, workdays
from mall.access.granting import NoAccess, grants_for, note_look
from mall.accounts.factors import ask_fresh_factor, is_fresh
from mall.audit.models import AuditRecord
from mall.forms import TextFormField
from mall.refusals import Refusal
from mall.staff import ReadOnlyAdmin, SpeaksTexts
from mall.texts import Text
from merchants import applications
from merchants.blacklist import WrongValue, add_to_blacklist, normal, remove_from_blacklist
from merchants.documents import accept_document, look_at_document, refuse_document, reveal_number
from merchants.models import (
    Agreement,
    AgreementRenewal,
    Application,
    Blacklisted,
    Document,
    RegistryAnswer,
    Requirement,
    Trade,
)
from merchants.requirements import (
    asked_of_merchant,
    earliest_binding,
    publish_agreement,
    save_requirement,
    save_trade,
)
from merchants.storefront.shown import shown_file

CHECKS = {
    "credit_code": _("Credit code"),
    "duplicates": _("Business not yet here"),
    "address": _("Address free"),
    "shop_name": _("Name of the shop"),
    "goods": _("Goods"),
    "rejected_before": _("Rejected before"),
    "phone_of_others": _("Phone used by other applicants"),
    "blacklist": _("Blacklist"),
    "papers_of_others": _("Documents used by other applicants"),
    "dates": _("Documents that run out soon"),
    "register": _("Register"),
    "needs_person": _("A person must look at it"),
}
MOST_RECORDS = 60
Status = Application.Status


class ReasonForm(forms.Form):
    """Why: the applicant reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The merchant reads it."),
    )


class ChangesForm(ReasonForm):
    fields_open = forms.MultipleChoiceField(
        label=_("May be changed, beside refused documents"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        labels = {name: Application._meta.get_field(name).verbose_name for name in (*applications.FIELDS, "statements")}
        self.fields["fields_open"].choices = list(labels.items())


class OverdueFilter(admin.SimpleListFilter):
    """Those that the mall owes an answer."""

    title, parameter_name = _("overdue"), "overdue"

    def lookups(self, request, model_admin):
        return [("yes", _("Overdue"))]

    def queryset(self, request, queryset):
        return queryset.overdue(clock.now()) if self.value() == "yes" else queryset


class TradeFilter(admin.SimpleListFilter):
    title, parameter_name = _("trade"), "trade"

    def lookups(self, request, model_admin):
        return [(trade.slug, str(trade.name)) for trade in Trade.objects.order_by("position")]

    def queryset(self, request, queryset):
        return queryset.filter(trades__contains=[self.value()]) if self.value() else queryset


def checks_shown(findings: list[dict]) -> list[dict]:
    """The findings in the reader's words."""
    outcomes = dict(RegistryAnswer.Outcome.choices)
    return [
        {
            "ok": finding["ok"],
            "label": CHECKS.get(finding["check"], finding["check"]),
            "about": Text(finding.get("name", {})),
            "outcome": outcomes.get(finding.get("outcome"), ""),
            "note": finding["note"],
        }
        for finding in findings
    ]


class PapersAdmin(ReadOnlyAdmin):
    """Pages that show papers: a look is on the record, a number is shown on demand, a decision stays on the page."""

    def paper(self, request: HttpRequest, public_id: str) -> Document:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Document.objects.select_related("application", "merchant"), public_id=public_id)

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        ours = [
            path("file/<str:public_id>/", self.admin_site.admin_view(self.file), name=f"{name}_file"),
            path("judge/<str:public_id>/", self.admin_site.admin_view(require_POST(self.judge)), name=f"{name}_judge"),
        ]
        return [*ours, *super().get_urls()]

    def file(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return require_safe(self._file)(request, public_id)

    def _file(self, request: HttpRequest, public_id: str) -> HttpResponse:
        document = self.paper(request, public_id)
        if way := ask_fresh_factor(request, "merchants.documents"):
            return way
        if not self.is_in_hand(request, document):
            try:
                note_look(row=document, field="file", by=request.user, now=clock.now())
            except NoAccess as refusal:
                raise PermissionDenied(str(refusal)) from refusal
        return shown_file(document, look_at_document(document=document, by=request.user, now=clock.now()))

    def judge(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Yes or no to one paper."""
        document = self.paper(request, public_id)
        if not self.may_judge(request, document):
            raise PermissionDenied
        form = ReasonForm(request.POST)
        try:
            if "accept" in request.POST:
                accept_document(document=document, by=request.user, now=clock.now())
            else:
                reason = form.cleaned_data["reason"] if form.is_valid() else ""
                refuse_document(document=document, reason=reason, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, f"{document}: {refusal}")
        return redirect(f"{self.page_of(document)}#{document.public_id}")

    def may_judge(self, request: HttpRequest, document: Document) -> bool:
        if document.merchant_id is None and document.application.status == Status.EXPERT:
            return request.user.has_perm("merchants.expert_application")
        return request.user.has_perm("merchants.audit_document")

    def is_in_hand(self, request: HttpRequest, document: Document) -> bool:
        """
        Whether she is to judge this very paper now: then she sees it, on the record. For any other she asks for access.
        """
        if document.merchant_id:
            is_open = document.status == Document.Status.WAITING
        else:
            is_open = document.application.status in Application.WITH_STAFF
            is_open = is_open and document.status != Document.Status.REPLACED
        return is_open and self.may_judge(request, document)

    def may_look(self, request: HttpRequest, document: Document) -> bool:
        """Whether the file opens for her: it is in her hands, or she holds access to it."""
        held = grants_for(person=request.user, row=document, now=clock.now())
        return self.is_in_hand(request, document) or "file" in held

    def page_of(self, document: Document) -> str:
        raise NotImplementedError

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if {"number", "look"} & request.GET.keys() and (way := ask_fresh_factor(request, "merchants.documents")):
            return way
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "may_look": is_fresh(request)}
        )

    def revealed(self, request: HttpRequest, papers: list[Document]) -> dict[str, str]:
        """The number that was asked for, in clear; on the record."""
        wanted = request.GET.get("number", "")
        return {
            document.public_id: reveal_number(document=document, by=request.user, now=clock.now())
            for document in papers
            if document.public_id == wanted and self.is_in_hand(request, document)
        }


def _shown(
    documents: list[Document],
    revealed: dict[str, str],
    *,
    in_hand: set[str],
    opening: set[str],
    by_kind: dict,
    today,
    admin_name: str,
) -> list[dict]:
    return [
        {
            "document": document,
            "requirement": by_kind.get(document.kind),
            "is_in_hand": document.public_id in in_hand,
            "opens": document.public_id in opening,
            "number": revealed.get(document.public_id, ""),
            "answers": document.answers.all(),
            "has_run_out": document.has_run_out(today),
            "file_url": reverse(f"admin:merchants_{admin_name}_file", args=[document.public_id]),
            "judge_url": reverse(f"admin:merchants_{admin_name}_judge", args=[document.public_id]),
        }
        for document in documents
    ]


@admin.register(Application)
class ApplicationAdmin(PapersAdmin):
    """The queue of businesses that ask to join (M2)."""

    change_form_template = "admin/merchants/case.html"
    list_display = [
        "merchant_name", "purpose", "kind", "trades_shown", "status", "check_passed", "submitted_at", "due_at",
        "is_late", "needs_expert", "decided_by",
    ]  # fmt: skip
    list_display_links = ["merchant_name"]
    list_filter = ["status", "purpose", OverdueFilter, "kind", TradeFilter, "needs_expert", "was_automatic"]
    list_select_related = ["decided_by"]
    search_fields = ["merchant_name", "=credit_code", "=shop_slug", "=public_id"]
    date_hierarchy = "submitted_at"
    ordering = ["due_at", "pk"]

    def get_queryset(self, request):
        self.trades = dict(Trade.objects.values_list("slug", "name"))  # texts: each reader sees her language
        return super().get_queryset(request)

    @admin.display(description=_("trades"))
    def trades_shown(self, row):
        return ", ".join(str(self.trades.get(slug, slug)) for slug in row.trades)

    @admin.display(description=_("automatic check"), boolean=True)
    def check_passed(self, row):
        return all(finding["ok"] for finding in row.findings) if row.checked_at else None

    @admin.display(description=_("in time"), boolean=True)
    def is_late(self, row):
        if row.due_at is None or row.status not in Application.WITH_US:
            return None
        return row.due_at >= clock.now()

    def get_urls(self):
        decide = self.admin_site.admin_view(require_POST(self.decide))
        return [path("<int:pk>/decide/", decide, name="merchants_application_decide"), *super().get_urls()]

    def may_decide(self, request: HttpRequest, row: Application) -> bool:
        right = "expert_application" if row.status == Status.EXPERT else "audit_application"
        return row.status in Application.WITH_STAFF and request.user.has_perm(f"merchants.{right}")

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One of the case page's buttons: what was typed comes back until it is right."""
        row = get_object_or_404(Application, pk=pk)
        if not self.may_decide(request, row):
            if row.status in Application.WITH_STAFF:
                raise PermissionDenied
            messages.error(request, _("This has been decided already."))
            return redirect(self._address(row))
        verb, form = self._asked_verb(request)
        if form is not None and not form.is_valid():
            return self._case(request, row, {"wrong": form})
        said = dict(form.cleaned_data) if form else {}
        if "fields_open" in said:
            said["fields"] = said.pop("fields_open")
        try:
            verb(application=row, by=request.user, now=clock.now(), **said)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Done."))
        return redirect(self._address(row))

    def _asked_verb(self, request: HttpRequest):
        if "approve" in request.POST:
            return applications.approve_application, None
        if "changes" in request.POST:
            return applications.request_changes, ChangesForm(request.POST)
        if "reject" in request.POST:
            return applications.reject_application, ReasonForm(request.POST)
        raise Http404

    def _address(self, row: Application) -> str:
        return reverse("admin:merchants_application_change", args=[row.pk])

    def page_of(self, document: Document) -> str:
        if document.application_id is None:
            raise Http404
        return self._address(document.application)

    def _case(self, request: HttpRequest, row: Application, extra: dict) -> HttpResponse:
        """The page after a form that was not right: shown in place, nothing typed is lost."""
        request.method = "GET"
        return self.change_view(request, str(row.pk), extra_context=extra)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        now = clock.now()
        papers = list(
            obj.documents.select_related("decided_by").prefetch_related("answers").order_by("kind", "-pk")
        )  # fmt: skip
        current = [document for document in papers if document.status != Document.Status.REPLACED]
        asked = applications.asked_for(obj, now=now)
        by_kind = {requirement.code: requirement for requirement in asked.documents}
        there = {document.kind for document in current}
        wrong = context.get("wrong")
        context |= {
            "application": obj,
            "asked": asked,
            "papers": _shown(
                current,
                self.revealed(request, current),
                in_hand={paper.public_id for paper in current if self.is_in_hand(request, paper)},
                opening={paper.public_id for paper in current if self.may_look(request, paper)},
                by_kind=by_kind,
                today=clock.business_date(now),
                admin_name="application",
            ),
            "standing": obj.merchant.documents.filter(status=Document.Status.ACCEPTED).order_by("kind")
            if obj.is_for_trade
            else [],
            "former": [document for document in papers if document.status == Document.Status.REPLACED],
            "missing": [requirement for requirement in asked.documents if requirement.code not in there],
            "statements": [(one.name, obj.statements.get(one.code, "")) for one in asked.statements],
            "checks": checks_shown(obj.findings),
            "decisions": obj.decisions.select_related("by").order_by("-pk"),
            "acceptances": obj.acceptances.select_related("agreement", "by").order_by("pk"),
            "may_decide": self.may_decide(request, obj),
            "may_judge": obj.status in Application.WITH_STAFF and bool(current) and self.may_judge(request, current[0]),
            "is_late": obj.due_at is not None and obj.status in Application.WITH_US and obj.due_at < now,
            "is_due_unsure": obj.due_at is not None and not workdays.is_confirmed(clock.business_date(obj.due_at).year),
            "waits_days": workdays.working_days_between(obj.submitted_at, now) if obj.submitted_at else 0,
            "changes_form": wrong if isinstance(wrong, ChangesForm) else ChangesForm(),
            "reject_form": wrong if wrong and not isinstance(wrong, ChangesForm) else ReasonForm(auto_id="reject_%s"),
            "records": AuditRecord.objects.filter(
                subject__in=[obj.public_id, *(document.public_id for document in papers)]
            )
            .select_related("actor")
            .order_by("-pk")[:MOST_RECORDS],
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


@admin.register(Document)
class DocumentAdmin(PapersAdmin):
    """Papers that merchants renew, and all others to look up."""

    change_form_template = "admin/merchants/paper.html"
    list_display = ["name", "merchant", "application", "status", "number", "valid_to", "uploaded_at"]
    list_display_links = ["name"]
    list_filter = ["status", ("merchant", admin.EmptyFieldListFilter), "valid_to"]
    list_select_related = ["merchant", "application"]
    search_fields = ["=public_id", "=kind", "merchant__name", "=application__public_id"]
    ordering = ["-pk"]

    def page_of(self, document: Document) -> str:
        return reverse("admin:merchants_document_change", args=[document.pk])

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        now = clock.now()
        if obj.merchant_id:
            asked, is_open = asked_of_merchant(obj.merchant, now=now), obj.status == Document.Status.WAITING
        else:
            asked = applications.asked_for(obj.application, now=now)
            is_open = obj.application.status in Application.WITH_STAFF and obj.status != Document.Status.REPLACED
        (shown,) = _shown(
            [obj],
            self.revealed(request, [obj]),
            in_hand={obj.public_id} if self.is_in_hand(request, obj) else set(),
            opening={obj.public_id} if self.may_look(request, obj) else set(),
            by_kind={requirement.code: requirement for requirement in asked.documents},
            today=clock.business_date(now),
            admin_name="document",
        )
        context |= {
            "paper": shown,
            "may_judge": is_open and self.may_judge(request, obj),
            "records": AuditRecord.objects.filter(subject=obj.public_id)
            .select_related("actor")
            .order_by("-pk")[:MOST_RECORDS],
        }
        return super().render_change_form(request, context, add, change, form_url, obj)


class RequirementForm(forms.ModelForm):
    class Meta:
        model = Requirement
        fields = [
            "type", "merchant_kind", "trade", "code", "name", "help", "amount", "registry", "expires", "needs_person",
            "is_active", "position",
        ]  # fmt: skip

    def clean(self):
        said = super().clean()
        is_deposit = said.get("type") == Requirement.Type.DEPOSIT
        if is_deposit and said.get("amount") is None:
            self.add_error("amount", _("A deposit has an amount."))
        if not is_deposit and said.get("amount") is not None:
            self.add_error("amount", _("Only a deposit has an amount."))
        return said


class WrittenByStaff(SpeaksTexts, admin.ModelAdmin):
    """Rows that staff write; who may not write one reads its texts as texts."""

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        is_read = obj is not None and not self.has_change_permission(request, obj)
        return self._spoken(fields, in_list=False) if is_read else fields


@admin.register(Requirement)
class RequirementAdmin(WrittenByStaff):
    """What is asked of whom. Nothing is deleted: what is not asked for any more is switched off."""

    form = RequirementForm
    list_display = [
        "name", "type", "kind_shown", "trade_shown", "amount", "registry", "expires", "needs_person", "is_active",
    ]  # fmt: skip
    list_filter = ["type", "merchant_kind", "trade", "is_active"]
    list_select_related = ["trade"]
    search_fields = ["=code", "name"]
    ordering = ["position", "pk"]

    @admin.display(description=_("kind of business"), ordering="merchant_kind")
    def kind_shown(self, row):
        return row.get_merchant_kind_display() or _("every kind")

    @admin.display(description=_("trade"), ordering="trade")
    def trade_shown(self, row):
        return row.trade or _("every trade")

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        save_requirement(requirement=obj, by=request.user, now=clock.now())


@admin.register(Trade)
class TradeAdmin(WrittenByStaff):
    """The trades that applicants choose from, and who decides about each."""

    fields = ["slug", "name", "review", "is_active", "position"]
    list_display = ["name", "slug", "review", "is_active"]
    list_filter = ["review", "is_active"]
    search_fields = ["=slug", "name"]
    ordering = ["position", "pk"]

    def get_readonly_fields(self, request, obj=None):
        return ["slug"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        save_trade(trade=obj, by=request.user, now=clock.now())


class AgreementForm(forms.ModelForm):
    text = TextFormField(label=_("Text"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 16, "cols": 80}))

    class Meta:
        model = Agreement
        fields = ["code", "title", "text", "binds_on"]
        widgets = {"binds_on": forms.DateInput(attrs={"type": "date"})}

    def clean_binds_on(self):
        binds_on, earliest = self.cleaned_data["binds_on"], earliest_binding(clock.now())
        if binds_on is not None and binds_on < earliest:
            raise forms.ValidationError(
                _("Shops need time to read it: %(day)s is the earliest day.") % {"day": earliest}
            )
        return binds_on

    def clean(self):
        said = super().clean()
        latest = Agreement.objects.filter(code=said.get("code", "")).order_by("-version").first()
        if (
            latest
            and {"title", "text"} <= set(said)
            and latest.text_hash == Agreement.hash_of(said["title"], said["text"])
        ):
            raise forms.ValidationError(_("This is what the present version says."))
        return said


@admin.register(Agreement)
class AgreementAdmin(WrittenByStaff):
    """Agreements: a new version is added, none is ever changed."""

    form = AgreementForm
    fields = ["code", "title", "text", "binds_on"]
    list_display = ["title", "version", "published_at", "published_by", "binds_on", "missing"]
    list_filter = ["published_at"]
    list_select_related = ["published_by"]
    search_fields = ["=code", "title"]
    ordering = ["code", "-version"]

    def get_queryset(self, request):
        waiting = Count("renewals", filter=Q(renewals__status=AgreementRenewal.Status.ASKED))
        return super().get_queryset(request).annotate(waiting=waiting)

    @admin.display(description=_("not accepted yet"))
    def missing(self, row):
        return row.waiting if row.binds_on else None

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        row = publish_agreement(
            code=obj.code,
            title=obj.title,
            text=obj.text,
            binds_on=obj.binds_on,
            by=request.user,
            now=clock.now(),
        )
        obj.__dict__.update(row.__dict__)


@admin.register(AgreementRenewal)
class AgreementRenewalAdmin(ReadOnlyAdmin):
    """Which merchants were asked to accept a newer agreement, who has, and who is missing."""

    list_display = ["merchant", "agreement", "status", "due_on", "reminded", "accepted_at", "accepted_by"]
    list_filter = ["status", "due_on"]
    list_select_related = ["merchant", "agreement", "accepted_by"]
    search_fields = ["merchant__name", "=merchant__public_id", "=merchant__shops__slug", "=agreement__code"]
    ordering = ["status", "due_on", "pk"]


class BlacklistForm(forms.ModelForm):
    value = forms.CharField(label=_("Value"), max_length=120)

    class Meta:
        model = Blacklisted
        fields = ["kind", "value", "why"]

    def clean(self):
        said = super().clean()
        if {"kind", "value"} <= set(said):
            try:
                said["value"] = normal(said["kind"], said["value"])
            except WrongValue as refusal:
                self.add_error("value", str(refusal))
        return said


@admin.register(Blacklisted)
class BlacklistedAdmin(admin.ModelAdmin):
    """Whom the mall does not want; the automatic check finds them."""

    form = BlacklistForm
    fields = ["kind", "value", "why"]
    list_display = ["kind", "value", "why", "added_at", "added_by"]
    list_display_links = ["value"]
    list_filter = ["kind"]
    list_select_related = ["added_by"]
    search_fields = ["why"]
    ordering = ["-pk"]

    def has_change_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        said = form.cleaned_data
        row = add_to_blacklist(
            kind=said["kind"], value=said["value"], why=said["why"], by=request.user, now=clock.now()
        )
        row.refresh_from_db()  # so that it shows itself masked
        obj.__dict__.update(row.__dict__)

    def delete_model(self, request, obj):
        remove_from_blacklist(entry=obj, by=request.user, now=clock.now())

    def delete_queryset(self, request, queryset):
        for entry in queryset:
            self.delete_model(request, entry)
