"""A new mall asks for what the law and good sense ask for; its staff change the rows as they see fit (M1)."""

from datetime import UTC, datetime

from django.db import migrations

from merchants import requirements_defaults

PUBLISHED_AT = datetime(2025, 1, 1, tzinfo=UTC)


def write_rows(apps, schema_editor):
    requirements_defaults.write(apps, PUBLISHED_AT)


class Migration(migrations.Migration):
    dependencies = [("merchants", "0002_rows_of_one_shop")]

    operations = [migrations.RunPython(write_rows, migrations.RunPython.noop)]
