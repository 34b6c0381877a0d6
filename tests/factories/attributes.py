"""What categories ask, at rest."""

from decimal import Decimal

from catalog.attributes import settle
from catalog.models import Attribute, AttributeChoice, Category
from mall.texts import Text


def text(name: str) -> Text:
    chinese, _bar, english = name.partition("|")
    return Text({"zh-hans": chinese, "en": english or chinese})


def attribute(
    category: Category, name: str = "烘焙度|Roast", *, kind: str = "choice", choices=(), **fields
) -> Attribute:
    """An attribute in effect; names are written ``烘焙度|Roast``."""
    fields = {"is_filterable": True, **fields}
    if isinstance(fields.get("unit"), str):
        fields["unit"] = text(fields["unit"])
    fields["steps"] = [Decimal(step) for step in fields.get("steps", ())]
    row = Attribute.objects.create(category=category, name=text(name), kind=kind, **fields)
    AttributeChoice.objects.bulk_create(
        AttributeChoice(attribute=row, name=text(choice), position=place) for place, choice in enumerate(choices)
    )
    settle(category)
    return row


def choice(row: Attribute, name: str) -> int:
    """The key of the choice with this Chinese name."""
    return next(one.pk for one in row.choices.all() if one.name["zh-hans"] == name)
