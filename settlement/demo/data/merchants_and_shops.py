"""Fourteen shops of twelve merchants, all invented; their towns are real and known for such goods."""
# ruff: noqa: E501 - a sentence stays on its line

from settlement.demo.data.credit_codes import credit_code
from settlement.demo.data.shapes import Merchant, Shop, words


def _merchant(number: int, slug: str, zh: str, en: str, kind: str, region: str, contact: str) -> Merchant:
    return Merchant(
        slug=slug,
        legal_name=zh,
        legal_name_en=en,
        kind=kind,
        credit_code=credit_code(
            kind="92" if kind == "individual" else "91", region=region, organization=f"MADEM{number:03d}"
        ),
        contact_name=contact,
    )


MERCHANTS = {
    merchant.slug: merchant
    for merchant in (
        _merchant(
            1,
            "yunjian",
            "龙泉云间陶器工作室(示例)",
            "Longquan Yunjian Pottery Studio (Example)",
            "individual",
            "331181",
            "沈示青",
        ),
        _merchant(
            2,
            "shanlan",
            "武夷山山岚茶业有限公司(示例)",
            "Wuyishan Shanlan Tea Co., Ltd. (Example)",
            "enterprise",
            "350782",
            "林示岩",
        ),
        _merchant(
            3,
            "hemu",
            "阳江禾木家居用品有限公司(示例)",
            "Yangjiang Hemu Homeware Co., Ltd. (Example)",
            "brand",
            "441700",
            "陈示禾",
        ),
        _merchant(
            4,
            "qianjian",
            "杭州浅涧时尚有限公司(示例)",
            "Hangzhou Qianjian Fashion Co., Ltd. (Example)",
            "brand",
            "330100",
            "周示浅",
        ),
        _merchant(
            5,
            "tabu",
            "温州踏步鞋业有限公司(示例)",
            "Wenzhou Tabu Footwear Co., Ltd. (Example)",
            "enterprise",
            "330300",
            "郑示步",
        ),
        _merchant(
            6,
            "shiwei",
            "深圳拾微科技有限公司(示例)",
            "Shenzhen Shiwei Technology Co., Ltd. (Example)",
            "brand",
            "440300",
            "何示音",
        ),
        _merchant(
            7,
            "tianyuan",
            "哈尔滨田原记农业有限公司(示例)",
            "Harbin Tianyuan Farms Co., Ltd. (Example)",
            "enterprise",
            "230100",
            "赵示田",
        ),
        _merchant(
            8,
            "southerncross",
            "宁波南十字跨境贸易有限公司(示例)",
            "Ningbo Southern Cross Cross-Border Trading Co., Ltd. (Example)",
            "cross_border",
            "330200",
            "梁示洋",
        ),
        _merchant(
            9,
            "shanye",
            "成都山野集户外用品有限公司(示例)",
            "Chengdu Shanye Outdoors Co., Ltd. (Example)",
            "enterprise",
            "510100",
            "唐示野",
        ),
        _merchant(
            10, "xianwai", "遵义弦外琴行(示例)", "Zunyi Xianwai Music Store (Example)", "individual", "520300", "罗示弦"
        ),
        _merchant(
            11, "mumu", "云和木木玩具作坊(示例)", "Yunhe Mumu Toy Workshop (Example)", "individual", "331125", "叶示木"
        ),
        _merchant(
            12,
            "jiushiguang",
            "苏州旧时光钟表行(示例)",
            "Suzhou Old Hours Clock Store (Example)",
            "individual",
            "320500",
            "顾示时",
        ),
    )
}


def _shop(slug: str, merchant: str, name, tagline, about, where, look, freight, story: str) -> Shop:
    color, emoji, tint = look
    return Shop(
        slug=slug,
        merchant=MERCHANTS[merchant],
        name=words(*name),
        tagline=words(*tagline),
        about=words(*about),
        province=where[0],
        city=where[1],
        color=color,
        emoji=emoji,
        emoji_tint=tint,
        freight=freight[0],
        freight_free_over=freight[1],
        story=story,
    )


