"""System checks of the house itself."""

from importlib.util import find_spec

from django.core.checks import Error, register


@register()
def one_database_driver(app_configs, **kwargs):
    """With both drivers installed Django silently takes psycopg 3; the mall is measured and tested with psycopg2."""
    if find_spec("psycopg") is not None:
        return [Error("psycopg 3 is installed beside psycopg2; Django would silently use it.", id="mall.E001")]
    return []
