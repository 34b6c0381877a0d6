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
    """Platform staff approved a product; it is on sale, or will be at the moment that the shop has set."""

    product_id: str
    shop_id: str
    approved_at: str


@event
class ProductChangeDecided:
    """
    What waited for a reviewer, a new product or a change of an approved one, waits no more.

    ``outcome`` is approved, refused or withdrawn; ``by_staff`` is false where no person needed to look any more, and
    where the shop took it back.
    """

    change_id: str
    product_id: str
    shop_id: str
    is_new: bool
    outcome: str
    by_staff: bool
    decided_at: str


@event
class ProductTakenDown:
    """Platform staff took a product down; ``reason`` is coded as reviewers' reasons are, ``note`` the shop's words."""

    product_id: str
    shop_id: str
    reason: str
    note: str
    decided_by: int | None
    decided_at: str


@event
class ProductReviewed:
    """
    A shopper who bought it reviewed a product; ``deal`` is the key of the deal that her order took, if any.
    ``is_trial``: it was given to her to be tried, so her stars do not count.
    """

    product_id: str
    shop_id: str
    order_line_id: int
    stars: int
    deal: str = ""
    is_trial: bool = False
    written_at: str


@event
class ShopPagePublished:
    """A shop shows its front page in a new version; ``restored_from`` is the older one that it repeats, if it does."""

    shop_id: str
    number: int
    restored_from: int | None
    published_at: str


@event
class ReviewAnswered:
    """The shop answered a review for the first time."""

    review_id: str
    product_id: str
    shop_id: str
    answered_at: str


@event
class ReviewExcluded:
    """A review counts no more: staff hid it, or granted the shop's appeal against it."""

    review_id: str
    product_id: str
    shop_id: str
    order_line_id: int
    stars: int
    decided_at: str


@event
class ReviewReadmitted:
    """A review that staff had hidden counts again."""

    review_id: str
    product_id: str
    shop_id: str
    order_line_id: int
    stars: int
    decided_at: str


@event
class ReviewAppealDecided:
    """Staff answered a shop's appeal against a review."""

    review_id: str
    shop_id: str
    is_granted: bool
    verdict: str
    decided_at: str


@event
class QuestionAsked:
    """A shopper asked something about a product."""

    question_id: str
    product_id: str
    shop_id: str
    asked_at: str


@event
class QuestionAnswered:
    """The shop, or somebody who bought it, answered a question."""

    question_id: str
    answer_id: str
    product_id: str
    shop_id: str
    is_shop: bool
    answered_at: str


@event
class StockFellLow:
    """Of these SKUs of a shop there is no more than it wants to be told of; once for each fall."""

    shop_id: str
    sku_ids: tuple
    fell_at: str


@event
class ProductBackInStock:
    """Of a SKU that was sold out there is something to buy again."""

    product_id: str
    sku_id: str
    shop_id: str
    back_at: str


@event
class BrandAuthorizationDecided:
    """Staff granted, refused or withdrew a shop's authorization of a brand."""

    authorization_id: str
    shop_id: str
    status: str
    reason: str
    decided_at: str


@event
class BrandAuthorizationExpiring:
    """A shop's authorization of a brand runs out on a day; told once each 30, 15 and 7 days before."""

    authorization_id: str
    shop_id: str
    valid_to: str
    days: int
    told_at: str


@event
class ShopVisited:
    """On a business day (``day``, YYYY-MM-DD) so many people looked at the shop's page and its products', so often."""

    shop_id: str
    day: str
    visitors: int
    page_views: int


@event
class CommissionRuleConfirmed:
    """A version of a rule of commission will be in force from a moment on; the shops that it concerns are told."""

    version_id: str
    rule_id: str
    effective_at: str
    confirmed_at: str
