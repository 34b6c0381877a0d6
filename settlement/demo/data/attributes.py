"""What the categories of the demonstration ask of their goods, and how the lines of the goods answer."""

from settlement.demo.data.shapes import Asked, words

# category, name as the goods say it, English, kind, flags (r required, f filter), then unit and steps, or choices
_ASKED = (
    ("home", "产地", "Made in", "text", ""),
    ("teaware", "工艺", "Process", "choice", "f", (("手工拉坯", "Wheel-thrown by hand"), ("柴烧", "Wood-fired"))),
    ("teaware", "微波炉", "Microwave", "flag", "f"),
    ("teaware", "容量", "Capacity", "number", "f", ("毫升", "ml"), (100, 200, 500)),
    ("teaware", "适用", "Best for", "text", ""),
    ("kitchenware", "适用炉灶", "Cooktops", "choice", "f", (
        ("全炉灶通用", "All cooktops"), ("全炉灶、烤箱", "All cooktops and oven"),
        ("燃气灶、电陶炉", "Gas and ceramic cooktops"),
    )),
    ("kitchenware", "材质", "Material", "choice", "f", (
        ("氮化精铁", "Nitrided carbon steel"), ("铝合金", "Aluminum alloy"),
        ("304 不锈钢复合", "Clad 304 stainless steel"),
        ("铸铁", "Cast iron"), ("珐琅铸铁", "Enameled cast iron"), ("304 不锈钢", "304 stainless steel"),
    )),
    ("kitchenware", "功率", "Power", "number", "f", ("W", "W"), (500, 1000)),
    ("living", "承重", "Holds", "number", "", ("kg", "kg"), ()),
    ("clothing", "版型", "Fit", "choice", "f", (
        ("合身", "Regular"), ("宽松", "Relaxed"), ("直筒", "Straight"), ("微喇", "Bootcut"),
    )),
    ("clothing", "季节", "Season", "choices", "rf", (
        ("春", "Spring"), ("夏", "Summer"), ("秋", "Autumn"), ("冬", "Winter"),
    )),
    ("clothing", "面料", "Fabric", "text", ""),
    ("shoes", "鞋面", "Upper", "text", ""),
    ("shoes", "鞋底", "Sole", "choice", "f", (("橡胶", "Rubber"), ("橡胶片", "Rubber sheet"), ("EVA", "EVA"))),
    ("shoes", "跟高", "Heel", "number", "f", ("cm", "cm"), (3, 6)),
    ("bags", "材质", "Material", "choice", "f", (
        ("头层牛皮", "Full-grain leather"), ("羊皮", "Sheepskin"), ("防水尼龙", "Waterproof nylon"),
    )),
    ("bags", "容量", "Capacity", "number", "f", ("升", "L"), (10, 16)),
    ("electronics", "质保", "Warranty", "choice", "f", (
        ("1 年", "1 year"), ("18 个月", "18 months"), ("2 年", "2 years"),
    )),
    ("audio", "连接", "Connection", "text", ""),
    ("audio", "无线", "Wireless", "flag", "f"),
    ("audio", "降噪", "Noise canceling", "flag", "f"),
    ("audio", "续航", "Battery", "number", "f", ("小时", "hours"), (12, 30)),
    ("smart", "防水", "Waterproof", "choice", "f", (("5 ATM", "5 ATM"), ("无", "None"))),
    ("food", "产地", "Origin", "text", ""),
    ("food", "保质期", "Shelf life", "number", "f", ("个月", "months"), (12, 24)),
    ("tea", "茶类", "Type", "choice", "f", (
        ("绿茶", "Green tea"), ("花茶", "Scented tea"), ("乌龙茶", "Oolong"), ("红茶", "Black tea"),
        ("白茶", "White tea"), ("黑茶", "Dark tea"),
    )),
    ("tea", "采摘年份", "Year of picking", "number", "f", ("", ""), ()),
    ("tea", "烘焙度", "Roast", "choice", "f", (
        ("浅", "Light"), ("浅中", "Light-medium"), ("中", "Medium"), ("中深", "Medium-dark"), ("深", "Dark"),
    )),
    ("pantry", "等级", "Grade", "choice", "f", (("一级", "First"), ("有机", "Organic"))),
    ("fresh", "储存", "Keep", "choice", "f", (
        ("冷藏", "Refrigerate"), ("常温通风", "Cool and airy"), ("常温", "Room temperature"),
        ("-18 ℃ 冷冻", "Frozen, -18 °C"),
    )),
    ("beauty", "开封后", "After opening", "number", "", ("个月", "months"), ()),
    ("makeup", "质地", "Finish", "choice", "f", (
        ("哑光", "Matt"), ("水光", "Glossy"), ("亮面", "Shiny"), ("清爽", "Light"),
    )),
    ("skincare", "肤质", "Skin", "choice", "f", (
        ("各种肤质", "All"), ("敏感", "Sensitive"), ("干性", "Dry"), ("婴幼儿", "Infants"),
    )),
    ("toys", "适龄", "Age from", "number", "rf", ("岁", "years"), (3, 6)),
    ("sports", "承重", "Holds", "number", "f", ("kg", "kg"), (100, 150)),
    ("garden-pets", "光照", "Light", "choice", "f", (
        ("散光", "Indirect"), ("全日照", "Full sun"), ("避直晒", "Out of the sun"),
    )),
)  # fmt: skip


def all_attributes() -> list[Asked]:
    """Those of a category stand in the order of the table."""
    found = []
    for category, zh, en, kind, flags, *rest in _ASKED:
        unit, steps, choices = ("", ""), (), ()
        if kind == "number":
            unit, steps = rest
        elif rest:
            (choices,) = rest
        found.append(
            Asked(
                category=category,
                name=words(zh, en),
                kind=kind,
                is_required="r" in flags,
                is_filterable="f" in flags,
                unit=words(*unit) if any(unit) else {},
                steps=tuple(steps),
                choices=tuple(words(*choice) for choice in choices),
            )
        )
    return found
