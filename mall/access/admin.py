"""The pages on which staff ask for access to personal data, decide about it, and look."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mall import clock
from mall.access.granting import (
    DECIDE,
    NoAccess,
    ask_for_access,
    end_access,
    grant_access,
    look,
    refuse_access,
    withdraw_request,
)
from mall.access.guarding import all_guarded, field_labels, guarded_named
from mall.access.models import AccessLook, AccessRequest
from mall.access.tunables import MOST_ACCESS_HOURS
from mall.accounts.factors import ask_fresh_factor
from mall.refusals import Refusal
from mall.staff import ReadOnlyRows, SavedByVerb, Verb, VerbAdmin

Status = AccessRequest.Status
ASK = "access.add_accessrequest"


class AskForm(forms.ModelForm):
    """What a request says; the verb writes it while the form is checked, so that its refusals stand on the page."""

    by = None
    choices: tuple = ()

    fields_wanted = forms.MultipleChoiceField(label=_("Which fields"), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = AccessRequest
        fields = ["subject", "purpose", "reason", "ticket", "hours"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 4, "cols": 60})}
        help_texts = {
            "subject": _("The number of one thing (ord_…, app_…), or of a shop, merchant or person for all of theirs."),
            "reason": _("Who decides reads it, and so may an auditor later."),
            "ticket": _("The case in which somebody can read up why: a ticket, a dispute, a file number."),
            "purpose": _("Whom it concerns is told of the first look, save for suspected fraud and authorities."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fields_wanted"].choices = self.choices
        self.fields["hours"] = forms.IntegerField(
            label=_("Hours"),
            min_value=1,
            max_value=MOST_ACCESS_HOURS.value,
            initial=1,
            help_text=_("Counted from the moment it is granted; it ends by itself."),
        )

    def clean_subject(self):
        subject = self.cleaned_data["subject"].strip()
        if not subject_exists(subject):
            raise forms.ValidationError(_("There is nothing of this number."))
        return subject

    def clean(self):
        said = super().clean()
        wanted = {"subject", "fields_wanted", "purpose", "reason", "ticket", "hours"}
        if self.by is not None and wanted <= said.keys():
            given = {name: said[name] for name in wanted - {"fields_wanted"}}
            try:
                self.saved = ask_for_access(**given, fields=said["fields_wanted"], by=self.by, now=clock.now())
            except Refusal as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return said

    def _post_clean(self):
        """The row is the verb's."""


def subject_exists(subject: str) -> bool:
    """Whether rows with covered fields, or whom they belong to, have this number."""
    return any(_is_number_of(model, subject) for model in _subjects())


def _subjects() -> set:
    from django.apps import apps

    owners = (apps.get_model(name) for name in ("accounts.User", "merchants.Shop", "merchants.Merchant"))
    named = {one.model for one in all_guarded()} | {apps.get_model("orders.Order")}  # a declaration has its order's
    return named.union(owners)


def _is_number_of(model, subject: str) -> bool:
    return hasattr(model, "public_id") and model._default_manager.filter(public_id=subject).exists()


class Looks(ReadOnlyRows):
    model = AccessLook
    fields = ["at", "subject", "field"]
    ordering = ["-pk"]


@admin.register(AccessRequest)
class AccessRequestAdmin(SavedByVerb, VerbAdmin):
    """Requests: one's own, and all of them for who decides."""

    noun = "request"
    verbs = [
        Verb(
            name="grant",
            label=_("Grant access"),
            call=grant_access,
            permission=DECIDE,
            fits=lambda request: request.status == Status.ASKED,
            warning=_("From now on she may look, for the hours she asked for. Nobody grants herself."),
            fresh_action="access.grant",
            stays=True,
        ),
        Verb(
            name="refuse",
            label=_("Refuse access"),
            call=refuse_access,
            permission=DECIDE,
            fits=lambda request: request.status == Status.ASKED,
            asks="reason",
            asks_help=_("Who asked reads it."),
            is_grave=True,
            stays=True,
        ),
        Verb(
            name="withdraw",
            label=_("Withdraw the request"),
            call=withdraw_request,
            permission=ASK,
            fits=lambda request: request.status == Status.ASKED,
            stays=True,
        ),
        Verb(
            name="end",
            label=_("End the access now"),
            call=end_access,
            permission=ASK,
            fits=lambda request: request.is_in_force(clock.now()),
            stays=True,
        ),
    ]
    fields = [
        "public_id", "state", "subject", "fields_shown", "purpose", "reason", "ticket", "hours", "asked_by", "asked_at",
        "decided_by", "decided_at", "answer", "expires_at", "ended_by", "ended_at",
    ]  # fmt: skip
    readonly_fields = ["state", "fields_shown"]
    list_display = ["public_id", "state", "subject", "purpose", "ticket", "asked_by", "asked_at", "expires_at"]
    list_filter = ["status", "purpose", "asked_at"]
    list_select_related = ["asked_by"]
    search_fields = ["=public_id", "=subject", "=ticket", "=asked_by__email"]
    ordering = ["-pk"]
    inlines = [Looks]

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request)
        return rows if request.user.has_perm(DECIDE) else rows.filter(asked_by=request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ASK)

    def get_inlines(self, request: HttpRequest, obj):
        return self.inlines if obj else []

    def get_fieldsets(self, request: HttpRequest, obj=None):
        if obj is None:
            asked = ["subject", "fields_wanted", "purpose", "reason", "ticket", "hours"]
            return [(None, {"fields": asked})]
        return super().get_fieldsets(request, obj)

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        labels = field_labels()
        hers = [one for one in all_guarded() if request.user.has_perm(one.permission)]
        choices = [(one.key(field), labels[one.key(field)]) for one in hers for field in one.fields]
        return type("Form", (AskForm,), {"by": request.user if request.method == "POST" else None, "choices": choices})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """The page from which she came has said of what, and which fields."""
        return {"subject": request.GET.get("subject", ""), "fields_wanted": request.GET.getlist("fields")}

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.look))
        return [path("look/<str:kind>/<int:pk>/", view, name="access_look"), *super().get_urls()]

    def look(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """One field in clear, in the answer to this form alone: never in an address, a session or a cache."""
        guarded = guarded_named(kind)
        if guarded is None or request.POST.get("field") not in set(guarded.fields) - guarded.elsewhere:
            raise Http404
        if not request.user.has_perm(guarded.permission):
            raise PermissionDenied
        row, field = get_object_or_404(guarded.model, pk=pk), request.POST["field"]
        if way := ask_fresh_factor(request, "access.look"):
            return way
        try:
            value = look(row=row, field=field, by=request.user, now=clock.now())
        except NoAccess as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        context = {
            **self.admin_site.each_context(request),
            "title": guarded.label(field),
            "row": row,
            "subject": guarded.subject(row),
            "value": value,
            "back": page_of(row),
        }
        response = TemplateResponse(request, "admin/access/look.html", context)
        response["Cache-Control"] = "private, no-store"
        return response

    @admin.display(description=_("state"), ordering="status")
    def state(self, row: AccessRequest) -> str:
        if row.status != Status.GRANTED:
            return row.get_status_display()
        return gettext("Granted, in force") if row.is_in_force(clock.now()) else gettext("Granted, has ended by itself")

    @admin.display(description=_("which fields"))
    def fields_shown(self, row: AccessRequest) -> str:
        labels = field_labels()
        return format_html_join("", "<div>{}</div>", ((labels.get(field, field),) for field in row.fields))


def page_of(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
