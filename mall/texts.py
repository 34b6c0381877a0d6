"""Text in several languages, kept as one JSON value: ``{"zh-hans": "青瓷盖碗", "en": "Celadon gaiwan"}``."""

from collections.abc import Callable

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import get_language


class Text(dict):
    """Language code to text. ``str()`` is the active language, else the mall's main one, else whatever there is."""

    def __str__(self) -> str:
        return (
            self.get(get_language() or settings.LANGUAGE_CODE)
            or self.get(settings.LANGUAGE_CODE)
            or next((text for text in self.values() if text), "")
        )


def in_all_languages(say: Callable[[], object]) -> Text:
    """What is said in each language of the mall: for notices, whose readers differ."""
    said = Text()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said[code] = str(say())
    return said


class TextField(models.JSONField):
    """A :class:`Text` in one jsonb column."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("default", Text)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value, expression, connection):
        value = super().from_db_value(value, expression, connection)
        return Text(value) if isinstance(value, dict) else value

    def to_python(self, value):
        value = super().to_python(value)
        return Text(value) if isinstance(value, dict) else value

    def formfield(self, **kwargs):
        from mall.forms import TextFormField

        return TextFormField(
            **{"required": not self.blank, "label": capfirst(self.verbose_name), "help_text": self.help_text, **kwargs}
        )
