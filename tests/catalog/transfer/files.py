"""Files of goods as Shopify writes them, and as people spoil them."""

import csv
import io
import zipfile

import xlsxwriter

# The head of an export of Shopify, and that of its newer template.
BEFORE = [
    "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published", "Option1 Name",
    "Option1 Value", "Option1 Linked To", "Option2 Name", "Option2 Value", "Option2 Linked To", "Option3 Name",
    "Option3 Value", "Option3 Linked To", "Variant SKU", "Variant Grams", "Variant Inventory Tracker",
    "Variant Inventory Qty", "Variant Inventory Policy", "Variant Fulfillment Service", "Variant Price",
    "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable", "Unit Price Total Measure",
    "Unit Price Total Measure Unit", "Unit Price Base Measure", "Unit Price Base Measure Unit", "Variant Barcode",
    "Image Src", "Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description",
    "Variant Image", "Variant Weight Unit", "Variant Tax Code", "Cost per item", "Status",
]  # fmt: skip
NOW = [
    "Title", "URL handle", "Description", "Vendor", "Product category", "Type", "Tags", "Published on online store",
    "Status", "SKU", "Barcode", "Option1 name", "Option1 value", "Option1 Linked To", "Option2 name", "Option2 value",
    "Option2 Linked To", "Option3 name", "Option3 value", "Option3 Linked To", "Price", "Compare-at price",
    "Cost per item", "Charge tax", "Tax code", "Inventory tracker", "Inventory quantity",
    "Continue selling when out of stock", "Weight value (grams)", "Weight unit for display", "Requires shipping",
    "Fulfillment service", "Product image URL", "Image position", "Image alt text", "Variant image URL", "Gift card",
    "SEO title", "SEO description",
]  # fmt: skip
VARIANT = {
    "Variant Grams": "0", "Variant Inventory Tracker": "shopify", "Variant Inventory Policy": "deny",
    "Variant Fulfillment Service": "manual", "Variant Requires Shipping": "true", "Variant Taxable": "true",
    "Variant Weight Unit": "kg",
}  # fmt: skip
HTML = (
    '<meta charset="utf-8">\n<p>A crew neck for <strong>"slow"</strong> mornings, evenings, and\nin between.</p>\r\n'
    '<ul>\n<li>100% cotton</li>\n<li>5" hem; pre-washed</li>\n</ul>'
)


def csv_file(rows: list[dict], head: list[str] = BEFORE, *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Rows by the names of the columns; blank cells where nothing is told."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, head, delimiter=delimiter, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(rows: list[dict], head: list[str] = BEFORE) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Products")
    sheet.write_row(0, 0, head)
    for line, row in enumerate(rows, 1):
        for place, name in enumerate(head):
            value = row.get(name, "")
            if isinstance(value, str) and value.startswith("=="):
                sheet.write_formula(line, place, value[1:], None, 7)
            elif value != "":
                sheet.write(line, place, value)
    book.close()
    return written.getvalue()


def tee(handle: str = "slow-morning-tee", **first) -> list[dict]:
    """A shirt in two colours, two sizes and two fits, with five pictures: eight rows and one for a picture only."""
    cdn = f"https://cdn.shopify.com/s/files/1/0001/files/{handle}"
    rows = []
    for colour in ("Sand", "Ink"):
        for size in ("S", "M"):
            for fit in ("Regular", "Long"):
                number = len(rows) + 1
                rows.append({
                    **VARIANT, "Handle": handle, "Option1 Value": colour, "Option2 Value": size, "Option3 Value": fit,
                    "Variant SKU": f"{handle.upper()}-{number}", "Variant Grams": "180",
                    "Variant Inventory Qty": str(number), "Variant Price": "129.00",
                    "Variant Compare At Price": "159.00" if colour == "Ink" else "",
                    "Variant Barcode": f"'40063813339{number:02d}", "Variant Image": f"{cdn}-{colour.lower()}.jpg?v=1",
                    "Image Src": f"{cdn}-{number}.jpg?v=1" if number <= 2 else "",
                    "Image Position": str(number) if number <= 2 else "",
                    "Image Alt Text": "A shirt on a chair" if number == 1 else "",
                })  # fmt: skip
    rows[0] |= {
        "Title": "Slow Morning Tee", "Body (HTML)": HTML, "Vendor": "Jingdezhen", "Product Category": "Teaware",
        "Type": "T-Shirts", "Tags": "cotton, slow, new", "Published": "true", "Option1 Name": "Color",
        "Option2 Name": "Size", "Option3 Name": "Fit", "Gift Card": "false", "SEO Title": "Tee", "Status": "active",
        **first,
    }  # fmt: skip
    return [*rows, {"Handle": handle, "Image Src": f"{cdn}-3.jpg?v=1", "Image Position": "3"}]


def cup(handle: str = "celadon-cup", **told) -> dict:
    """A cup without options."""
    return {
        **VARIANT, "Handle": handle, "Title": "Celadon Cup", "Body (HTML)": "", "Vendor": "", "Type": "Teaware",
        "Published": "true", "Option1 Name": "Title", "Option1 Value": "Default Title", "Variant SKU": f"C-{handle}",
        "Variant Grams": "210.4", "Variant Inventory Qty": "12", "Variant Price": "68.5", "Gift Card": "false",
        "Status": "draft", **told,
    }  # fmt: skip


def xlsx_with(sheet: str, *, shared: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    """An XLSX file around a hand-written sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets>'
            "</workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
            "</Relationships>",
        )
        if shared:
            book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{shared}</sst>')
        book.writestr("xl/worksheets/sheet1.xml", sheet.replace("<worksheet>", f'<worksheet xmlns="{main}">'))
        for name, content in (extra or {}).items():
            book.writestr(name, content)
    return written.getvalue()


def zip_file(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as book:
        for name, content in files.items():
            book.writestr(name, content)
    return written.getvalue()
