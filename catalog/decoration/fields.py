"""
What a block holds, field by field: each type knows what may stand in it, how it is typed, and how it is shown.

``clean`` turns anything at all into a value fit to be kept (plain JSON) or says what is wrong with it; forms, the
demonstration and publishing all pass through it. ``shown`` makes of a kept value what a template draws, and trusts it
as little as ``clean`` did.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from catalog.decoration import links, rich
from catalog.decoration.models import PagePicture
from catalog.models import Category, Product
from mall.forms import TextFormField
from mall.pictures import PictureFormField, sizes_of
from mall.texts import Text
from merchants.models import Shop

Words = Promise | str
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
MOST_OFFERED = 300  # products to choose from


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a block."""

    label: Words
    help_text: Words = ""
    required: bool = False
    empty = ""

    def clean(self, value: object, shop: Shop) -> object:
        """
        The value as it is kept.

        :raises ValidationError: it cannot be kept, and why
        """
        raise NotImplementedError

    def shown(self, value: object) -> object:
        """What a template draws of a kept value."""
        return value

    def words(self, value: object) -> Iterator[str]:
        """All that somebody reads in a kept value."""
        return iter(())

    def said(self, value: object) -> str:
        """A few words by which people know what stands here, in their language."""
        return ""

    def form_field(self, shop: Shop) -> forms.Field:
        """How it is typed; what it says goes through ``clean``, so it need not judge."""
        raise NotImplementedError

    def missing(self) -> ValidationError:
        return ValidationError(_("This field is required."))

    def _told(self, **more) -> dict:
        return {"label": self.label, "help_text": self.help_text, "required": False, **more}


@dataclass(frozen=True, kw_only=True)
class Line(Field):
    """One line of words, in the languages of the mall."""

    longest: int = 60
    empty = Text()

    def clean(self, value: object, shop: Shop) -> dict:
        if not isinstance(value, Mapping) or not set(value) <= {code for code, _name in settings.LANGUAGES}:
            raise ValidationError(_("This is no text."))
        text = {code: self._fit(one) for code, one in value.items()}
        text = {code: one for code, one in text.items() if one}
        if self.required and not text.get(settings.LANGUAGE_CODE):
            raise ValidationError(_("Fill in the Chinese text."))
        return text

    def _fit(self, one: object) -> str:
        if not isinstance(one, str) or _CONTROL.search(one):
            raise ValidationError(_("This is no text."))
        one = self._tidy(one)
        if len(one) > self.longest:
            raise ValidationError(_("At most %(most)d characters.") % {"most": self.longest})
        return one

    def _tidy(self, one: str) -> str:
        return " ".join(one.split())

    def shown(self, value: object) -> Text:
        return Text(value if isinstance(value, Mapping) else {})

    def words(self, value: object) -> Iterator[str]:
        yield from (value.values() if isinstance(value, Mapping) else ())

    def said(self, value: object) -> str:
        return strip_tags(str(Text(value if isinstance(value, Mapping) else {})))

    def form_field(self, shop: Shop) -> forms.Field:
        return TextFormField(**self._told(max_length=self.longest))


@dataclass(frozen=True, kw_only=True)
class Rich(Line):
    """Paragraphs of words with a little HTML, cleaned when they are kept and again when they are drawn."""

    longest: int = 8_000

    def _tidy(self, one: str) -> str:
        return rich.cleaned(one.strip())

    def shown(self, value: object) -> str:
        return rich.as_html(str(Text(value if isinstance(value, Mapping) else {})))

    def form_field(self, shop: Shop) -> forms.Field:
        return TextFormField(**self._told(max_length=self.longest, widget=forms.Textarea(attrs={"rows": 8})))


@dataclass(frozen=True, kw_only=True)
class LinkTo(Field):
    """A page of the mall or a web address, see ``links``."""

    def clean(self, value: object, shop: Shop) -> str:
        if not isinstance(value, str):
            raise ValidationError(_("This is no address."))
        if not value.strip():
            if self.required:
                raise self.missing()
            return ""
        link = links.link_of(value)
        if link is None:
            raise ValidationError(
                _("Enter the address of a page of this mall, such as /shop/…/, or a web address with https://.")
            )
        return link.url

    def shown(self, value: object) -> links.Link | None:
        return links.link_of(value) if isinstance(value, str) else None

    def form_field(self, shop: Shop) -> forms.Field:
        return forms.CharField(
            **self._told(max_length=links.LONGEST, widget=forms.TextInput(attrs={"inputmode": "url"}))
        )


