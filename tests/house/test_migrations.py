"""Migrations are complete."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_the_models_say_nothing_that_the_migrations_do_not():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
