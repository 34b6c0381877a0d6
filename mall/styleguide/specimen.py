"""What the style guide is made of: chapters of specimens, each a template of the kit with the states it knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import lazy

from mall.texts import Text


@dataclass(frozen=True, slots=True)
class State:
    """One way in which a component may be met."""

    label: Text
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Specimen:
    """A component: its file, when to take it, and its states."""

    file: str  # under templates/components/, or under templates/styleguide/ for what is markup and classes only
    title: Text
    note: Text
    states: list[State]
    drawn: str = ""  # another template that puts it where it belongs
    is_wide: bool = False

    @property
    def drawn_by(self) -> str:
        return self.drawn or f"components/{self.file}"

    @property
    def anchor(self) -> str:
        return "kit-" + self.file.removesuffix(".html").lstrip("_").replace("/", "-")


@dataclass(frozen=True, slots=True)
class Chapter:
    """Specimens that belong together."""

    key: str
    title: Text
    specimens: list[Specimen] = field(default_factory=list)


def both(chinese: str, english: str) -> Text:
    return Text({"zh-hans": chinese, "en": english})


def plain(file: str, title: Text, note: Text, *, is_wide: bool = True, **context) -> Specimen:
    """Markup and classes without a template of their own."""
    return Specimen(file, title, note, [State(Text(), context)], f"styleguide/{file}", is_wide)


spoken = lazy(str, str)  # a text where something must be a string: the label of a choice
USUAL = both("平常", "Usual")
NOTHING = both("没有内容", "Nothing")