@dataclass(frozen=True, kw_only=True)
class Picture(Field):
    """One of the pictures that the shop has sent for its page, by its name."""

    def clean(self, value: object, shop: Shop) -> str:
        if not isinstance(value, str):
            raise ValidationError(_("This is no picture."))
        if not value:
            if self.required:
                raise ValidationError(_("Choose a picture first."))
            return ""
        if _CONTROL.search(value) or not PagePicture.objects.owned_by(shop).filter(image=value).exists():
            raise ValidationError(_("This is no picture of your shop."))
        return value

    def shown(self, value: object) -> str:
        is_ours = isinstance(value, str) and value.startswith(PagePicture.FOLDER) and sizes_of(value)
        return value if is_ours else ""

    def form_field(self, shop: Shop) -> forms.Field:
        return PictureFormField(**self._told(longest=PagePicture.LONGEST))


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a few ways."""

    required: bool = True
    choices: Mapping[str, Words] = field(default_factory=dict)

    @property
    def empty(self) -> str:
        return next(iter(self.choices))

    def clean(self, value: object, shop: Shop) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise ValidationError(_("Choose one of these."))
        return value

    def shown(self, value: object) -> str:
        return value if isinstance(value, str) and value in self.choices else self.empty

    def said(self, value: object) -> str:
        return str(self.choices[self.shown(value)])

    def form_field(self, shop: Shop) -> forms.Field:
        return forms.ChoiceField(**self._told(choices=list(self.choices.items()), widget=forms.RadioSelect))


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A count between two bounds."""

    required: bool = True
    least: int
    most: int
    usual: int

    @property
    def empty(self) -> int:
        return self.usual

    def clean(self, value: object, shop: Shop) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise ValidationError(
                _("Enter a number between %(least)d and %(most)d.") % {"least": self.least, "most": self.most}
            )
        return value

    def shown(self, value: object) -> int:
        return value if isinstance(value, int) and self.least <= value <= self.most else self.usual

    def form_field(self, shop: Shop) -> forms.Field:
        widget = forms.NumberInput(attrs={"min": self.least, "max": self.most})
        return forms.IntegerField(**self._told(widget=widget))


@dataclass(frozen=True, kw_only=True)
class Goods(Field):
    """Products of the shop, by their numbers, in their order. Which of them can be seen is found out when drawing."""

    most: int = 24
    empty = ()

    def clean(self, value: object, shop: Shop) -> list[str]:
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) and len(one) < 40 for one in value):
            raise ValidationError(_("Choose products of your shop."))
        chosen = list(dict.fromkeys(value))
        if len(chosen) > self.most:
            raise ValidationError(_("Choose at most %(most)d.") % {"most": self.most})
        if any(_CONTROL.search(one) for one in chosen):
            raise ValidationError(_("Choose products of your shop."))
        if Product.objects.owned_by(shop).filter(public_id__in=chosen).count() < len(chosen):
            raise ValidationError(_("Choose products of your shop."))
        return chosen

    def shown(self, value: object) -> list[str]:
        return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []

    def form_field(self, shop: Shop) -> forms.Field:
        rows = Product.objects.owned_by(shop).filter(status=Product.Status.ON_SALE).order_by("-on_sale_at", "-pk")
        offered = [(row.public_id, str(row.title)) for row in rows.only("public_id", "title")[:MOST_OFFERED]]
        return forms.MultipleChoiceField(**self._told(choices=offered, widget=forms.CheckboxSelectMultiple))


