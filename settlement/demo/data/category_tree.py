"""Twenty-four categories in two levels."""

from settlement.demo.data.shapes import Category, words

# slug, zh, en, commission, emoji, risk, children
_TREE = (
    ("home", "家居生活", "Home & Living", 350, "couch", "plain", (
        ("teaware", "茶具酒器", "Tea & Wine Ware", 300, "teapot", "plain"),
        ("kitchenware", "锅具餐具", "Cookware & Tableware", 300, "pan", "plain"),
        ("living", "家纺家饰", "Bedding & Decor", 350, "bed", "plain"),
    )),
    ("fashion", "服饰鞋包", "Fashion", 500, "dress", "plain", (
        ("clothing", "服装", "Clothing", 500, "tshirt", "plain"),
        ("shoes", "鞋靴", "Shoes", 500, "sneaker", "plain"),
        ("bags", "箱包配饰", "Bags & Accessories", 500, "handbag", "plain"),
    )),
    ("electronics", "数码电器", "Electronics", 200, "laptop", "plain", (
        ("audio", "影音耳机", "Audio", 200, "headphones", "plain"),
        ("computing", "电脑手机", "Computers & Phones", 150, "keyboard", "plain"),
        ("smart", "智能影像", "Cameras & Smart Devices", 200, "watch", "plain"),
    )),
    ("food", "食品茶饮", "Food & Drink", 400, "bread", "complex", (
        ("tea", "茶叶咖啡", "Tea & Coffee", 400, "teacup", "complex"),
        ("pantry", "粮油零食", "Pantry & Snacks", 350, "cookie", "complex"),
        ("fresh", "生鲜水果", "Fresh Food", 100, "apple", "complex"),
    )),
    ("beauty", "美妆个护", "Beauty", 600, "lipstick", "complex", (
        ("makeup", "彩妆香氛", "Makeup & Fragrance", 800, "lipstick", "complex"),
        ("skincare", "护肤洗护", "Skin & Body Care", 600, "lotion", "complex"),
    )),
    ("leisure", "兴趣生活", "Play & Leisure", 450, "guitar", "plain", (
        ("toys", "玩具母婴", "Toys & Baby", 450, "teddy", "complex"),
        ("sports", "运动户外", "Sports & Outdoors", 450, "basketball", "plain"),
        ("garden-pets", "花植宠物", "Garden & Pets", 400, "potted_plant", "plain"),
        ("stationery-music", "文具乐器", "Stationery & Music", 500, "violin", "plain"),
    )),
)  # fmt: skip


def all_categories() -> list[Category]:
    """Every category, each parent before its children."""
    found = []
    for *top, children in _TREE:
        found.append(_category(None, *top))
        found.extend(_category(top[0], *child) for child in children)
    return found


def _category(parent: str | None, slug: str, zh: str, en: str, commission_bps: int, emoji: str, risk: str) -> Category:
    return Category(slug=slug, parent=parent, name=words(zh, en), commission_bps=commission_bps, emoji=emoji, risk=risk)
