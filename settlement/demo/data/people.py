"""Two hundred shoppers who do not exist, at addresses whose streets do not."""

import random

from settlement.demo.data.shapes import Address, Shopper

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈"
_GIVEN = (
    "小满", "知夏", "若溪", "一诺", "思远", "念安", "云帆", "雨桐", "子墨", "清扬",
    "明轩", "语嫣", "星河", "书宁", "嘉木", "晓棠", "北辰", "南乔", "立秋", "白露",
    "谷雨", "拾光", "青禾", "听澜", "望舒", "景行", "采薇", "鹿鸣", "初晴", "未央",
    "向晚", "知行", "安歌", "半夏", "沐阳", "言蹊", "如许", "有方", "长风", "新月",
)  # fmt: skip
_ENGLISH = (
    "Alex Sample", "Robin Placeholder", "Sam Example", "Jamie Demo",
    "Taylor Specimen", "Morgan Sampleton", "Casey Template", "Riley Mockford",
    "Jordan Fixture", "Avery Standin", "Quinn Example", "Rowan Sample",
    "Skyler Demo", "Emery Mockford", "Harper Template", "Reese Placeholder",
)  # fmt: skip

# Province, city, districts, the first three digits of the postal code.
_PLACES = (
    ("北京市", "北京市", ("朝阳区", "海淀区", "丰台区", "通州区"), "100"),
    ("上海市", "上海市", ("浦东新区", "徐汇区", "杨浦区", "闵行区"), "200"),
    ("广东省", "广州市", ("天河区", "海珠区", "番禺区"), "510"),
    ("广东省", "深圳市", ("南山区", "福田区", "龙华区"), "518"),
    ("浙江省", "杭州市", ("西湖区", "余杭区", "滨江区"), "310"),
    ("浙江省", "宁波市", ("鄞州区", "海曙区"), "315"),
    ("江苏省", "南京市", ("玄武区", "建邺区", "江宁区"), "210"),
    ("江苏省", "苏州市", ("姑苏区", "吴中区", "虎丘区"), "215"),
    ("四川省", "成都市", ("锦江区", "武侯区", "青羊区"), "610"),
    ("湖北省", "武汉市", ("武昌区", "洪山区", "江汉区"), "430"),
    ("湖南省", "长沙市", ("岳麓区", "雨花区"), "410"),
    ("陕西省", "西安市", ("雁塔区", "碑林区"), "710"),
    ("山东省", "青岛市", ("市南区", "崂山区"), "266"),
    ("山东省", "济南市", ("历下区", "市中区"), "250"),
    ("福建省", "厦门市", ("思明区", "湖里区"), "361"),
    ("重庆市", "重庆市", ("渝中区", "江北区", "南岸区"), "400"),
    ("天津市", "天津市", ("和平区", "南开区"), "300"),
    ("辽宁省", "大连市", ("中山区", "沙河口区"), "116"),
    ("黑龙江省", "哈尔滨市", ("南岗区", "道里区"), "150"),
    ("云南省", "昆明市", ("五华区", "盘龙区"), "650"),
    ("河南省", "郑州市", ("金水区", "中原区"), "450"),
    ("安徽省", "合肥市", ("蜀山区", "包河区"), "230"),
)
_STREETS = ("示例路", "样板街", "演示大道", "示范巷", "虚构路")


def shoppers(count: int = 200) -> list[Shopper]:
    """The first `count` shoppers; the first two hundred stay the same however many are asked for."""
    return [_shopper(number) for number in range(1, count + 1)]


def _shopper(number: int) -> Shopper:
    dice = random.Random(f"shopper/{number}")
    english = number % 25 == 12
    name = _ENGLISH[number // 25 % len(_ENGLISH)] if english else _chinese_name(number)
    phone = f"+86199{number:08d}"
    province, city, districts, postal = dice.choice(_PLACES)
    return Shopper(
        number=number,
        email=f"shopper{number:03d}@demo.example.com",
        name=name,
        phone=phone,
        language="en" if english else "zh-hans",
        address=Address(
            consignee=name,
            phone=phone,
            province=province,
            city=city,
            district=dice.choice(districts),
            street=f"{dice.choice(_STREETS)} {dice.randint(1, 199)} 号 {dice.randint(1, 12)} 幢 "
            f"{dice.randint(1, 4)} 单元 {dice.randint(1, 28)}{dice.randint(1, 4):02d} 室",
            postal_code=f"{postal}000",
        ),
    )


def _chinese_name(number: int) -> str:
    """Surname and given name step at different strides, so names repeat only after two thousand."""
    return _SURNAMES[number * 7 % len(_SURNAMES)] + _GIVEN[number * 11 % len(_GIVEN)]
