"""What shoppers ask and what is answered, by family of goods; and what they add to a review weeks later."""

# family: (question, the shop's answer, a buyer's answer), each in the language of its asker
QUESTIONS = {
    "tea": (
        (
            "这款茶放久了会跑味吗？",
            "密封避光可放 18 个月，开袋后建议两个月内喝完。",
            "我放冰箱冷藏的，三个月了香气还在。",
        ),
        (
            "新手用盖碗泡，投多少克合适？",
            "110 毫升盖碗投 5 克，90 度水温，前三泡快出汤。",
            "4 克就够了，5 克对我来说偏浓。",
        ),
        (
            "Is this year's harvest?",
            "Yes, picked this spring; the date is printed on the pouch.",
            "Mine was two months old when it arrived.",
        ),
    ),
    "teaware": (
        ("能直接放微波炉吗？", "没有金边的款可以短时加热，有金边的请勿使用。", "我没试过，平时都是热水烫。"),
        ("盖碗会烫手吗？", "撇口设计，拿边沿不烫；建议不要斟太满。", "倒七分满就不烫。"),
        (
            "Does it fit a small hand?",
            "It holds 120 ml and weighs 130 g; most people find it easy.",
            "I have small hands and it is fine.",
        ),
    ),
    "kitchenware": (
        ("电磁炉能用吗？", "能用，锅底做了复合导磁层。", "家里就是电磁炉，受热挺均匀。"),
        ("第一次用要开锅吗？", "要的，随箱有说明，抹油小火烧十分钟即可。", "开了两次锅，之后就很好用了。"),
    ),
    "clothing": (
        ("身高 165 体重 55 选什么码？", "建议 M 码；喜欢宽松选 L 码。", "我 163 穿 M 正好。"),
        ("机洗会缩水吗？", "冷水轻柔洗不缩水，请不要烘干。", "洗过三次，没缩。"),
    ),
    "shoes": (("脚背高能穿吗？", "鞋带可调，建议大半码。", "我脚背高，买大一码刚好。"),),
    "computing": (
        ("可以同时连两台设备吗？", "可以，长按切换键两秒即可切换。", "手机和电脑来回切，没掉过线。"),
        (
            "Does it work with a Mac?",
            "Yes, there is a switch for the layout on the back.",
            "Works on my MacBook out of the box.",
        ),
    ),
    "audio": (("戴眼镜会不会夹？", "耳罩柔软、夹力较轻，也可先试戴，七天内可退。", "我戴眼镜，两小时没问题。"),),
    "living": (
        ("安装难不难，师傅上门吗？", "随箱有图纸和工具，一个人半小时可以装好。", "我一个人装的，比想象简单。"),
        ("有异味吗？", "出厂前通风 15 天，收到后再晾一两天即可。", "刚拆有一点，第二天就没了。"),
    ),
    "beauty": (("敏感肌可以用吗？", "配方不含酒精和香精，建议先在耳后试用。", "我换季泛红，用了没刺痛。"),),
    "pantry": (("保质期是到什么时候？", "发出的都是近三个月生产的，日期在瓶底。", "收到时生产才一个月。"),),
    "any": (
        ("送人的话有礼盒吗？", "下单留言“礼盒”，我们免费换礼盒装。", "收到时包得很整齐，直接送的。"),
        ("多久能到北京？", "每天下午五点前的订单当天发出，北京一般两天。", "周一拍的周三到。"),
        ("Can I return it if I change my mind?", "Unused, within seven days: of course.", ""),
    ),
}

# (for good stars, language) -> what is added weeks later
FOLLOW_UPS = {
    (True, "zh-hans"): (
        "用了快三周来追评，没有让人失望，准备再买一份送爸妈。",
        "追评：一个月了，状态和刚到手时一样。",
        "天天在用，越用越顺手，朋友来家里也问链接。",
    ),
    (False, "zh-hans"): (
        "追评：客服后来补发了一份，态度不错，多给一星的心意在这里。",
        "用了两周还是觉得一般，同价位可以再看看别家。",
    ),
    (True, "en"): ("Three weeks on, still very happy with it.", "Used it every day since; holding up well."),
    (False, "en"): ("The shop sent a replacement, which was kind. The second one is fine.",),
}
