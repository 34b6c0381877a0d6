"""
How the admin does things: rows are read only, and whatever staff do is a button that calls a verb.

::

    @admin.register(Product)
    class ProductAdmin(VerbAdmin):
        noun = "product"
        verbs = [Verb(name="take_down", label=_("Take down"), call=take_down, permission="catalog.take_down_product")]

A verb stands as a button on the page of a row on which it fits now, and as an action of the list for many rows. It asks
on a page of its own, in words when it needs them, and each row is done by itself: one refusal keeps no other from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import Choices, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall import clock
from mall.access.panel import panel_of
from mall.accounts.factors import ask_fresh_factor
from mall.audit.models import AuditRecord
from mall.refusals import Refusal
from mall.texts import TextField

SHOWN_RECORDS = 20
MOST_COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class Verb:
    """
    One button of the admin.

    :ivar call: called with the row under the admin's ``noun``, ``by``, ``now``, and what ``asks`` names
    :ivar permission: who holds it sees the button and may press it
    :ivar fits: whether the verb can be done with a row as it stands now
    :ivar asks: the name of the argument that takes words of the person who decides; empty when none are needed
    :ivar chooses: the name of the argument for which she chooses one of ``choices``
    :ivar form_class: a form of its own, whose fields are the arguments, instead of ``asks`` and ``chooses``; where it
        has a method ``about``, it is told of which rows it is
    :ivar stays: done for one row, she sees its page again rather than the list
    :ivar warning: what the person should know before she confirms
    :ivar fresh_action: its name among the actions that want a second factor shown just now; empty when it does not
    """

    name: str
    label: Promise
    call: Callable
    permission: str
    fits: Callable[[Model], bool] = lambda row: True
    asks: str = ""
    asks_label: Promise | str = ""
    asks_help: Promise | str = ""
    longest: int = 300
    chooses: str = ""
    chooses_label: Promise | str = ""
    choices: type[Choices] | None = None
    form_class: type[forms.Form] | None = None
    stays: bool = False
    warning: Promise | str = ""
    is_grave: bool = False
    fresh_action: str = ""

    def form(self, typed=None, files=None) -> forms.Form | None:
        """The form for the choice and the words that the verb needs."""
        if self.form_class:
            return self.form_class(typed, files)
        fields = {}
        if self.chooses:
            choices = [("", "–"), *self.choices.choices]
            fields[self.chooses] = forms.ChoiceField(label=self.chooses_label, choices=choices)
        if self.asks:
            fields[self.asks] = forms.CharField(
                label=self.asks_label or _("Reason"),
                max_length=self.longest,
                widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
                help_text=self.asks_help,
            )
        return type("WordsForm", (forms.Form,), fields)(typed) if fields else None


class BoundedPaginator(Paginator):
    """Counts so far and no further: nobody leafs through a hundred pages, and counting millions takes seconds."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:MOST_COUNTED].count()


def known_values(field: str, title: Promise, values: Callable[[], list[tuple[str, str]]]) -> type:
    """A filter by values that the house knows, so that nobody reads a whole table to find out which there are."""

    class KnownValues(admin.SimpleListFilter):
        parameter_name = f"{field}__exact"

        def lookups(self, request, model_admin):
            return values()

        def queryset(self, request, queryset):
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    KnownValues.title = title
    return KnownValues


def _shown_text(field: TextField, *, in_list: bool) -> Callable:
    """A text as staff read it: in their language in a list, in every language on the row's own page."""

    def shown(row: Model) -> str:
        text = getattr(row, field.name)
        if not text or in_list:
            return str(text or "–")
        names = dict(settings.LANGUAGES)
        lines = ((code, names.get(code, code), words) for code, words in text.items() if words)
        return format_html_join("", '<div lang="{}"><small>{}</small> {}</div>', lines) or "–"

    shown.short_description = field.verbose_name
    shown.admin_order_field = field.name
    return shown


class SpeaksTexts:
    """Texts in several languages as text, not as JSON, in every list (and on every page that is only read)."""

    def _spoken(self, names, *, in_list: bool) -> list:
        kept = self.__dict__.setdefault("_spoken_texts", {})  # the same callable for list_display and its links
        spoken = []
        for name in names or ():
            field = self._text_field(name)
            if field is None:
                spoken.append(name)
                continue
            if (name, in_list) not in kept:
                kept[name, in_list] = _shown_text(field, in_list=in_list)
            spoken.append(kept[name, in_list])
        return spoken

    def _text_field(self, name) -> TextField | None:
        if not isinstance(name, str):
            return None
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:
            return None
        return field if isinstance(field, TextField) else None

    def get_list_display(self, request):
        return self._spoken(super().get_list_display(request), in_list=True)

    def get_list_display_links(self, request, list_display):
        links = super().get_list_display_links(request, list_display)
        return links and self._spoken(links, in_list=True)


