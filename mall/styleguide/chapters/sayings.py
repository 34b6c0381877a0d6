"""What the mall says back."""

from dataclasses import dataclass

from mall.styleguide.samples import Row
from mall.styleguide.specimen import USUAL, Chapter, Specimen, State, both
from mall.texts import Text


def sayings() -> Chapter:
    words = [both("已保存。", "Saved."), both("网络不稳定，请稍后再试。", "The line is bad. Try again soon.")]
    return Chapter(
        "sayings",
        both("反馈", "Sayings"),
        [
            Specimen(
                "_alert.html",
                both("提示", "Alert"),
                both(
                    "留在页面里、与内容有关的话；一件事一条。",
                    "What stays on the page and belongs to what is there. One matter, one alert.",
                ),
                [
                    State(
                        both("说明", "Information"),
                        {"text": both("店铺会在 48 小时内发货。", "The shop ships within 48 hours.")},
                    ),
                    State(both("成功", "Success"), {"tone": "success", "text": words[0]}),
                    State(
                        both("提醒", "Warning"),
                        {
                            "tone": "warning",
                            "title": both("价格有变化", "A price has changed"),
                            "text": both("请确认后再提交订单。", "Please look again before you order."),
                            "url": "#main",
                            "label": both("查看变化", "See what changed"),
                        },
                    ),
                    State(both("错误", "Error"), {"tone": "error", "text": words[1]}),
                ],
            ),
            Specimen(
                "_messages.html",
                both("消息与轻提示", "Messages and toasts"),
                both(
                    "上一步操作的结果；脚本可用时浮在角落，五秒后消失。",
                    "What the last step had to say; after a step in the background it floats in the corner.",
                ),
                [
                    State(
                        USUAL,
                        {
                            "messages": [
                                Said("success", both("已加入购物车", "It is in your cart.")),
                                Said("error", both("库存不足", "There is not enough stock.")),
                            ]
                        },
                    )
                ],
            ),
            Specimen(
                "_badge.html",
                both("徽标", "Badge"),
                both(
                    "一个词的状态或标记。颜色只是重复文字。", "A state or mark in a word; the colour only repeats it."
                ),
                [
                    State(both("安静", "Quiet"), {"label": both("草稿", "Draft")}),
                    State(both("好", "Good"), {"label": both("在售", "On sale"), "tone": "good"}),
                    State(both("进行", "Going on"), {"label": both("待审核", "In review"), "tone": "info"}),
                    State(both("留意", "Mind"), {"label": both("待付款", "Unpaid"), "tone": "warn"}),
                    State(both("坏", "Bad"), {"label": both("已冻结", "Frozen"), "tone": "bad"}),
                    State(both("品牌", "Brand"), {"label": both("默认", "Default"), "tone": "brand"}),
                    State(
                        both("会员", "Member"),
                        {"label": both("会员价", "Member price"), "tone": "gold", "sign": "crown"},
                    ),
                ],
            ),
            Specimen(
                "_status.html",
                both("状态", "Status"),
                both("某一行数据的状态，颜色由状态决定。", "The status of a row; the tone follows from it."),
                [
                    State(both("待付款", "Unpaid"), {"of": Row("unpaid", both("待付款", "Awaiting payment"))}),
                    State(both("已完成", "Completed"), {"of": Row("completed", both("已完成", "Completed"))}),
                ],
            ),
            Specimen(
                "_empty.html",
                both("空状态", "Empty state"),
                both("说明为什么空，给出一条出路。", "Says why there is nothing and offers one way on."),
                [
                    State(
                        both("有出路", "With a way on"),
                        {
                            "sign": "cart",
                            "title": both("购物车是空的", "Your cart is empty"),
                            "text": both(
                                "放进来的东西登录后也还在。", "What you put in stays here, also when you sign in later."
                            ),
                            "url": "#main",
                            "label": both("去逛逛", "Look around"),
                        },
                    ),
                    State(
                        both("只是没有", "Just nothing"),
                        {
                            "sign": "inbox",
                            "title": both("没有待办", "Nothing to do"),
                            "text": both("今天都处理完了。", "All done for today."),
                        },
                    ),
                ],
            ),
            Specimen(
                "_skeleton.html",
                both("骨架", "Skeleton"),
                both(
                    "片段加载时占位，形状与内容一致；整页不用。",
                    "Holds the place of a part that loads. Never for a whole page.",
                ),
                [
                    State(both("文字", "Words"), {"shape": "words", "places": range(3)}),
                    State(both("列表", "Rows"), {"shape": "rows", "places": range(2)}),
                    State(both("卡片", "Cards"), {"shape": "cards", "places": range(3)}),
                ],
            ),
            Specimen(
                "_progress.html",
                both("进度", "Progress"),
                both("上传、导出等需要等待的事。", "For what takes time: uploads, exports."),
                [
                    State(
                        both("进行中", "Under way"),
                        {"label": both("正在导出", "Exporting"), "value": 42, "most": 100, "text": "42%"},
                    ),
                    State(
                        both("完成", "Done"),
                        {"label": both("导出完成", "Exported"), "value": 1, "most": 1, "tone": "good", "text": "100%"},
                    ),
                    State(both("未知", "Unknown"), {"label": both("正在准备", "Getting ready"), "most": 1}),
                ],
            ),
            Specimen(
                "_dialog.html",
                both("弹层", "Sheet"),
                both(
                    "补充说明：运费规则、保障条款。无脚本也能开合；手机上从底部升起。",
                    "For what explains: shipping, promises. Opens without scripts; rises from the bottom on phones.",
                ),
                [
                    State(
                        USUAL,
                        {
                            "id": "sheet-sample",
                            "opener": both("运费说明", "About shipping"),
                            "title": both("运费说明", "About shipping"),
                            "body": both("满 199 元包邮，不满收 10 元。", "Free from ¥199; below that ¥10."),
                            "sign": "truck",
                        },
                    )
                ],
            ),
            Specimen(
                "_confirm.html",
                both("确认", "Question before a step"),
                both(
                    "表单或按钮写 data-confirm 即可；每页只有一个，由框架带来。",
                    "Put data-confirm on a form or button. There is one per page; the frame brings it.",
                ),
                [State(USUAL, {})],
                "styleguide/_confirm.html",
            ),
        ],
    )


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the messages framework hands it over."""

    level_tag: str
    message: Text

    def __str__(self) -> str:
        return str(self.message)


MESSAGES = [
    Said("success", both("已加入购物车", "It is in your cart.")),
    Said("error", both("库存不足", "There is not enough stock.")),
]
