"""The file to fill in: every column, an example, and what the columns mean in the reader's language."""

import csv
import io

import xlsxwriter
from django.utils.translation import gettext as _

from catalog.kinds import Kind
from catalog.transfer.lines import HEAD

EXAMPLE = [
    {
        "Handle": "celadon-cup", "Title": "青瓷杯", "Body (HTML)": "<p>一器一味。</p>", "Product Category": "",
        "Tags": "手作, 新品", "Option1 Name": "颜色", "Option1 Value": "青", "Variant SKU": "CUP-1",
        "Variant Grams": "210", "Variant Inventory Qty": "20", "Variant Price": "68.50",
        "Variant Compare At Price": "88.00", "Variant Barcode": "", "Image Src": "celadon-cup.jpg",
        "Image Position": "1", "Image Alt Text": "一只青瓷杯", "Status": "draft", "Title [en]": "Celadon cup",
        "Title [zh-hans]": "青瓷杯", "Attributes": "材质 | Material = 陶瓷 | Porcelain", "Offered": "TRUE",
    },
    {
        "Handle": "celadon-cup", "Option1 Value": "白", "Variant SKU": "CUP-2", "Variant Grams": "210",
        "Variant Inventory Qty": "12", "Variant Price": "68.50", "Offered": "TRUE",
    },
]  # fmt: skip


def meanings() -> list[tuple[str, str]]:
    """What each column means."""
    return [
        ("Handle", _("Needed. Names the product for ever; all of its rows carry it and stand together.")),
        ("Title", _("Needed in the first row of a product.")),
        ("Body (HTML)", _("The description: plain text, or simple HTML.")),
        ("Vendor", _("The brand, if the mall knows it; else it stands among the attributes.")),
        ("Product Category", _("A category of the mall: its name, or its path such as “Tea > Teapots”.")),
        ("Type", _("Tried as the category where the column before names none; else it stands among the attributes.")),
        ("Tags", _("Words between commas; they stand among the attributes.")),
        ("Published / Status", _("active, draft or archived; followed if you say so at the import.")),
        ("Option1 … 3 Name", _("What a shopper chooses, such as colour; in the first row of a product.")),
        ("Option1 … 3 Value", _("The value of this row's combination.")),
        ("Variant SKU", _("Your code of the combination, once in the shop.")),
        ("Variant Grams", _("The weight in grams.")),
        ("Variant Inventory Qty", _("How many lie in your main warehouse.")),
        ("Variant Price", _("Needed in each row with a combination: yuan, two decimals at most.")),
        ("Variant Compare At Price", _("The crossed-out price, above the price, or empty.")),
        ("Variant Barcode", _("All digits of it, as text.")),
        ("Image Src", _("The address of a picture, or its name in the ZIP of pictures. More pictures: more rows.")),
        ("Image Position / Alt Text", _("Its place in the gallery, and what it shows in words.")),
        ("Variant Image", _("The picture of this combination.")),
        ("… [zh-hans] / … [en]", _("The same words in a language; where filled in, they count instead.")),
        ("Subtitle", _("The selling point.")),
        ("Attributes", _("One per line: name = value, each as “Chinese | English”.")),
        ("Attribute: …", _("What the category asks, such as “Attribute: Roast”; several choices apart by “;”.")),
        ("Volume (cm³)", _("The volume in cubic centimetres.")),
        ("Kind", _("What is sold: %(kinds)s. Left empty, goods that are shipped.") % {"kinds": ", ".join(Kind.values)}),
        ("At home", _("TRUE for a service that comes to the shopper's address.")),
        ("Ships from", _("Of pre-sales: the day, such as 2026-12-01.")),
        ("Promises", _("What the mall lets shops promise, by its codes, between commas.")),
        ("Freight Template", _("The name of one of your freight templates; empty: the default one.")),
        ("Limit per order / buyer / over days", _("How many of it one may buy, and over how many days that counts.")),
        (
            "HS Code / COO",
            _("Of goods from abroad: the ten digits, and the country of origin by its code, such as JP."),
        ),
        ("Customs Record", _("Of goods from abroad: under which number customs keeps them on record.")),
        ("Tariff / Consumption Tax / VAT (%)", _("Of goods from abroad: the full rates in per cent, such as 9.1.")),
        ("Offered", _("FALSE for a combination that is not offered.")),
    ]


def template(format: str) -> bytes:
    """The file to fill in, as CSV or XLSX."""
    return _xlsx() if format == "xlsx" else _csv()


def _csv() -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEAD, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(EXAMPLE)
    return text.getvalue().encode("utf-8-sig")


def _xlsx() -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"strings_to_formulas": False, "strings_to_urls": False})
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    goods = book.add_worksheet(_("Products"))
    goods.freeze_panes(1, 1)
    goods.set_column(0, len(HEAD) - 1, 18, book.add_format({"num_format": "@"}))
    for place, name in enumerate(HEAD):
        goods.write_string(0, place, name, bold)
        for line, row in enumerate(EXAMPLE, 1):
            if row.get(name):
                goods.write_string(line, place, row[name])
    words = book.add_worksheet(_("Explanations"))
    words.set_column(0, 0, 28, wrapped)
    words.set_column(1, 1, 90, wrapped)
    for line, (name, meaning) in enumerate(meanings()):
        words.write_string(line, 0, name, bold)
        words.write_string(line, 1, meaning, wrapped)
    book.close()
    return written.getvalue()