class ReadOnly(SpeaksTexts):
    """Rows that the house writes itself: staff look, nobody touches."""

    actions = None
    paginator = BoundedPaginator
    show_full_result_count = False

    def get_fields(self, request, obj=None):
        return self._spoken(super().get_fields(request, obj), in_list=False)

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyRows(ReadOnly, admin.TabularInline):
    """Rows of a row, shown as they are."""

    extra = 0
    can_delete = False
    show_change_link = False

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)


class Verbs:
    """A model's admin whose rows staff decide about; beside :class:`ReadOnly` or a writing admin."""

    noun: str = ""
    verbs: list[Verb] = []
    change_form_template = "admin/verbs/change_form.html"

    def verbs_of(self, request: HttpRequest) -> list[Verb]:
        """The verbs that this person may use."""
        return [verb for verb in self.verbs if request.user.has_perm(verb.permission)]

    def get_actions(self, request: HttpRequest) -> dict:
        if "_popup" in request.GET:
            return {}
        return {verb.name: (_action(verb), verb.name, verb.label) for verb in self.verbs_of(request)}

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["verbs"] = [verb for verb in self.verbs_of(request) if verb.fits(obj)]
            context["records"] = self._records(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _records(self, request: HttpRequest, obj: Model) -> list[AuditRecord]:
        if not request.user.has_perm("mall.view_auditrecord") or not hasattr(obj, "public_id"):
            return []
        return list(
            AuditRecord.objects.filter(subject=obj.public_id).select_related("actor").order_by("-pk")[:SHOWN_RECORDS]
        )

    def decide(self, request: HttpRequest, rows: QuerySet, verb: Verb) -> HttpResponse | None:
        """Ask, then do: the page comes back with what was typed until it is right or given up."""
        rows = list(rows.order_by("pk"))
        if not rows:
            messages.warning(request, _("Nothing was chosen that is still in this list."))
            return None
        confirmed = "confirmed" in request.POST
        if confirmed and verb.fresh_action and (way := ask_fresh_factor(request, verb.fresh_action)):
            return way
        form = verb.form(request.POST, request.FILES) if confirmed else verb.form()
        if hasattr(form, "about"):
            form.about(rows)
        if confirmed and (form is None or form.is_valid()):
            self._do(request, rows, verb, form.cleaned_data if form else {}, clock.now())
            if verb.stays and len(rows) == 1:
                place = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
                return redirect(place, rows[0].pk)
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": verb.label,
            "verb": verb,
            "rows": rows,
            "checkbox": ACTION_CHECKBOX_NAME,
            "form": form,
            "address": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/verbs/decide.html", context)

    def _do(self, request: HttpRequest, rows: list[Model], verb: Verb, said: dict, now: datetime) -> None:
        done = 0
        for row in rows:
            try:
                verb.call(**{self.noun: row}, by=request.user, now=now, **said)
            except Refusal as refusal:
                messages.error(request, f"{row}: {refusal}")
            else:
                done += 1
        if done:
            told = ngettext("%(verb)s: done for %(count)d.", "%(verb)s: done for %(count)d.", done)
            messages.success(request, told % {"verb": verb.label, "count": done})


def _action(verb: Verb) -> Callable:
    """The verb as Django's admin calls actions."""

    def action(model_admin: Verbs, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        return model_admin.decide(request, rows, verb)

    return action


class ChangesWantFreshFactor:
    """Beside a writing admin: what is added, changed or removed wants a second factor shown just now."""

    fresh_action: str = ""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        return self._stopped(request) or super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        return self._stopped(request) or super().delete_view(request, object_id, extra_context)

    def _stopped(self, request: HttpRequest) -> HttpResponse | None:
        return ask_fresh_factor(request, self.fresh_action) if request.method == "POST" else None


class ShowsCovered:
    """Beside an admin of rows with covered fields: each with its look, or the way to ask for it (R5)."""

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["panel"] = panel_of(request.user, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


class ReadOnlyAdmin(ShowsCovered, ReadOnly, admin.ModelAdmin):
    """A list and pages to read."""

    change_form_template = "admin/verbs/change_form.html"


class SavedByVerb:
    """Pages whose form calls the verb while it is checked and keeps in ``saved`` what that wrote."""

    def save_form(self, request: HttpRequest, form, change):
        return form.saved

    def save_model(self, request: HttpRequest, obj, form, change) -> None:
        """The verb has written it while the form was checked."""

    def save_related(self, request, form, formsets, change) -> None:
        """There is nothing beside it."""

    def construct_change_message(self, request, form, formsets, add=False):
        return [{"added": {}}] if add else [{"changed": {"fields": list(form.changed_data)}}]


class VerbAdmin(Verbs, ReadOnlyAdmin):
    """A list and pages to read, and the verbs that staff may use on them."""
