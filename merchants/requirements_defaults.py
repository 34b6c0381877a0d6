"""
What a new mall asks of whom, until its staff change it (M1): trades, requirement rows, the first agreements.

Written by a migration; from then on the rows are the staff's.
"""

from dataclasses import dataclass

EVERY = ""


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh-hans": zh, "en": en}


@dataclass(frozen=True, slots=True)
class TradeRow:
    slug: str
    name: dict[str, str]
    review: str


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement; ``kind`` and ``trade`` empty: of everybody, in every trade."""

    type: str
    code: str
    kind: str = EVERY
    trade: str = EVERY
    registry: str = ""
    expires: bool = False
    needs_person: bool = False
    amount: int | None = None  # fen


TRADES = (
    TradeRow("general", words("一般商品", "General goods"), "machine"),
    TradeRow("3c", words("3C 数码家电", "Electronics (3C)"), "machine"),
    TradeRow("food", words("食品", "Food"), "expert"),
    TradeRow("cosmetics", words("化妆品", "Cosmetics"), "expert"),
    TradeRow("health-food", words("保健食品", "Health food"), "expert"),
    TradeRow("medical-device", words("医疗器械", "Medical devices"), "expert"),
    TradeRow("luxury", words("奢侈品", "Luxury goods"), "expert"),
)

NAMES = {  # code: name, explanation
    "business-licence": (
        words("营业执照", "Business licence"),
        words(
            "个体工商户、企业均需提供；证照编号即统一社会信用代码。", "Its number is the unified social credit code."
        ),
    ),
    "id-card": (
        words("负责人身份证", "Identity card of the person in charge"),
        words(
            "经营者或法定代表人，人像面与国徽面合为一个文件。", "Owner or legal representative; both sides in one file."
        ),
    ),
    "brand-authorisation": (
        words("商标注册证或品牌授权书", "Trademark certificate or brand authorisation"),
        words("授权链须完整，并覆盖店铺经营期。", "The chain of authorisation must be complete."),
    ),
    "quality-report": (
        words("质量检验报告", "Quality report"),
        words("具备 CMA 资质的机构一年内出具。", "By an accredited laboratory, within a year."),
    ),
    "customs-record": (
        words("海关报关单位备案", "Customs registration"),
        words("跨境电商企业的海关备案编号。", "The customs registration of the cross-border business."),
    ),
    "duty-certificate": (
        words("进口关税、增值税缴款书", "Certificates of duty and VAT paid"),
        words("近六个月任一批次。", "Of any consignment within six months."),
    ),
    "food-licence": (
        words("食品经营许可证", "Food licence"),
        words("编号以 JY 或 SC 开头，后接 14 位数字。", "JY or SC and 14 digits."),
    ),
    "food-test-report": (
        words("食品检验报告", "Food test report"),
        words("半年内，每个品类至少一份。", "Within half a year, one for each kind of food."),
    ),
    "quarantine-certificate": (
        words("入境货物检验检疫证明", "Inspection and quarantine certificate"),
        words("进口食品、化妆品适用。", "For imported food and cosmetics."),
    ),
    "ccc-certificate": (
        words("3C 强制性产品认证证书", "CCC certificate"),
        words("目录内产品必须提供。", "Compulsory for products in the catalogue."),
    ),
    "cosmetics-filing": (
        words("化妆品注册或备案凭证", "Cosmetics registration or filing"),
        words("特殊化妆品为注册证，普通化妆品为备案凭证。", "Registration for special cosmetics, filing for others."),
    ),
    "cosmetics-test-report": (
        words("化妆品检验报告", "Cosmetics test report"),
        words("一年内。", "Within a year."),
    ),
    "health-food-registration": (
        words("保健食品注册证书或备案凭证", "Health food registration"),
        words("“蓝帽子”批准文号。", "With its approval number."),
    ),
    "device-licence": (
        words("医疗器械经营许可证或备案凭证", "Medical device trading licence"),
        words("二类为备案凭证，三类为许可证。", "Filing for class II, licence for class III."),
    ),
    "device-registration": (
        words("医疗器械注册证", "Medical device registration"),
        words("所售产品的注册证或备案凭证。", "Of the products for sale."),
    ),
    "provenance": (
        words("正品来源证明", "Proof of origin"),
        words("采购发票、报关单或品牌授权，能追溯到品牌方。", "Invoices or authorisations back to the brand."),
    ),
    "appraisal-report": (
        words("鉴定报告", "Appraisal report"),
        words("由有资质的鉴定机构出具。", "By a qualified appraiser."),
    ),
    "merchant": (words("商家入驻协议", "Merchant agreement"), words("", "")),
    "after-sales": (words("3C 售后服务承诺", "Electronics after-sales promise"), words("", "")),
    "origin-countries": (
        words("商品原产国（地区）", "Countries of origin"),
        words("逐一列出。", "All of them."),
    ),
    "service-network": (
        words("售后服务网点", "After-sales service points"),
        words("至少一个可以寄修的地址和电话。", "At least one address for repairs, with a phone number."),
    ),
    "deposit": (words("保证金", "Deposit"), words("", "")),
}

REQUIREMENTS = (
    # Everybody
    Row("document", "business-licence", registry="business"),
    Row("document", "id-card", registry="identity", expires=True),
    Row("agreement", "merchant"),
    # By kind of business
    Row("deposit", "deposit", kind="individual", amount=100_000),
    Row("deposit", "deposit", kind="enterprise", amount=500_000),
    Row("deposit", "deposit", kind="brand", amount=1_000_000),
    Row("deposit", "deposit", kind="cross_border", amount=2_000_000),
    Row("document", "brand-authorisation", kind="brand", expires=True, needs_person=True),
    Row("document", "quality-report", kind="brand", expires=True, needs_person=True),
    Row("document", "customs-record", kind="cross_border", registry="customs", expires=True),
    Row("document", "duty-certificate", kind="cross_border", needs_person=True),
    Row("profile", "origin-countries", kind="cross_border"),
    # By trade
    Row("document", "food-licence", trade="food", registry="licences", expires=True),
    Row("document", "food-test-report", trade="food", expires=True, needs_person=True),
    Row("document", "quarantine-certificate", kind="cross_border", trade="food", needs_person=True),
    Row("document", "ccc-certificate", trade="3c", registry="licences", expires=True),
    Row("agreement", "after-sales", trade="3c"),
    Row("profile", "service-network", trade="3c"),
    Row("document", "cosmetics-filing", trade="cosmetics", registry="licences", expires=True),
    Row("document", "cosmetics-test-report", trade="cosmetics", expires=True, needs_person=True),
    Row("document", "quarantine-certificate", kind="cross_border", trade="cosmetics", needs_person=True),
    Row("document", "food-licence", trade="health-food", registry="licences", expires=True),
    Row("document", "health-food-registration", trade="health-food", registry="licences", expires=True),
    Row("deposit", "deposit", trade="health-food", amount=1_000_000),
    Row("document", "device-licence", trade="medical-device", registry="licences", expires=True),
    Row("document", "device-registration", trade="medical-device", registry="licences", expires=True),
    Row("deposit", "deposit", trade="medical-device", amount=2_000_000),
    Row("document", "provenance", trade="luxury", needs_person=True),
    Row("document", "appraisal-report", trade="luxury", needs_person=True),
    Row("deposit", "deposit", trade="luxury", amount=5_000_000),
)

AGREEMENTS = {
    "merchant": words(
        "一、商家保证所提交资料真实、完整、有效，资料变更或到期前及时更新。\n"
        "二、商家对所售商品的质量、描述和售后负责，按承诺时效发货，遵守七天无理由退货等法定义务。\n"
        "三、货款由平台托管，订单完成后第七天起可以提现；平台按类目收取佣金，费率以店铺后台公示为准。\n"
        "四、保证金用于担保商家履行义务，退出后在冷静期届满且无未了事项时原路退还。\n"
        "五、平台依规则对违规行为作出处理，商家有权申诉。",
        "1. The merchant warrants that what it submitted is true, complete and valid, and renews it in time.\n"
        "2. The merchant answers for quality, description and after-sales of its goods, ships in time and honours the"
        " statutory right of return.\n"
        "3. The mall holds payments in escrow; seven days after completion they may be withdrawn. Commission is taken"
        " by category at the rates shown in the back office.\n"
        "4. The deposit secures the merchant's duties and goes back the way it came when the shop has closed, the"
        " cooling period is over and nothing is left open.\n"
        "5. The mall acts against breaches by its published rules; the merchant may appeal.",
    ),
    "after-sales": words(
        "一、所售 3C 商品执行国家三包规定，提供全国联保或等效保修。\n"
        "二、收到送修商品后七个工作日内完成维修或更换，往返运费由责任方承担。\n"
        "三、售后网点和电话保持有效，变更后三日内更新。",
        "1. Electronics are sold with the statutory guarantee, honoured nationwide.\n"
        "2. What comes for repair is repaired or replaced within seven working days; the one at fault pays freight.\n"
        "3. Service points and phone numbers are kept up to date within three days.",
    ),
}


def write(apps, moment) -> None:
    """Write the rows that are missing, with the models of a migration (or of today)."""
    Trade, Requirement = apps.get_model("merchants", "Trade"), apps.get_model("merchants", "Requirement")
    Agreement = apps.get_model("merchants", "Agreement")
    trades = {EVERY: None}
    for position, row in enumerate(TRADES):
        facts = {"name": row.name, "review": row.review, "position": position}
        trades[row.slug], _new = Trade.objects.get_or_create(slug=row.slug, defaults=facts)
    for position, row in enumerate(REQUIREMENTS):
        name, explanation = NAMES[row.code]
        Requirement.objects.get_or_create(
            merchant_kind=row.kind,
            trade=trades[row.trade],
            type=row.type,
            code=row.code,
            defaults={
                "name": name,
                "help": explanation if any(explanation.values()) else {},
                "registry": row.registry,
                "expires": row.expires,
                "needs_person": row.needs_person,
                "amount": row.amount,
                "position": position,
            },
        )
    for code, text in AGREEMENTS.items():
        title, _explanation = NAMES[code]
        Agreement.objects.get_or_create(
            code=code,
            version=1,
            defaults={
                "title": title,
                "text": text,
                "text_hash": hash_of(title, text),
                "published_at": moment,
            },
        )


def hash_of(title: dict[str, str], text: dict[str, str]) -> str:
    from merchants.models import Agreement

    return Agreement.hash_of(title, text)
