"""What runs by itself; see ``mall.schedule``."""

from catalog import main_categories
from mall.jobs import job


@job("catalog.tell_main_categories")
def tell_main_categories() -> dict:
    changed = main_categories.tell_main_categories()
    return {"changed": changed} if changed else {}
