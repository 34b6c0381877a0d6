"""
Province, city and district as selects that depend on each other.

Without scripts a button sends the form back with the choices of what was chosen so far (``wants_choices``), and nothing
typed is lost; ``js/divisions.js`` fetches them instead. What browsers fill in by themselves is understood however it is
spelled, and cleaned to the full name.
"""

from collections.abc import Mapping, Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.divisions import Division, divisions_of, inside

LEVELS = ("province", "city", "district")
NONE = gettext_lazy("Choose …")
LOOK = "look"  # the button that asks for choices only


class DivisionField(forms.ChoiceField):
    """One level; :func:`link_divisions` says what it lies in. ``none``: what the empty choice is called."""

    def __init__(self, *, none=NONE, **kwargs):
        super().__init__(**kwargs)
        self.level, self.none, self.is_lax = LEVELS[0], none, False
        self.above: Division | None = None

    def link(self, level: str, above: Division | None, *, is_lax: bool) -> None:
        self.level, self.above, self.is_lax = level, above, is_lax
        self.choices = self._offered
        self.widget.attrs["data-division"] = level
        self.widget.attrs["data-divisions"] = reverse_lazy("storefront:accounts:divisions")

    @property
    def rows(self) -> Sequence[Division]:
        if self.level != LEVELS[0] and self.above is None:
            return ()
        return divisions_of(self.above)

    def _offered(self) -> list[tuple]:
        return [("", self.none), *((one.name, one.told) for one in self.rows)]

    def found(self, value) -> Division | None:
        written = str(value or "").strip()
        return inside(self.above, written) if written and self.rows else None

    def prepare_value(self, value):
        one = self.found(value)
        return one.name if one else value

    def to_python(self, value) -> str:
        one = self.found(value)
        return one.name if one else str(value or "").strip()

    def validate(self, value: str) -> None:
        if self.is_lax:
            return
        if not value and self.level == LEVELS[2] and self.rows:
            raise ValidationError(_("Choose a district of %(place)s."), params={"place": self.above.told})
        forms.Field.validate(self, value)
        if value and self.found(value) is None:
            raise ValidationError(self._why(), params={"place": self.above.told if self.above else ""})

    def _why(self) -> str:
        if self.level == LEVELS[0]:
            return _("Choose a province of China.")
        if self.above is None:
            return _("Choose first what it lies in.")
        if not self.rows:
            return _("%(place)s has no districts: leave this empty.")
        return _("Choose a city of %(place)s.") if self.level == LEVELS[1] else _("Choose a district of %(place)s.")


def link_divisions(form: forms.BaseForm, levels: Sequence[str] = LEVELS, *, is_lax: bool = False) -> None:
    """
    Each of these fields offers what lies in what was chosen in the one before.

    :param is_lax: another form judges what was typed
    """
    above, is_known = None, True
    for level in levels:
        field = form.fields[level]
        field.link(level, above, is_lax=is_lax)
        above = field.found(form[level].value()) if is_known else None
        is_known = above is not None


def wants_choices(posted: Mapping[str, str]) -> bool:
    """Whether the form was sent only to be given the choices of what was chosen so far."""
    return LOOK in posted
