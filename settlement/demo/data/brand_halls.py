"""Halls of brands: sign, story, registration; two of them are protected."""

from settlement.demo.data.shapes import Hall, words

HALLS = [
    Hall(
        brand="yunjian", emoji="teapot", colour="#e3ece2", registration="示例注册第 30812001 号",
        story=words(
            "云间从一口龙泉小窑开始。师傅们只做每天用得上的茶器：壶嘴断水利落，盖碗不烫手，杯沿薄得恰到好处。",
            "Yunjian began with one small kiln in Longquan. Its potters make what is used every day: spouts that cut"
            " the stream clean, gaiwans that stay cool to the hand, rims just thin enough.",
        ),
    ),
    Hall(
        brand="shiyin", emoji="headphones", colour="#e2e6f0", registration="示例注册第 30812002 号", is_protected=True,
        story=words(
            "拾音由三位录音师创立。每一副耳机都在录音棚里听过两百小时，只为把乐手想说的话原样交到你耳边。",
            "Three recording engineers founded Shiyin. Every pair is listened to for two hundred hours in a studio, so"
            " that what the players meant arrives as they meant it.",
        ),
    ),
    Hall(
        brand="lengjing", emoji="camera", colour="#efe6de", registration="示例注册第 30812003 号", is_protected=True,
        story=words(
            "棱镜影像相信好照片来自愿意多等一秒的人。我们做可靠的相机，也做能用十年的配件。",
            "Lengjing believes that good pictures come from those who wait a second longer. It makes cameras to rely"
            " on, and parts that last ten years.",
        ),
    ),
    Hall(
        brand="shanlan", emoji="teacup", colour="#ece7df", registration="示例注册第 30812004 号",
        story=words(
            "山岚的茶园在武夷山的岩缝里，一年只采一季春茶，焙火的事交给三十年的老师傅。",
            "The gardens of Shanlan lie between the rocks of Wuyi. Tea is picked in spring only, and roasted by a"
            " master of thirty years.",
        ),
    ),
    Hall(
        brand="mianyue", emoji="bed", colour="#f0e7ea", registration="",
        story=words(
            "棉月只用长绒棉，洗得越久越软。",
            "Mianyue uses long-staple cotton only; it grows softer with every wash.",
        ),
    ),
    Hall(
        brand="jimu", emoji="teddy", colour="#f3eadb", registration="示例注册第 30812006 号",
        story=words(
            "积木星的玩具先给设计师自己的孩子玩上半年。",
            "Toys of Jimu Star are first played with for half a year by the designers' own children.",
        ),
    ),
    Hall(
        brand="shanye", emoji="tent", colour="#e4ebdf", registration="",
        story=words(
            "山野集的装备在川西的雪线上试过。", "The gear of Shanye was tried at the snow line of western Sichuan."
        ),
    ),
    Hall(
        brand="zhuqing", emoji="fountain_pen", colour="#e2ebe6", registration="示例注册第 30812008 号",
        story=words(
            "竹青把一支笔拆成四十七道工序，慢慢写，慢慢好。",
            "Zhuqing makes a pen in forty-seven steps: written with slowly, it becomes better slowly.",
        ),
    ),
]  # fmt: skip
