"""Kinds of notices: each with its words, declared by the app that sends it in its ``notices.py``."""

from collections.abc import Mapping

from django.utils.functional import Promise

_register: dict[str, "Kind"] = {}


class Kind:
    """
    What can be told: a name, a title and a body with places for facts.

    A fact that is a mapping of languages (a shop's name) is said in the reader's language.
    """

    def __init__(self, name: str, *, title: Promise, body: Promise, is_mailed: bool = True):
        self.name, self.title, self.body, self.is_mailed = name, title, body, is_mailed
        _register[name] = self

    def said(self, facts: Mapping) -> tuple[str, str]:
        """Title and body in the language that is active."""
        from mall.texts import Text

        words = {name: str(Text(value)) if isinstance(value, dict) else value for name, value in facts.items()}
        return str(self.title) % words, str(self.body) % words


def kinds() -> dict[str, Kind]:
    return dict(_register)


def kind_named(name: str) -> Kind | None:
    return _register.get(name)
