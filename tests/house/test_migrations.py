"""Migrations are complete."""

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from mall.migrating import FirstMigration

HOUSE = ("mall.", "merchants.", "catalog.", "orders.", "settlement.", "marketing.", "risk.")


@pytest.mark.django_db
def test_the_models_say_nothing_that_the_migrations_do_not():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_first_migration_draws_its_models_once():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = [
        migration
        for (_, name), migration in loader.disk_migrations.items()
        if name == "0001_initial" and type(migration).__module__.startswith(HOUSE)
    ]

    assert len(ours) == 14
    assert all(isinstance(each, FirstMigration) for each in ours), "makemigrations wrote one anew: give it this base"
