"""The first word packs: what a new mall looks for. Staff keep them from then on."""

from django.db import migrations

# slug: (kind, severity, Chinese name, English name, reason, scope, words). Words: Chinese ones between blanks, then
# English ones; another severity than the pack's stands before a list of words, phrases that are harmless after "/".
PACKS = {
    "absolutes": (
        "advertising", "block", "绝对化用语", "Absolutes",
        "广告法禁止使用最高级和绝对化用语。", "The advertising law forbids superlatives and absolutes.", (),
        {
            "block": (
                "国家级/国家级非物质文化,国家级非遗,国家级自然保护区,国家级森林公园,国家级实验室认证编号 世界级 宇宙级 最高级/最高级别会议 史无前例 前无古人 绝无仅有 独一无二 "
                "天下第一/天下第一关,天下第一泉 世界第一/世界第一高峰,世界第一次 全球第一/全球第一次 全国第一/全国第一批,全国第一次 全网第一 销量第一 排名第一 行业第一 "
                "第一品牌 中国第一/中国第一历史档案馆,中国第一次 顶级品牌 最佳品质 最先进 最优秀 最便宜 全网最低 史上最低 永久有效 万能/万能胶,万能充,万能插座,万能转换,万能遥控,万能险,全能万能表 "
                "最低价格保证 世界领先 遥遥领先 领导品牌 最高端 最高档 最时尚 最受欢迎 最畅销 史上最强 最安全 最环保 最健康 销量冠军 全网销冠 "
                "极致体验第一 绝对有效 顶级工艺 最顶级 全球首发第一 仅此一家 永不褪色 永不磨损 百分百有效 第一名牌",
                ("world's best", "best in the world", "number one brand", "no. 1 brand", "world's no. 1",
                 "the best ever", "the world's finest", "finest in the world", "best-selling in the world",
                 "absolutely the best", "the only one in the world", "never seen before in history"),
            ),
            "review": (
                "最佳/最佳食用,最佳赏味,最佳饮用,最佳冲泡,最佳使用,最佳观赏,最佳尝味 最好/最好在,最好不要,最好先,最好用,最好放,最好避免,最好请,最好把,最好提前,最好搭配,最好分,最好手洗 "
                "最低价/最低价格为 顶级/顶级域名 极致 极品 顶尖 巅峰 首选 首个 独家/独家代理证 唯一/唯一编号,唯一码,唯一识别,唯一标识 王牌 冠军/冠军杯,冠军赛 终极 "
                "百分百/百分百棉,百分百羊毛,百分百亚麻,百分百桑蚕丝,百分百纯棉,百分百聚酯 最强 最大牌 最具影响力 空前绝后 无与伦比 至尊 全网独家",
                ("the best/the best before,the best by", "best ever", "number one", "no. 1", "ultimate", "unbeatable", "unrivaled", "unrivalled",
                 "lowest price", "second to none", "unparalleled", "world-class", "top-ranked"),
            ),
            "hint": (
                "超值 爆款 网红款 秒杀全网 人气爆棚 疯抢 闭眼入 抢疯了 清仓大甩卖",
                ("must-have", "hottest", "you won't believe", "everyone is buying"),
            ),
        },
    ),
    "authority": (
        "advertising", "block", "国家机关与荣誉", "State approval and rank",
        "广告法禁止以国家机关、领导人或评比荣誉作宣传。",
        "The advertising law forbids claims of state approval or state rank.", (),
        {
            "block": (
                "国家领导人 中央专供 国宴专用 国务院特供 军队特供 国家机关专供 人民大会堂专用 国家免检 质量免检 驰名商标 "
                "中南海特供 领导人推荐 央视推荐品牌 国宾礼品 人大代表推荐 部队专供",
                ("approved by the state", "by appointment to the government", "endorsed by the government",
                 "the army's own supplier", "state banquet supplier"),
            ),
            "review": (
                "专供/专供母婴室 特供 免检 指定用品 专家推荐 名医推荐 明星同款 院士推荐 权威认证 机构推荐",
                ("fda approved", "clinically proven", "doctor recommended", "dermatologist recommended",
                 "recommended by experts"),
            ),
        },
    ),
    "medical": (
        "medical", "block", "医疗用语", "Medical claims",
        "普通商品不得宣传疾病预防、治疗功能。", "Goods must not claim to treat or prevent illness.", (),
        {
            "block": (
                "包治百病 药到病除 根治 治愈率 祖传秘方 抗癌/抗癌药店 防癌 治癌 降血糖 降血压 降血脂 治疗糖尿病 治疗高血压 消炎止痛 壮阳 "
                "无毒副作用 无副作用 减肥神药 增强免疫力 替代药物 专治 治疗失眠 治疗关节炎 治疗鼻炎 治疗湿疹 治疗脚气 治疗颈椎病 治疗近视 "
                "延年益寿 活血化瘀 软化血管 清除癌细胞 抗病毒 治好了 彻底治好 一次治愈 永不复发 药食同源治病 替代胰岛素 杀死癌细胞 排除结石 "
                "根除病灶",
                ("miracle cure", "cures cancer", "cures diabetes", "prevents cancer", "no side effects", "100% cure",
                 "lowers blood sugar", "lowers blood pressure", "treats diabetes", "treats arthritis", "cures insomnia",
                 "cures acne", "kills cancer cells", "reverses diabetes", "replaces insulin", "boosts your immune system",
                 "prevents covid", "cures covid"),
            ),
            "review": (
                "疗效 治疗/治疗师,治疗仪支架,艺术治疗 治愈/治愈系,治愈心灵,治愈人心,治愈感 药用/药用植物图鉴 排毒 祛湿 抗炎 减肥/减肥操视频 瘦身 丰胸 祛斑 生发/生发灯 延缓衰老 抗衰老 补血 "
                "补肾 养肝 护肝 明目 助眠神器 调理肠胃 缓解疼痛 通便 祛痘 止咳 降火 消炎 镇痛 补气 安神 抗菌消炎",
                ("cure", "cures", "heals/heals like new", "medicinal", "detox", "anti-aging", "anti-ageing", "weight loss", "slimming",
                 "healing power", "relieves pain", "pain relief", "fat burning", "burns fat", "anti-inflammatory",
                 "therapeutic", "remedy"),
            ),
        },
    ),
    "food-functions": (
        "food", "review", "食品功能宣称", "What food is said to do",
        "普通食品不得宣称保健功能。", "Ordinary food must not claim effects on the health.", ("food",),
        {
            "block": (
                "代替正餐治病 保健品级 替代药品 宝宝吃了不生病 吃了就瘦 喝了就瘦",
                ("eat it and lose weight", "drink it and lose weight", "better than medicine"),
            ),
            "review": (
                "养生 保健 提神醒脑 美容养颜 养颜 滋补 健脾 清热解毒 润肺 增高 益智 零添加 纯天然无害 减脂 燃脂 代餐",
                ("superfood", "immune boosting", "energy boosting", "good for the liver", "lose weight", "zero additives"),
            ),
            "hint": ("无糖 低卡 纯天然 有机", ("natural", "organic", "sugar free", "low calorie")),
        },
    ),
    "cosmetic-claims": (
        "cosmetics", "review", "化妆品宣称", "What cosmetics are said to do",
        "化妆品不得宣称医疗作用或夸大功效。", "Cosmetics must not claim medical effects or exaggerate.", ("beauty",),
        {
            "block": (
                "药妆 医学护肤 三天美白 一夜变白 七天祛斑 永久脱毛 细胞再生 干细胞 刷酸换肤医用",
                ("white in three days", "permanent hair removal", "cosmeceutical", "stem cell cream"),
            ),
            "review": (
                "美白 淡斑 除皱 去皱 祛皱 抗皱 抗过敏 去疤 祛疤 防脱发 丰唇 无添加",
                ("whitening", "removes wrinkles", "wrinkle-free", "scar removal", "prevents hair loss", "hypoallergenic"),
            ),
            "hint": ("敏感肌可用 孕妇可用 温和无刺激", ("for sensitive skin", "safe during pregnancy")),
        },
    ),
    "guarantees": (
        "general", "block", "效果保证", "Promises of an effect",
        "对效果或收益的保证会误导消费者。", "Promises of a certain effect or yield mislead.", (),
        {
            "block": (
                "稳赚不赔 保本保息 零风险 一夜暴富 躺赚 日赚千元 月入过万 无风险高收益 保证升值",
                ("guaranteed profit", "risk-free profit", "get rich quick", "double your money", "guaranteed returns"),
            ),
            "review": (
                "永不/永不过时,永不言弃,永不凋谢,永不放弃 保证有效 无效退款 升值空间 收藏升值 立竿见影 当天见效 见效快",
                ("guaranteed results", "instant results", "works overnight", "money back if it does not work"),
            ),
        },
    ),
    "counterfeit": (
        "counterfeit", "block", "假冒暗语", "Counterfeit talk",
        "涉嫌假冒商品。", "This hints at counterfeit goods.", (),
        {
            "block": (
                "高仿 精仿 超A货 一比一复刻 A货/A货架 莆田鞋 顶级复刻 原版复刻 1比1复刻 1:1复刻 海外代工厂流出 专柜验货无压力 支持专柜验货 大牌平替仿 高版本复刻 "
                "仿牌 假鞋 纯原品质 复刻版大牌 过验 可过专柜 仿真包",
                ("replica handbag", "mirror quality replica", "aaa replica", "1:1 replica", "counterfeit", "knockoff",
                 "knock-off", "super fake", "replica watch", "replica shoes", "designer dupe with logo"),
            ),
            "review": (
                "复刻/复刻表盘设计授权 原单尾货 外贸原单 原单 尾单 大牌同款 专柜同款 同厂同料 厂货 跑单货 剪标",
                ("replica", "inspired by the brand", "same factory", "factory overrun", "unbranded original"),
            ),
        },
    ),
    "prohibited": (
        "prohibited", "block", "禁售商品", "Prohibited goods",
        "平台禁止销售此类商品。", "These goods may not be sold here.", (),
        {
            "block": (
                "仿真枪 管制刀具 象牙制品 犀牛角 穿山甲 发票代开 代开发票 窃听器 迷药 气枪 弓弩 电击棒 催情 迷情 假证 办证刻章 代考 身份证复印件出售 "
                "银行卡出售 手机卡实名 翻墙软件 赌博机 老虎机 毒品 大麻种子 罂粟 处方药/非处方药 枪支 子弹/子弹头列车,子弹头造型,子弹杯 爆竹烟花 针孔摄像头 跟踪器定位偷 虎骨 熊胆 "
                "麝香原料 野生动物制品 代孕 卖肾 假币 刷单 代写论文",
                ("ivory carving", "rhino horn", "replica gun", "stun gun", "pepper spray bulk", "fake id", "counterfeit money",
                 "cannabis seeds", "prescription drugs", "date rape", "hidden camera for bathroom", "tiger bone",
                 "pangolin scales", "bear bile", "fake diploma", "switchblade"),
            ),
            "review": (
                "象牙/象牙白,象牙色,象牙黄,象牙海岸,象牙芒,象牙瓷 砍刀 军刀/瑞士军刀 匕首 电子烟 香烟 白酒代购 仿古文物 出土 军用 警用 考试答案",
                ("ivory/ivory white,ivory color,ivory colour,ivory ceramic,ivory cotton,ivory linen,in ivory,ivory glaze", "e-cigarette", "vape", "dagger", "machete",
                 "military issue", "exam answers"),
            ),
        },
    ),
    "off-mall": (
        "off_mall", "block", "站外引流", "Ways around the mall",
        "引导站外交易会使消费者失去保障。", "Leading shoppers away from the mall takes their protection away.", (),
        {
            "block": (
                "加微信 加V信 私下交易 线下转账 加薇信 加威信 加vx 加wx 微信转账 支付宝转账 加我微信 扫码加好友 加QQ 加扣扣 站外付款 私聊转账 "
                "微信号 直接转账 加群优惠",
                ("add my wechat", "pay outside the mall", "add me on wechat", "pay by bank transfer directly",
                 "whatsapp me", "contact me on whatsapp", "message me on telegram", "pay me directly"),
            ),
            "review": (
                "私信下单 私聊优惠 加群/加群晖 店外优惠 好评返现 五星返现 晒图返现",
                ("wechat", "whatsapp", "telegram", "cash back for a review", "five-star review gift"),
            ),
        },
    ),
}  # fmt: skip


def words_of(lists: dict) -> dict[str, tuple[str, str]]:
    """Word to (severity, phrases in which it is harmless)."""
    words = {}
    for severity, (chinese, english) in lists.items():
        for said in (*chinese.split(), *english):
            word, _slash, unless = said.partition("/")
            words[word] = (severity, unless)
    return words


def add(apps, schema_editor):
    WordPack, BannedWord = apps.get_model("risk", "WordPack"), apps.get_model("risk", "BannedWord")
    for slug, (kind, severity, chinese, english, why_chinese, why_english, scope, lists) in PACKS.items():
        pack = WordPack.objects.create(
            slug=slug,
            kind=kind,
            severity=severity,
            name={"zh-hans": chinese, "en": english},
            why={"zh-hans": why_chinese, "en": why_english},
            scope=list(scope),
        )
        BannedWord.objects.bulk_create(
            BannedWord(pack=pack, word=word, severity=how, unless=unless)
            for word, (how, unless) in words_of(lists).items()
        )


def remove(apps, schema_editor):
    apps.get_model("risk", "WordPack").objects.filter(slug__in=PACKS).delete()


class Migration(migrations.Migration):
    dependencies = [("risk", "0002_shops_only_read")]

    operations = [migrations.RunPython(add, remove)]
