"""What people press and fill in."""

from django import forms

from mall.accounts.forms import CaptchaField
from mall.forms import MoneyFormField, TextFormField
from mall.pages import Choice
from mall.styleguide.specimen import USUAL, Chapter, Specimen, State, both, plain, spoken


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=both("收货人", "Consignee"), help_text=both("与身份证一致", "As on the parcel"))
    price = MoneyFormField(label=both("价格", "Price"))
    title = TextFormField(label=both("商品名称", "Title"))
    city = forms.ChoiceField(
        label=both("城市", "City"),
        choices=[("hz", spoken(both("杭州", "Hangzhou"))), ("cd", spoken(both("成都", "Chengdu")))],
    )
    about = forms.CharField(label=both("留言", "Message"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    is_default = forms.BooleanField(label=both("设为默认地址", "Make it my default"), required=False)


class PickForm(forms.Form):
    """Fields of which several inputs are one question."""

    stars = forms.ChoiceField(
        label=both("您的评分", "Your rating"),
        choices=[
            (5, spoken(both("很好", "Excellent"))),
            (3, spoken(both("一般", "Fair"))),
            (1, spoken(both("很差", "Bad"))),
        ],
        widget=forms.RadioSelect,
        initial=5,
    )


class FileForm(forms.Form):
    """Something to send."""

    pictures = forms.FileField(label=both("商品图片", "Pictures"), required=False)


class QuestionForm(forms.Form):
    """A question that programs do not answer."""

    captcha = CaptchaField(
        label=both("抄写图中字符，或回答问题", "Copy the signs of the picture, or answer the question")
    )


def _form(form, prefix: str, data: dict | None = None):
    made = form(data, prefix=prefix, auto_id=f"{prefix}-%s")
    if data is not None:
        made.is_valid()
    return made


def controls() -> Chapter:
    wrong = {"wrong-name": "", "wrong-price": "abc", "wrong-city": "xx", "wrong-title_0": ""}
    usual, refused = _form(SampleForm, "usual"), _form(SampleForm, "wrong", wrong)
    tabs = [
        Choice("all", both("全部", "All"), "#main", selected=True, count=128),
        Choice("ship", both("待发货", "To ship"), "#main", count=6),
        Choice("way", both("运输中", "On the way"), "#main"),
    ]
    return Chapter(
        "controls",
        both("操作", "Controls"),
        [
            plain(
                "_buttons.html",
                both("按钮", "Buttons"),
                both(
                    "一屏只有一个主按钮；危险操作先问一声（data-confirm）。触控目标 44 像素起。",
                    "One main button per view. What cannot be undone asks first (data-confirm). Targets from 44 px.",
                ),
            ),
            Specimen(
                "_field.html",
                both("表单项", "Field"),
                both(
                    "标签在上，说明在下，错误紧随其后；必填不标，选填才标。",
                    "Label above, help below, error after it. Only what is optional is marked.",
                ),
                [
                    State(USUAL, {"field": usual["name"]}),
                    State(both("有错", "Wrong"), {"field": refused["name"]}),
                    State(both("金额", "Money"), {"field": refused["price"]}),
                    State(both("选择", "Choice"), {"field": usual["city"]}),
                    State(both("选填长文本", "Optional, long"), {"field": usual["about"]}),
                    State(both("勾选", "Check"), {"field": usual["is_default"]}),
                ],
            ),
            Specimen(
                "widgets/text.html",
                both("双语输入", "Both languages"),
                both("商品等内容的名称，每种语言一行。", "For words of goods: one line per language."),
                [State(USUAL, {"field": usual["title"]})],
                "components/_field.html",
            ),
            Specimen(
                "widgets/picture.html",
                both("一张图片", "One picture"),
                both("店标等单张图片；已有的可以移除。", "A shop's sign and the like; what is there may be removed."),
                [State(USUAL, {"label": both("店标", "Sign"), "widget": PICTURE})],
                "styleguide/_picture.html",
            ),
            Specimen(
                "widgets/captcha.html",
                both("人机问题", "Question for people"),
                both(
                    "多次尝试之后才出现；看不到图片的人回答文字问题，二者答其一。",
                    "Only after many attempts. Who does not see the picture answers the words; one of both is enough.",
                ),
                [
                    State(USUAL, {"field": _form(QuestionForm, "asked")["captcha"]}),
                    State(both("答错", "Wrong"), {"field": _form(QuestionForm, "again", {})["captcha"]}),
                ],
                "components/_field.html",
            ),
            Specimen(
                "_form.html",
                both("整张表单", "Whole form"),
                both("字段依次排列；复杂的页面自己排版。", "All fields in order; larger pages arrange theirs."),
                [State(USUAL, {"form": _form(PickForm, "whole")})],
            ),
            Specimen(
                "_form_errors.html",
                both("表单出错", "Form errors"),
                both("放在表单最前面。", "Stands at the very top of the form."),
                [State(both("字段有错", "A field is wrong"), {"form": refused})],
            ),
            Specimen(
                "_rating_input.html",
                both("打分", "Choose stars"),
                both("评价页。五颗星在前。", "The review page. Five stars come first."),
                [State(USUAL, {"field": _form(PickForm, "stars")["stars"]})],
            ),
            Specimen(
                "_quantity.html",
                both("数量", "Quantity"),
                both(
                    "无脚本时是普通数字框；按钮由 frame.js 添上。",
                    "Without scripts a plain number; frame.js puts the buttons around it.",
                ),
                [
                    State(USUAL, {"id": "n1", "name": "n1", "label": QUANTITY, "value": 2, "least": 1, "most": 9}),
                    State(
                        both("不可用", "Disabled"),
                        {
                            "id": "n2",
                            "name": "n2",
                            "label": QUANTITY,
                            "value": 1,
                            "least": 1,
                            "most": 1,
                            "is_disabled": True,
                        },
                    ),
                ],
            ),
            Specimen(
                "_tabs.html",
                both("标签页", "Tabs"),
                both("缩小列表范围的链接，可带数量。", "Links that narrow a list, with counts where they help."),
                [State(USUAL, {"tabs": tabs, "label": both("订单状态", "Orders by state")})],
            ),
            Specimen(
                "_segments.html",
                both("分段", "Segments"),
                both("同一内容的两到四种看法。", "Two to four ways to see the same thing."),
                [
                    State(
                        USUAL,
                        {
                            "choices": [
                                Choice("7", both("近 7 天", "7 days"), "#main", selected=True),
                                Choice("30", both("近 30 天", "30 days"), "#main"),
                            ],
                            "label": both("时段", "Period"),
                        },
                    )
                ],
            ),
            Specimen(
                "_upload.html",
                both("上传", "Upload"),
                both(
                    "可拖放，发送时显示进度（表单加 data-upload，页面引入 js/upload.js）。",
                    "Takes what is dropped and tells how far the sending is (data-upload on the form, js/upload.js).",
                ),
                [
                    State(
                        USUAL,
                        {
                            "field": _form(FileForm, "files")["pictures"],
                            "accept": "image/png,image/jpeg,image/webp",
                            "many": True,
                            "hint": both("JPEG、PNG 或 WebP，单张不超过 15 MB", "JPEG, PNG or WebP, up to 15 MB each"),
                        },
                    )
                ],
            ),
            Specimen(
                "_appearance.html",
                both("外观", "Appearance"),
                both("后台与本页。", "The back office, and this page."),
                [State(USUAL, {})],
            ),
            Specimen(
                "_dark.html",
                both("深色样式", "The dark's tokens"),
                both(
                    "后台框架在所有样式之后引入；上面的切换决定它何时生效。",
                    "The back office's frame links it last; the switch above decides when it holds.",
                ),
                [],
            ),
        ],
    )


QUANTITY = both("数量", "Quantity")
PICTURE = {
    "name": "logo",
    "attrs": {"id": "logo-sample", "accept": "image/*"},
    "is_initial": True,
    "required": False,
    "checkbox_id": "logo-clear",
    "checkbox_name": "logo-clear",
}
