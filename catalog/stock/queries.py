"""Reads of stock across warehouses, for pages and files."""

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from catalog.models import Stock, StockTransfer, StockTransferLine, Warehouse
from catalog.stock.low import with_threshold


def with_counts(skus: QuerySet, warehouse: Warehouse | None = None) -> QuerySet:
    """
    The SKUs with ``on_hand`` and ``reserved`` in all warehouses together, or in one, ``in_transit``, and what
    ``with_threshold`` adds: ``available`` to shoppers, ``threshold``, ``is_low``.
    """
    stocks = Stock.objects.filter(sku=OuterRef("pk")).order_by()
    if warehouse is not None:
        stocks = stocks.filter(warehouse=warehouse)
    ways = StockTransferLine.objects.filter(sku=OuterRef("pk"), transfer__status=StockTransfer.Status.SENT).order_by()

    def total(rows: QuerySet, column: str) -> Coalesce:
        counted = rows.values("sku").annotate(pieces=Sum(column)).values("pieces")
        return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

    return with_threshold(
        skus.annotate(
            on_hand=total(stocks, "on_hand"), reserved=total(stocks, "reserved"), in_transit=total(ways, "quantity")
        )
    )
