"""The brands, all invented."""

from settlement.demo.data.shapes import Brand, words

BRANDS = [
    Brand(slug=slug, name=words(zh, en))
    for slug, zh, en in (
        ("yunjian", "云间", "Yunjian"),
        ("shanlan", "山岚", "Shanlan"),
        ("hemu", "禾木生活", "Hemu Living"),
        ("mianyue", "棉月", "Mianyue"),
        ("luma", "鹿麻", "Lu & Ma"),
        ("sanqian", "三浅", "Sanqian"),
        ("xingji", "行迹箱包", "Xingji Bags"),
        ("tabu", "踏步", "Tabu Steps"),
        ("yeliu", "野流", "Yeliu"),
        ("shiyin", "拾音", "Shiyin"),
        ("huisheng", "回声木箱", "Huisheng"),
        ("weiguang", "微光", "Weiguang"),
        ("jianqiao", "键桥", "Jianqiao"),
        ("lengjing", "棱镜影像", "Lengjing"),
        ("tianyuan", "田原记", "Tianyuan"),
        ("maixu", "麦序", "Maixu"),
        ("guoyu", "果遇", "Guoyu"),
        ("chaodu", "潮渡", "Chaodu"),
        ("huajian", "花涧", "Huajian"),
        ("baizhi", "白芷集", "Baizhi"),
        ("southerncross", "南十字洗护", "Cross & Tide"),
        ("kowhai", "柯怀湾", "Kowhai Bight"),
        ("wattle", "合欢与羊毛", "Wattle & Fleece"),
        ("mumu", "木木", "Mumu"),
        ("jimu", "积木星", "Jimu Star"),
        ("shanye", "山野集", "Shanye"),
        ("xunfeng", "循风", "Xunfeng"),
        ("maoyuan", "猫园", "Maoyuan"),
        ("zhuqing", "竹青", "Zhuqing"),
        ("xianwai", "弦外", "Xianwai"),
        ("shiguang", "旧时光", "Old Hours"),
    )
]
