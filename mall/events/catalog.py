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


@event
class ShopPagePublished:
    """A shop shows its front page in a new version; ``restored_from`` is the older one that it repeats, if it does."""

    shop_id: str
    number: int
    restored_from: int | None
    published_at: str
