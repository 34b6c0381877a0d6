"""What the catalogue announces."""

from mall.events.bus import event


@event
class ProductChanged:
    """Something that shoppers see of a product changed: text, price, pictures, status."""

    product_id: str
    shop_id: str
    changed_at: str


@event
class ProductApproved:
    """Platform staff approved a product; it is on sale."""

    product_id: str
    shop_id: str
    approved_at: str


@event
class ProductReviewed:
    """A shopper who bought it reviewed a product."""

    product_id: str
    shop_id: str
    order_line_id: int
    stars: int
    written_at: str
