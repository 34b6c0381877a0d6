"""The form of a block, made from the fields of its kind. What is typed is judged by the kind, not by the form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.decoration.drafts import keep_picture
from catalog.decoration.fields import Field, Picture, Several
from catalog.decoration.kinds import Kind, WrongBlock
from catalog.decoration.models import PageVersion
from catalog.decoration.themes import THEMES
from mall.refusals import Refusal
from merchants.models import Shop

KEPT = "_kept"  # beside an upload: the picture that stands, by its name


class RevisionForm(forms.Form):
    """Which revision of the draft the person saw."""

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class ThemeForm(RevisionForm):
    theme = forms.ChoiceField(label=gettext_lazy("Colours"), choices=list(THEMES.items()), widget=forms.RadioSelect)


class PublishForm(RevisionForm):
    note = forms.CharField(
        label=gettext_lazy("What is new"),
        max_length=PageVersion.LONGEST_NOTE,
        required=False,
        help_text=gettext_lazy("For your colleagues; it stands in the list of versions."),
    )


class RestoreForm(forms.Form):
    """Which version was the latest when the person looked."""

    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1)


@dataclass(frozen=True, slots=True)
class Row:
    """A field as the page shows it: bound, and for a picture the one that stands."""

    bound: BoundField
    is_picture: bool = False
    is_needed: bool = False
    kept: str = ""
    kept_name: str = ""


class FieldsForm(forms.Form):
    """Some fields of a block, in a form of their own."""

    use_required_attribute = False

    def __init__(self, data=None, files=None, *, fields: Mapping[str, Field], shop: Shop, values: dict, **kwargs):
        initial = {name: values.get(name, field.empty) for name, field in fields.items()}
        typed = {name: value for name, value in initial.items() if not isinstance(fields[name], Picture)}
        super().__init__(data, files, initial=typed, **kwargs)
        self.of, self.shop = fields, shop
        for name, field in fields.items():
            self.fields[name] = field.form_field(shop)
        self.kept = {
            name: self.data.get(self.add_prefix(name + KEPT), "") if self.is_bound else initial[name]
            for name, field in fields.items()
            if isinstance(field, Picture)
        }

    def rows(self) -> Iterator[Row]:
        """For the page; only now the fields say whether they are needed, for until here the kind is the judge."""
        for name, field in self.of.items():
            if name in self.kept:
                kept = field.shown(self.kept[name])
                yield Row(self[name], True, field.required, kept, self.add_prefix(name + KEPT))
            else:
                self.fields[name].required = field.required
                yield Row(self[name], is_needed=field.required)

    def keep_pictures(self, *, by, now) -> None:
        """Pictures that came are kept first, so that a mistake elsewhere does not lose them."""
        for name in self.kept:
            if file := self.cleaned_data.get(name):
                try:
                    self.kept[name] = keep_picture(shop=self.shop, image=file, by=by, now=now)
                except Refusal as refusal:
                    self.add_error(name, str(refusal))

    def values(self) -> dict:
        """What was typed, as the kind wants to see it."""
        typed = {}
        for name in self.of:
            value = self.kept[name] if name in self.kept else self.cleaned_data.get(name)
            typed[name] = dict(value) if isinstance(value, Mapping) else value
        return typed

    @property
    def is_blank(self) -> bool:
        return not any(self.kept.values()) and not any(
            value for name, value in self.cleaned_data.items() if name in self.of
        )

    def tell(self, errors: Mapping[str, str]) -> None:
        for name, said in errors.items():
            if name and name in self.fields:
                self.add_error(name, said)
            elif said not in self.non_field_errors():
                self.add_error(None, said)


class ItemForm(FieldsForm):
    """One of several: where it stands among them, and whether it goes."""

    place = forms.IntegerField(label=gettext_lazy("Order on the page"), required=False, min_value=1, max_value=99)
    gone = forms.BooleanField(label=gettext_lazy("Take away"), required=False)


@dataclass
class Group:
    """The forms of several alike things."""

    name: str
    of: Several
    items: list[ItemForm]
    count_name: str

    @property
    def label(self):
        return self.of.label

    @property
    def one(self):
        return self.of.one


class BlockForm:
    """All that a block holds: its own fields, and groups of alike things."""

    def __init__(self, data=None, files=None, *, kind: Kind, shop: Shop, values: Mapping | None = None, revision: int):
        self.kind, self.shop, values = kind, shop, dict(values or {})
        self.is_bound = data is not None
        self.revision = RevisionForm(data, initial={"revision": revision})
        plain = {name: field for name, field in kind.fields.items() if not isinstance(field, Several)}
        self.main = FieldsForm(data, files, fields=plain, shop=shop, values=values)
        self.groups = [
            self._group(name, field, values.get(name) or [], data, files)
            for name, field in kind.fields.items()
            if isinstance(field, Several)
        ]

    def _group(self, name: str, field: Several, values: list, data, files) -> Group:
        count_name = f"{name}-count"
        count = max(field.least, min(field.most, len(values) + 1))
        if data is not None:
            typed = data.get(count_name, "")
            count = min(int(typed), field.most) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
        items = [
            ItemForm(
                data,
                files,
                fields=field.fields,
                shop=self.shop,
                values=values[place] if place < len(values) else {},
                prefix=f"{name}-{place}",
            )
            for place in range(count)
        ]
        for place, item in enumerate(items, 1):
            item.initial["place"] = place
        return Group(name, field, items, count_name)

    @property
    def forms(self) -> list[FieldsForm]:
        return [self.main, *(item for group in self.groups for item in group.items)]

    def is_sent(self, *, by, now) -> bool:
        """Whether everything was typed so that the kind can judge it; pictures that came are kept in any case."""
        if not self.is_bound:
            return False
        for form in self.forms:
            form.full_clean()
            form.keep_pictures(by=by, now=now)
        return self.revision.is_valid() and not any(form.errors for form in self.forms)

    def values(self) -> dict:
        values = self.main.values()
        for group in self.groups:
            values[group.name] = [item.values() for item in self._staying(group)]
        return values

    @staticmethod
    def _staying(group: Group) -> list[ItemForm]:
        """Those that are not blank and were not ticked off, by the places that they were given."""
        staying = [item for item in group.items if not item.cleaned_data.get("gone") and not item.is_blank]
        last = len(group.items) + 1
        return sorted(staying, key=lambda item: item.cleaned_data.get("place") or last)

    def tell(self, wrong: WrongBlock) -> None:
        """Show each error where it was made."""
        for path, said in wrong.errors.items():
            name, _dot, rest = path.partition(".")
            group = next((group for group in self.groups if group.name == name), None)
            if group is None:
                self.main.tell({path: said})
            elif not rest:
                self.main.tell({"": f"{group.label}: {said}"})
            else:
                place, _dot, inner = rest.partition(".")
                self._staying(group)[int(place)].tell({inner: said})

    def refuse(self, sentence: str) -> None:
        self.main.add_error(None, sentence)

    def follow(self, revision: int) -> None:
        """What was typed stays, and the next time it is sent it is said of this revision."""
        self.revision = RevisionForm(initial={"revision": revision})

    @property
    def errors_said(self) -> list[str]:
        """What concerns no single field."""
        return list(self.main.non_field_errors())

    @property
    def has_errors(self) -> bool:
        return self.is_bound and any(form.errors for form in self.forms)

    @property
    def has_pictures(self) -> bool:
        return any(form.kept for form in self.forms)

    def wrong_revision(self) -> str:
        return _("Open this page again: it was not sent whole.")
