"""The staircase keeps itself."""

from importlinter import cli


def test_an_app_imports_what_stands_below_it_and_nothing_above():
    assert cli.lint_imports(no_cache=True) == cli.EXIT_STATUS_SUCCESS
