"""The first list of banned words: absolutes, claims of rank and cure, forbidden goods, ways around the mall."""

from django.db import migrations

ABSOLUTE = "The advertising law forbids superlatives and absolutes."
AUTHORITY = "The advertising law forbids claims of state approval or state rank."
MEDICAL = "Goods must not claim to treat or prevent illness."
GUARANTEE = "Promises of a certain effect or yield mislead."
FORBIDDEN = "These goods may not be sold here."
COUNTERFEIT = "This hints at counterfeit goods."
OFF_MALL = "Leading shoppers away from the mall takes their protection away."

# why: (Chinese words, English words)
BLOCKED = {
    ABSOLUTE: (
        "国家级 世界级 宇宙级 最高级 史无前例 前无古人 绝无仅有 独一无二 天下第一 世界第一 全球第一 全国第一 全网第一 销量第一 "
        "排名第一 行业第一 第一品牌 中国第一 顶级品牌 最佳品质 最先进 最优秀 最便宜 全网最低 史上最低 永久有效 万能",
        ("world's best", "best in the world", "number one brand", "no. 1 brand", "world's no. 1", "the best ever"),
    ),
    AUTHORITY: (
        "国家领导人 中央专供 国宴专用 国务院特供 军队特供 国家机关专供 人民大会堂专用 国家免检 质量免检 驰名商标",
        ("approved by the state", "by appointment to the government"),
    ),
    MEDICAL: (
        "包治百病 药到病除 根治 治愈率 祖传秘方 抗癌 防癌 治癌 降血糖 降血压 降血脂 治疗糖尿病 治疗高血压 消炎止痛 壮阳 "
        "无毒副作用 无副作用 减肥神药 增强免疫力 替代药物",
        ("miracle cure", "cures cancer", "cures diabetes", "prevents cancer", "no side effects", "100% cure",
         "lowers blood sugar"),
    ),
    GUARANTEE: ("稳赚不赔 保本保息 零风险 一夜暴富", ("guaranteed profit", "risk-free profit")),
    FORBIDDEN: (
        "仿真枪 管制刀具 象牙制品 犀牛角 穿山甲 发票代开 代开发票 窃听器 迷药",
        ("ivory carving", "rhino horn"),
    ),
    COUNTERFEIT: ("高仿 精仿 超A货 一比一复刻", ("replica handbag", "mirror quality replica")),
    OFF_MALL: ("加微信 加V信 私下交易 线下转账", ("add my wechat", "pay outside the mall")),
}  # fmt: skip
REVIEWED = {
    ABSOLUTE: (
        "最佳 最好 最低价 顶级 极致 极品 顶尖 巅峰 首选 首个 独家 唯一 王牌 冠军 终极 百分百",
        ("the best", "best ever", "number one", "no. 1", "ultimate", "unbeatable", "unrivaled", "lowest price"),
    ),
    AUTHORITY: ("专供 特供 免检 指定用品 专家推荐", ("fda approved", "clinically proven", "doctor recommended")),
    MEDICAL: (
        "疗效 治疗 治愈 药用 排毒 祛湿 抗炎 减肥 瘦身 丰胸 祛斑 生发 延缓衰老 抗衰老 补血",
        ("cure", "cures", "heals", "medicinal", "detox", "anti-aging", "weight loss", "slimming"),
    ),
    GUARANTEE: ("永不 保证有效 无效退款", ("guaranteed results",)),
    COUNTERFEIT: ("复刻 原单尾货 外贸原单", ("replica",)),
}


def words() -> dict[str, tuple[str, str]]:
    """Word to (severity, why)."""
    return {
        word: (severity, why)
        for severity, by_reason in (("review", REVIEWED), ("block", BLOCKED))
        for why, (chinese, english) in by_reason.items()
        for word in (*chinese.split(), *english)
    }


def add(apps, schema_editor):
    BannedWord = apps.get_model("risk", "BannedWord")
    BannedWord.objects.bulk_create(
        [BannedWord(word=word, severity=severity, why=why) for word, (severity, why) in words().items()],
        ignore_conflicts=True,
    )


def remove(apps, schema_editor):
    apps.get_model("risk", "BannedWord").objects.filter(word__in=words()).delete()


class Migration(migrations.Migration):
    dependencies = [("risk", "0002_shops_only_read")]

    operations = [migrations.RunPython(add, remove)]