@dataclass(frozen=True, kw_only=True)
class CategoryOf(Field):
    """A category of the mall, by its address; what is beneath it counts too."""

    def clean(self, value: object, shop: Shop) -> str:
        if not value:
            if self.required:
                raise self.missing()
            return ""
        if not isinstance(value, str) or not Category.objects.filter(slug=value[:60]).exists():
            raise ValidationError(_("There is no such category."))
        return value

    def shown(self, value: object) -> str:
        return value if isinstance(value, str) else ""

    def form_field(self, shop: Shop) -> forms.Field:
        used = Product.objects.owned_by(shop).filter(status=Product.Status.ON_SALE).values("category__path")
        paths = {path[:end] for (path,) in used.values_list("category__path").distinct() for end in _ends(path)}
        offered = [
            (row.slug, "\u2003" * (row.depth - 1) + str(row.name))
            for row in Category.objects.filter(path__in=paths).order_by("path")
        ]
        return forms.ChoiceField(**self._told(choices=[("", "—"), *offered]))


def _ends(path: str) -> range:
    """Where the categories above a category end in its path."""
    return range(Category.steplen, len(path) + 1, Category.steplen)


class WrongItems(ValidationError):
    """Some of several items are wrong; ``errors`` says which: ``{"0.title": "…"}``."""

    def __init__(self, errors: dict[str, str]):
        super().__init__(list(errors.values()))
        self.errors = errors


@dataclass(frozen=True, kw_only=True)
class Several(Field):
    """A list of alike things, each of the same fields."""

    fields: Mapping[str, Field]
    one: Words  # what one of them is called
    least: int = 1
    most: int = 8
    check: Callable[[dict], dict[str, str]] = lambda item: {}
    empty = ()

    def clean(self, value: object, shop: Shop) -> list[dict]:
        if not isinstance(value, list | tuple):
            raise ValidationError(_("This is no list."))
        if not self.least <= len(value) <= self.most:
            raise ValidationError(
                _("Between %(least)d and %(most)d of them.") % {"least": self.least, "most": self.most}
            )
        items, errors = [], {}
        for place, one in enumerate(value):
            item, wrong = clean_all(self.fields, one, shop)
            wrong = wrong or self.check(item)
            errors |= {f"{place}.{name}": said for name, said in wrong.items()}
            items.append(item)
        if errors:
            raise WrongItems(errors)
        return items

    def shown(self, value: object) -> list[dict]:
        items = value if isinstance(value, list | tuple) else []
        return [show_all(self.fields, item) for item in items[: self.most]]

    def words(self, value: object) -> Iterator[str]:
        for item in value if isinstance(value, list | tuple) else []:
            yield from words_of_all(self.fields, item)

    def said(self, value: object) -> str:
        items = value if isinstance(value, list | tuple) else []
        return next(filter(None, (said_of_all(self.fields, item) for item in items)), "")

    def form_field(self, shop: Shop) -> forms.Field:
        raise TypeError("several things are typed in forms of their own")


def clean_all(fields: Mapping[str, Field], values: object, shop: Shop) -> tuple[dict, dict[str, str]]:
    """The values as they are kept, and what is wrong with them by the names of their fields."""
    if not isinstance(values, Mapping):
        return {}, {"": _("This is no block.")}
    cleaned, errors = {}, {str(name): _("This field does not belong here.") for name in set(values) - set(fields)}
    for name, one in fields.items():
        value = values.get(name, one.empty)
        try:
            cleaned[name] = one.clean(value, shop)
        except WrongItems as wrong:
            errors |= {f"{name}.{path}": said for path, said in wrong.errors.items()}
        except ValidationError as wrong:
            errors[name] = " ".join(wrong.messages)
    return cleaned, errors


def show_all(fields: Mapping[str, Field], values: object) -> dict:
    values = values if isinstance(values, Mapping) else {}
    return {name: one.shown(values.get(name, one.empty)) for name, one in fields.items()}


def words_of_all(fields: Mapping[str, Field], values: object) -> Iterator[str]:
    values = values if isinstance(values, Mapping) else {}
    for name, one in fields.items():
        yield from one.words(values.get(name, one.empty))


def said_of_all(fields: Mapping[str, Field], values: object) -> str:
    values = values if isinstance(values, Mapping) else {}
    return next(filter(None, (one.said(values.get(name, one.empty)) for name, one in fields.items())), "")
