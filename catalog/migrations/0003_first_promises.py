"""A new mall lets shops promise what shoppers of this country know; staff change the rows as they see fit (C2)."""

from django.db import migrations

PROMISES = [
    (
        "return-7-days",
        {"zh-hans": "7 天无理由退货", "en": "7-day returns"},
        {
            "zh-hans": "收货后 7 天内，商品完好即可无理由退货。",
            "en": "Send it back in good condition within 7 days of receiving it, no questions asked.",
        },
    ),
    (
        "ships-48-hours",
        {"zh-hans": "48 小时发货", "en": "Ships within 48 hours"},
        {
            "zh-hans": "付款后 48 小时内交给承运商。",
            "en": "Handed to the carrier within 48 hours of your payment.",
        },
    ),
    (
        "genuine",
        {"zh-hans": "正品保证", "en": "Genuine goods"},
        {
            "zh-hans": "商品来源可查；如为假货，退还货款并依法赔偿。",
            "en": "Its origin can be shown; a fake is refunded, with damages as the law provides.",
        },
    ),
    (
        "return-freight",
        {"zh-hans": "退货包运费", "en": "Free returns"},
        {
            "zh-hans": "符合退货条件时，退货运费由商家承担。",
            "en": "The shop pays for the way back of what may be returned.",
        },
    ),
    (
        "broken-replaced",
        {"zh-hans": "破损包赔", "en": "Breakage replaced"},
        {
            "zh-hans": "收到时已破损的商品，凭照片补发或退款。",
            "en": "What arrives broken is replaced or refunded; a photo is enough.",
        },
    ),
    (
        "invoice",
        {"zh-hans": "可开发票", "en": "Invoice"},
        {"zh-hans": "可按订单金额开具发票。", "en": "The shop issues an invoice for what you paid."},
    ),
]


def write_rows(apps, schema_editor):
    model = apps.get_model("catalog", "ServicePromise")
    model.objects.bulk_create(
        model(code=code, name=name, text=text, position=place) for place, (code, name, text) in enumerate(PROMISES)
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_rows_of_one_shop")]

    operations = [migrations.RunPython(write_rows, migrations.RunPython.noop)]
