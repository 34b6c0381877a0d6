"""The role of the back office sees and writes the rows of one shop only (R6); what was published is written once."""

from django.db import migrations

from mall.tenancy import AppendOnly, RowsOfOneShop


class Migration(migrations.Migration):
    dependencies = [("decoration", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        RowsOfOneShop("decoration_pagedraft"),
        RowsOfOneShop("decoration_pageversion"),
        RowsOfOneShop("decoration_pagepicture"),
        AppendOnly("decoration_pageversion"),
    ]