SHOPS = [
    _shop(
        "yunjian",
        "yunjian",
        ("云间陶舍", "Yunjian Pottery"),
        ("一窑一色，慢慢用旧", "Every kiln a different color"),
        (
            "我们在龙泉烧了十一年青瓷，只做喝茶、喝酒、插花的小器物。每一窑都不一样，所以照片和你收到的会有一点点差别。碎了可以单补一只。",
            "We have been firing celadon in Longquan for eleven years, and make only small things for tea, wine and flowers. No "
            "two kilns agree, so yours will differ a little from the picture. If a piece breaks, we make you another.",
        ),
        ("浙江省", "丽水市"),
        ("#6f9a86", "teapot", "#e8efe9"),
        (1000, 19900),
        "star",
    ),
    _shop(
        "shanlan",
        "shanlan",
        ("山岚茶事", "Shanlan Tea"),
        ("山里人自己喝的茶", "The tea we drink ourselves"),
        (
            "茶园在武夷山海拔八百米上下，三代人做茶。口粮茶到正岩都有，不讲故事，只写产地、年份和焙火日期。",
            "Our gardens lie at about 800 meters in Wuyishan and three generations have worked them. From daily tea to rock tea, we "
            "tell no tales: only the place, the year and the roasting date.",
        ),
        ("福建省", "南平市"),
        ("#5d7f4f", "leaf", None),
        (800, 9900),
        "steady",
    ),
    _shop(
        "hemu",
        "hemu",
        ("禾木生活", "Hemu Living"),
        ("锅碗被枕，过日子的东西", "Pots, plates and pillows to live with"),
        (
            "阳江做刀、南通做被、赣州做椅，我们替一个家把这些东西挑到一起。用料写在明处，坏了有人修。",
            "Knives from Yangjiang, bedding from Nantong, chairs from Ganzhou: we gather what a home needs. Materials are stated "
            "plainly, and there is someone to mend what breaks.",
        ),
        ("广东省", "阳江市"),
        ("#b0723f", "pan", None),
        (1200, 16900),
        "star",
    ),
    _shop(
        "sanqian",
        "qianjian",
        ("三浅衣橱", "Sanqian Wardrobe"),
        ("穿得久，比穿得新重要", "Worn long rather than worn new"),
        (
            "一年只做两季，版型改到第三稿才开货。面料成分、缩水率和色牢度都写在详情页，尺码按身高体重推荐。",
            "Two seasons a year, and no pattern goes to the cutters before its third draft. Fiber, shrinkage and colorfastness are "
            "on every page, and sizes are advised by height and weight.",
        ),
        ("浙江省", "杭州市"),
        ("#7d6a8f", "dress", "#b79ac9"),
        (1000, 19900),
        "steady",
    ),
    _shop(
        "tabu",
        "tabu",
        ("踏步鞋履", "Tabu Shoes"),
        ("温州鞋厂直供", "Straight from a Wenzhou workshop"),
        (
            "厂里直发，码数全、上新快。旺季发货会慢一些，着急穿的朋友请先问客服。",
            "Shipped from our own workshop in every size. We are slower in the high season, so ask us first if you are in a hurry.",
        ),
        ("浙江省", "温州市"),
        ("#a4473f", "sneaker", "#e8e2e0"),
        (1200, 29900),
        "low_health",
    ),
    _shop(
        "shiyin",
        "shiwei",
        ("拾音声学", "Shiyin Audio"),
        ("把声音还给耳朵", "Giving sound back to ears"),
        (
            "一群调音师开的店，从耳机、音箱到麦克风都自己调。每台出厂附频响曲线，三十天内听不惯可换一款。",
            "A shop run by tuners: headphones, speakers and microphones are voiced in-house. Each ships with its response curve, and "
            "if it is not to your ear you may swap it within thirty days.",
        ),
        ("广东省", "深圳市"),
        ("#3f5a86", "headphones", None),
        (0, 0),
        "star",
    ),
    _shop(
        "weiguang",
        "shiwei",
        ("微光数码", "Weiguang Digital"),
        ("够用，好用，不吵", "Enough, easy, quiet"),
        (
            "电脑、手机配件和家里的小智能。参数写全，缺点也写，客服是懂行的工程师。",
            "Computers, phone things and small cleverness for the home. We list every figure and the drawbacks too, and the people "
            "who answer you are engineers.",
        ),
        ("广东省", "深圳市"),
        ("#3a7d7a", "laptop", None),
        (0, 4900),
        "steady",
    ),
    _shop(
        "tianyuan",
        "tianyuan",
        ("田原记", "Tianyuan Farm"),
        ("当季的，才好吃", "Good because it is in season"),
        (
            "自有农场加七个合作产区，米是下单后现碾，水果是当天采。坏果包赔不用寄回，一张照片就行。",
            "Our own farm and seven partner regions. Rice is milled after you order and fruit is picked the same day. One photo is "
            "enough for a refund on anything spoiled.",
        ),
        ("黑龙江省", "哈尔滨市"),
        ("#c08a2f", "rice_ear", None),
        (800, 6900),
        "steady",
    ),
    _shop(
        "huajian",
        "qianjian",
        ("花涧美妆", "Huajian Beauty"),
        ("成分写在正面", "Ingredients on the front"),
        (
            "彩妆与护肤两条线，配方公开到百分比，备案号可查。小样随单送，试过再买正装。",
            "Makeup and skin care with formulas published to the percent and registration numbers you can check. Samples come with "
            "every order, so try before you buy.",
        ),
        ("浙江省", "杭州市"),
        ("#b8607a", "lipstick", None),
        (0, 9900),
        "steady",
    ),
    _shop(
        "southerncross",
        "southerncross",
        ("南十字海外购", "Southern Cross Imports"),
        ("南半球直采，保税仓发货", "From the far south, by way of a bonded warehouse"),
        (
            "在新西兰和澳大利亚做了九年采购，蜂蜜、洗护和孩子的玩具。每批都有检验编号，关税已含在价格里。",
            "Nine years of buying in New Zealand and Australia: honey, body care and children's toys. Every batch has a test number "
            "and duty is already in the price.",
        ),
        ("浙江省", "宁波市"),
        ("#2f6f9e", "honey", None),
        (2000, 29900),
        "steady",
    ),
    _shop(
        "shanye",
        "shanye",
        ("山野集", "Shanye Outdoors"),
        ("户外、花园和毛孩子", "Outdoors, garden and the furry ones"),
        (
            "周末去山里，平日在阳台。帐篷和球拍我们自己用坏过，花和猫粮我们自己养过。",
            "Hills on weekends, a balcony on weekdays. We have worn out the tents and rackets ourselves, and raised the plants and "
            "cats that these foods are for.",
        ),
        ("四川省", "成都市"),
        ("#4f7a4a", "tent", None),
        (1000, 12900),
        "steady",
    ),
    _shop(
        "xianwai",
        "xianwai",
        ("弦外琴房", "Xianwai Strings"),
        ("纸上写字，弦上说话", "Words on paper, words on strings"),
        (
            "一间小琴房，顺手卖文具。琴都是老师挑过校过音才发，慢一点，但不会跑调。",
            "A small music room that also sells paper and pens. Teachers choose and tune every instrument before it leaves: slower, "
            "but never out of tune.",
        ),
        ("贵州省", "遵义市"),
        ("#8a5a3c", "violin", None),
        (1500, 39900),
        "near_zombie",
    ),
    _shop(
        "mumu",
        "mumu",
        ("木木手作", "Mumu Wood Toys"),
        ("刚开张，请多指教", "Newly opened; be kind"),
        (
            "云和是木玩之乡，我在自家院子做玩具。第一批只有几款，都是给自己女儿做过的。",
            "Yunhe is toy country and I make mine in our courtyard. There are only a few so far, and every one was first made for my "
            "own daughter.",
        ),
        ("浙江省", "丽水市"),
        ("#9a6a35", "train", None),
        (1000, 15900),
        "newcomer",
    ),
    _shop(
        "jiushiguang",
        "jiushiguang",
        ("旧时光钟表", "Old Hours Clocks"),
        ("修表二十年，也卖表", "Twenty years of mending, and some selling"),
        (
            "老城巷子里的一间钟表铺，座钟闹钟都上过油校过时。店主年纪大了，回复慢，请多包涵。",
            "A clock store in an old lane. Everything has been oiled and set. The owner is getting on in years and answers slowly; "
            "please bear with him.",
        ),
        ("江苏省", "苏州市"),
        ("#7a5b3a", "clock_mantel", None),
        (1800, 49900),
        "frozen",
    ),
]
