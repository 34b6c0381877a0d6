"""C5: the whole index is written anew by several processes, and says what each product's own change wrote."""

from django.http import QueryDict

from catalog.listing import asked, listing
from catalog.models import FacetName, FacetValue, ProductSearch
from catalog.search import index
from catalog.search.building import build_index
from tests.factories.catalog import product, sku


def test_several_processes_write_the_index_beside_each_other(committed_db, monkeypatch):
    monkeypatch.setattr(index, "BATCH", 2)
    features = [{"name": {"en": "Colour"}, "value": {"en": colour}} for colour in ("red", "blue", "green")]
    for number in range(7):
        sku(product=product(title=f"盖碗 {number}", attributes=features[number % 3 :]), stock=number % 2)
    before = told()
    for table in (ProductSearch, FacetValue, FacetName):
        table.objects.all().delete()
    assert told()["ids"] == []

    assert build_index(processes=3) == 7

    assert told() == before
    assert build_index(processes=1) == 7
    assert told() == before


def told() -> dict:
    """What a list says of the goods and their features."""
    page = listing(asked(QueryDict("sort=newest"), path="/search/", words="盖碗"))
    counts = {(str(facet.label), choice.label, choice.count) for facet in page.facets for choice in facet.choices}
    rows = ProductSearch.objects.order_by("pk").values_list("pk", "is_listed", "in_stock", "price", "weight")
    return {"ids": [card.public_id for card in page.cards], "counts": counts, "rows": list(rows)}
