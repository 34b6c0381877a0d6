"""A new mall knows the years that are published, and of the next one its statutory days; staff write what follows."""

from django.db import migrations

PUBLISHED = "国务院办公厅关于部分节假日安排的通知"
STATUTORY = "全国年节及纪念日放假办法 (2024)"
YEARS = {
    2025: (
        [
            ["01-01", "01-01"], ["01-28", "02-04"], ["04-04", "04-06"], ["05-01", "05-05"], ["05-31", "06-02"],
            ["10-01", "10-08"],
        ],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        [
            ["01-01", "01-03"], ["02-15", "02-23"], ["04-04", "04-06"], ["05-01", "05-05"], ["06-19", "06-21"],
            ["09-25", "09-27"], ["10-01", "10-07"],
        ],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
    2027: (
        [
            ["01-01", "01-01"], ["02-05", "02-08"], ["04-05", "04-05"], ["05-01", "05-02"], ["06-09", "06-09"],
            ["09-15", "09-15"], ["10-01", "10-03"],
        ],
        [],
    ),
}  # fmt: skip


def write_years(apps, schema_editor):
    WorkYear = apps.get_model("mall", "WorkYear")
    WorkYear.objects.bulk_create(
        (
            WorkYear(year=year, rest=rest, work=work, is_confirmed=bool(work), source=PUBLISHED if work else STATUTORY)
            for year, (rest, work) in YEARS.items()
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("mall", "0002_written_once")]

    operations = [migrations.RunPython(write_years, migrations.RunPython.noop)]
