"""What a page shows: its blocks with everything that their templates draw, asked for at once for each kind."""

from collections import defaultdict

from catalog.decoration.content import Content, content_of, kind_of
from catalog.decoration.drafts import latest_version
from merchants.models import Shop


def published_page(shop: Shop) -> dict | None:
    """What shoppers see, ``None`` for the usual look; one query and those of its blocks."""
    version = latest_version(shop)
    return drawn(content_of(version), shop) if version else None


def has_published_page(shop: Shop) -> bool:
    version = latest_version(shop)
    return bool(version and version.blocks)


def drawn(content: Content, shop: Shop) -> dict | None:
    """``{"theme", "blocks": [{"kind", "id", "template", …}]}``; ``None`` when nothing of it is to be seen."""
    of_kind = defaultdict(list)
    for block in content.blocks:
        kind = kind_of(block)
        if kind is not None and not block["hidden"]:
            of_kind[kind.name].append((kind, block))
    filled = {}
    for pairs in of_kind.values():
        kind = pairs[0][0]
        shown = kind.fill([kind.shown(block["fields"]) for _kind, block in pairs], shop)
        for (_kind, block), what in zip(pairs, shown, strict=True):
            if what is not None:
                filled[block["id"]] = {**what, "kind": kind.name, "id": block["id"], "template": kind.template}
    blocks = [filled[block["id"]] for block in content.blocks if block["id"] in filled]
    if not blocks:
        return None
    blocks[0]["is_first"] = True
    return {"theme": content.theme, "blocks": blocks}
