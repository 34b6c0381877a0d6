"""Tables, figures, charts, ways and steps."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator

from mall.charts import Chart, Series
from mall.money import Money
from mall.styleguide.chapters.controls import _form
from mall.styleguide.samples import CUP, LAMP, PEOPLE, PLANT, Row
from mall.styleguide.specimen import NOTHING, USUAL, Chapter, Specimen, State, both, spoken
from mall.texts import Text


class FilterForm(forms.Form):
    """What a list may be narrowed by."""

    q = forms.CharField(label=both("搜索", "Search"), required=False)
    state = forms.ChoiceField(
        label=both("状态", "State"), choices=[("", "–"), ("paid", spoken(both("待发货", "To ship")))], required=False
    )
    since = forms.DateField(
        label=both("下单日期从", "Placed from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    has_fold_errors = False

    def fold(self):
        return [self["state"], self["since"]]

    def chips(self):
        return [SimpleNamespace(label=both("状态", "State"), value=both("待发货", "To ship"), url="#main")]


def charts() -> list[Chart]:
    days = [str(both(f"5月{day}日", f"{day} May")) for day in range(1, 15)]
    paid = [
        182_300,
        96_400,
        133_700,
        171_200,
        88_000,
        240_500,
        310_900,
        205_600,
        164_300,
        151_800,
        197_400,
        223_000,
        342_800,
        298_100,
    ]
    refunded = [0, 12_900, 0, 4_500, 0, 0, 25_900, 13_800, 0, 0, 19_900, 0, 0, 6_900]
    return [
        Chart(
            key="takings",
            title=str(both("成交额", "Takings")),
            labels=days,
            series=[Series(str(both("已付款", "Paid")), paid, "bar"), Series(str(both("退款", "Refunded")), refunded)],
            unit="money",
            summary=str(both("近两周", "The last two weeks")),
            axis=str(both("日期", "Day")),
        ),
        Chart(
            key="visitors",
            title=str(both("访客", "Visitors")),
            labels=days,
            series=[Series(str(both("访客", "Visitors")), [value // 900 for value in paid])],
            unit=str(both("人", "people")),
            axis=str(both("日期", "Day")),
        ),
        Chart(key="quiet", title=str(both("新店", "New shop")), labels=days[:2], series=[Series("–", [0, 0])]),
    ]


def lists(now: datetime) -> Chapter:
    orders = [
        ("4kx2m9", PEOPLE[0], Row("paid", spoken(both("待发货", "To ship"))), Money(43_600)),
        ("8pd3wq", PEOPLE[1], Row("shipped", both("运输中", "On the way")), Money(12_900)),
        ("z71hyt", PEOPLE[2], Row("unpaid", both("待付款", "Unpaid")), Money(7_800)),
    ]
    heading = {
        "placed": SimpleNamespace(label=both("下单时间", "Placed"), url="#main", direction="descending"),
        "total": SimpleNamespace(label=both("合计", "Total"), url="#main", direction=""),
    }
    actions = [
        {"name": "ship", "label": both("批量发货", "Ship"), "sign": "truck", "tone": "primary"},
        {"name": "print", "label": both("打印面单", "Print labels")},
        {
            "name": "cancel",
            "label": both("取消", "Cancel"),
            "tone": "danger",
            "confirm": both("要取消选中的订单吗？", "Cancel the chosen orders?"),
        },
    ]
    steps = [
        {"label": both("提交订单", "Placed"), "state": "done"},
        {"label": both("付款", "Paid"), "state": "done"},
        {"label": both("发货", "Shipped"), "state": "now"},
        {"label": both("完成", "Completed"), "state": ""},
    ]
    way = [
        {
            "title": both("派送中", "Out for delivery"),
            "note": both("快递员正在派送", "The courier is on the way"),
            "at": now,
        },
        {"title": both("到达杭州", "Arrived in Hangzhou"), "at": now - timedelta(hours=9)},
        {"title": both("已发货", "Shipped"), "at": now - timedelta(days=1)},
    ]
    pages = SimpleNamespace(previous_url="", next_url="#main")
    heads = {"class": "end"}
    takings, visitors, quiet = charts()
    changed = {
        "has_old": True,
        "lines": [
            {
                "label": both("标题", "Title"),
                "language": "zh-hans",
                "old": [_piece("青瓷"), _piece("盖碗", True)],
                "new": [_piece("青瓷"), _piece("茶壶", True)],
            },
            {"label": both("品牌", "Brand"), "old": [], "new": [_piece(both("云间", "Yunjian"), True)]},
        ],
        "old_pictures": [({"image": CUP, "alt": ""}, True), ({"image": LAMP, "alt": ""}, False)],
        "new_pictures": [({"image": CUP, "alt": ""}, True), ({"image": PLANT, "alt": ""}, False)],
    }
    return Chapter(
        "lists",
        both("列表与数据", "Lists and figures"),
        [
            Specimen(
                "_table_heading.html",
                both("可排序、可筛选、可批量的表格", "Table: sort, filter, choose, turn pages"),
                both(
                    "后台列表由 mall/backoffice/tables.py 供数：列头是链接，筛选是 GET 表单，所有功能无脚本可用。",
                    "Lists of the back office (mall/backoffice/tables.py): headings are links, filters a GET form; "
                    "everything works without scripts. Hold shift to choose a range.",
                ),
                [
                    State(
                        Text(),
                        {
                            "orders": orders,
                            "heading": heading,
                            "heads": heads,
                            "actions": actions,
                            "filter": _form(FilterForm, "list", {}),
                            "pages": pages,
                        },
                    )
                ],
                "styleguide/_table.html",
                is_wide=True,
            ),
            Specimen("_table_filters.html", both("筛选", "Filters"), both("见上方表格。", "In the table above."), []),
            Specimen(
                "_table_bulk.html", both("批量操作", "Bulk actions"), both("见上方表格。", "In the table above."), []
            ),
            Specimen(
                "_table_pages.html", both("逐页翻", "Pages by edge"), both("见上方表格。", "In the table above."), []
            ),
            Specimen(
                "_pagination.html",
                both("分页", "Pagination"),
                both("短列表（店面、账户）。", "For short lists (storefront, account)."),
                [
                    State(both("中间", "In the middle"), {"page": Paginator(range(60), 20).page(2)}),
                    State(both("第一页", "First page"), {"page": Paginator(range(60), 20).page(1)}),
                ],
            ),
            Specimen(
                "_figure.html",
                both("指标", "Figure"),
                both("名称、数值、与上期相比。", "Name, value, and how it compares."),
                [
                    State(
                        both("上升", "Up"),
                        {
                            "label": both("成交额", "Takings"),
                            "value": Money(1_284_600),
                            "change": 12,
                            "against": both("较上周", "against last week"),
                        },
                    ),
                    State(both("下降", "Down"), {"label": both("访客", "Visitors"), "value": 892, "change": -5}),
                    State(
                        both("越少越好", "Less is better"),
                        {"label": both("退款", "Refunds"), "value": 3, "change": -20, "is_good_down": True},
                    ),
                    State(both("可点", "A link"), {"label": both("待发货", "To ship"), "value": 6, "url": "#main"}),
                ],
            ),
            Specimen(
                "_chart.html",
                both("图表", "Chart"),
                both(
                    "图由背后的表格画成；每张图都有表格和 CSV。没有脚本时只有表格。",
                    "Drawn from the table behind it, which is also a CSV. Without scripts the table stands open.",
                ),
                [
                    State(both("金额，柱与线", "Money, bars and a line"), {"chart": takings}),
                    State(both("数量，一条线", "A count, one line"), {"chart": visitors}),
                    State(NOTHING, {"chart": quiet}),
                ],
                is_wide=True,
            ),
            Specimen(
                "_differences.html",
                both("新旧对照", "Old and new"),
                both(
                    "审核时逐字比较，删去的和新写的各有标记。",
                    "Compared word by word for who reviews: what goes and what comes is marked.",
                ),
                [State(USUAL, {"differences": changed})],
                is_wide=True,
            ),
            Specimen(
                "_stepper.html",
                both("步骤", "Stepper"),
                both("终点已知的过程；通常三到五步。", "How far along, where the end is known; three to five steps."),
                [State(USUAL, {"label": both("进度", "Progress"), "steps": steps})],
            ),
            Specimen(
                "_timeline.html",
                both("时间线", "Timeline"),
                both("已经发生的事，最新在上。", "What has happened, the latest first."),
                [State(USUAL, {"steps": way})],
            ),
        ],
    )


def _piece(text, is_changed: bool = False) -> dict:
    return {"text": text, "is_changed": is_changed}
