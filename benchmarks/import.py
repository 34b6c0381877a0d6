"""A Shopify CSV (or XLSX) of so many rows is checked, imported, imported again; a worker's time and memory."""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import Limit, Report

SMALL = {"rows": 4_000}
ROWS_OF_PRODUCT = 4  # three combinations and a row for a picture
SECONDS_PER_ROW = 300 / 50_000  # C8: 50,000 rows in at most 5 minutes
MOST_MEMORY_MB = 300
HEAD = [
    "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published", "Option1 Name",
    "Option1 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty",
    "Variant Inventory Policy", "Variant Fulfillment Service", "Variant Price", "Variant Compare At Price",
    "Variant Requires Shipping", "Variant Taxable", "Variant Barcode", "Image Src", "Image Position",
    "Image Alt Text", "Gift Card", "SEO Title", "SEO Description", "Variant Image", "Variant Weight Unit", "Status",
]  # fmt: skip
WORDS = "手工,青瓷,盖碗,茶壶,竹制,棉麻,羊毛,胡桃木,便携,复古,日式,宋代,纯色,加厚,轻薄,儿童,户外,书房,厨房,礼盒"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=50_000, help="rows of the file (default 50,000)")
    parser.add_argument("--format", choices=("csv", "xlsx"), default="csv", help="of the file (default csv)")


def run(options: argparse.Namespace, servers) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        file, dearer = Path(folder) / f"goods.{options.format}", Path(folder) / f"dearer.{options.format}"
        write_file(file, options.rows)
        write_file(dearer, options.rows, extra=1)
        floor = plain(options.rows, folder)
        shop, person = a_shop()
        first, again, changed = (worked(shop, person, each) for each in (file, file, dearer))
    seconds = first["check"] + first["import"]
    return Report(
        name="import",
        figures={
            "rows": options.rows,
            "products": first["created"],
            "format": options.format,
            "check_seconds": first["check"],
            "import_seconds": first["import"],
            "rows_per_second": round(options.rows / seconds),
            "again_seconds": round(again["check"] + again["import"], 1),
            "again": {name: again[name] for name in ("created", "updated", "unchanged", "failed")},
            "a_tenth_changed_seconds": round(changed["check"] + changed["import"], 1),
            "a_tenth_changed": {name: changed[name] for name in ("created", "updated", "unchanged", "failed")},
            "memory_mb": max(first["memory"], again["memory"], changed["memory"]),
            "memory_before_mb": first["memory_before"],
        },
        floor={"what": "the same rows read by Python's csv and written as text by plain SQL", "seconds": floor},
        ratio=round(seconds / floor, 1),
        limits={
            "seconds": Limit(round(seconds, 1), most=round(options.rows * SECONDS_PER_ROW, 1)),
            "memory_mb": Limit(max(first["memory"], again["memory"], changed["memory"]), most=MOST_MEMORY_MB),
            "failed": Limit(first["failed"], most=0),
            "changed_the_second_time": Limit(again["created"] + again["updated"] + again["failed"], most=0),
        },
    )


def lines(rows: int, extra: int = 0):
    chance = random.Random(8)
    for number in range(rows // ROWS_OF_PRODUCT):
        handle = f"good-{number:06d}"
        title = " ".join(chance.sample(WORDS.split(","), 4)) + f" {number}"
        price = chance.randint(10, 2_000) + (extra if number % 10 == 0 else 0)
        words = "，".join(chance.choices(WORDS.split(","), k=60))
        body = f"<p>{words}。</p>\n<ul><li>“慢工”细作</li><li>100% cotton</li></ul>"
        for n, colour in enumerate(("青", "白", "墨")):
            row = {
                "Handle": handle, "Option1 Value": colour, "Variant SKU": f"{handle}-{n}", "Variant Grams": "180",
                "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": str(chance.randint(0, 500)),
                "Variant Inventory Policy": "deny", "Variant Price": f"{price}.50", "Variant Requires Shipping": "true",
                "Variant Barcode": f"69{number:010d}{n}", "Variant Image": f"https://cdn.example.com/{handle}-{n}.jpg",
            }  # fmt: skip
            if n == 0:
                row |= {
                    "Title": title, "Body (HTML)": body, "Vendor": "景德镇", "Type": "Goods", "Tags": "手作, 新品",
                    "Published": "true", "Option1 Name": "颜色", "Image Src": f"https://cdn.example.com/{handle}.jpg",
                    "Image Position": "1", "Status": "active",
                }  # fmt: skip
            yield row
        yield {"Handle": handle, "Image Src": f"https://cdn.example.com/{handle}-9.jpg", "Image Position": "2"}


def write_file(path: Path, rows: int, extra: int = 0) -> None:
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, HEAD, restval="")
            writer.writeheader()
            writer.writerows(lines(rows, extra))
        return
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    for line, row in enumerate(lines(rows, extra), 1):
        for place, name in enumerate(HEAD):
            if name in row:
                sheet.write_string(line, place, row[name])
    book.close()


def plain(rows: int, folder: str) -> float:
    """How long reading and writing alone take."""
    from django.db import connection, transaction

    path = Path(folder) / "floor.csv"
    write_file(path, rows)
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor, path.open(newline="", encoding="utf-8") as file:
        cursor.execute("CREATE TEMPORARY TABLE goods (cells text[]) ON COMMIT DROP")
        batch = []
        for row in csv.reader(file):
            batch.append(row)
            if len(batch) == 400:
                cursor.execute("INSERT INTO goods VALUES " + ", ".join(["(%s)"] * len(batch)), batch)
                batch = []
        if batch:
            cursor.execute("INSERT INTO goods VALUES " + ", ".join(["(%s)"] * len(batch)), batch)
    return round(time.perf_counter() - started, 2)


def a_shop():
    from catalog.models import Brand, Category
    from mall.accounts.models import User
    from mall.texts import Text
    from merchants.models import Merchant, Shop

    Category.objects.add_root({"slug": "goods", "name": Text({"zh-hans": "好物", "en": "Goods"})})
    Brand.objects.create(slug="jingdezhen", name=Text({"zh-hans": "景德镇", "en": "Jingdezhen"}))
    from django.utils import timezone

    now = timezone.now()
    merchant = Merchant.objects.create(
        name="杭州商贸有限公司", kind=Merchant.Kind.ENTERPRISE, credit_code="91330100MA00000000", joined_at=now
    )
    name = Text({"zh-hans": "大店", "en": "Large shop"})
    shop = Shop.objects.create(slug="large", name=name, merchant=merchant, opened_at=now)
    return shop, User.objects.create(email="owner@example.com")


def worked(shop, person, path: Path) -> dict:
    """Check and import in a process of its own, as a worker would; what it tells."""
    from django.core.files import File
    from django.utils import timezone

    from catalog.transfer.asking import ask_for_import

    with path.open("rb") as file:
        job = ask_for_import(
            shop=shop,
            file=File(file, name=path.name),
            words_language="zh-hans",
            follows_status=True,
            by=person,
            now=timezone.now(),
        )
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks._import_worker", job.public_id],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "mall.settings"},
    )
    return json.loads(told.stdout)
