"""Web, worker and beat begin only with a database that guards the shops from each other (R6, F3)."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from mall.guarding import faults_of
from tests import servers

ROOT = Path(__file__).resolve().parents[2]
ROLE = "mall_faulty"


@contextmanager
def as_role(cursor, attributes: str, *statements: str):
    """A role of this test alone, for as long as the block lasts."""
    cursor.execute(f"CREATE ROLE {ROLE} {attributes}")
    try:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"SET ROLE {ROLE}")
        yield
    finally:
        cursor.execute("RESET ROLE")
        cursor.execute(f"REASSIGN OWNED BY {ROLE} TO CURRENT_USER; DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


@pytest.mark.django_db
def test_the_role_of_the_mall_has_no_fault():  # F3
    with connection.cursor() as cursor:
        assert faults_of(cursor) == []


def test_every_fault_of_role_and_tables_is_named(committed_db, owner_connection):  # F3
    with owner_connection.cursor() as cursor:
        superuser = faults_of(cursor)
        with as_role(cursor, "BYPASSRLS"):
            bypassing = faults_of(cursor)
        with as_role(cursor, "NOLOGIN", f"ALTER TABLE orders_order OWNER TO {ROLE}"):
            owning = faults_of(cursor)
        cursor.execute("ALTER TABLE orders_order NO FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE orders_orderline DISABLE ROW LEVEL SECURITY")
        cursor.execute("DROP POLICY rows_of_one_shop ON catalog_product")
        with as_role(cursor, "NOLOGIN"):
            bare = faults_of(cursor)

    assert superuser == ["its role mall_owner is a superuser", "its role mall_owner bypasses row policies"]
    assert bypassing == [f"its role {ROLE} bypasses row policies"]
    assert owning == [f"its role {ROLE} owns orders_order"]
    assert bare == [
        f"no forced policy of shops guards {table}" for table in ("catalog_product", "orders_order", "orders_orderline")
    ]


@pytest.mark.parametrize(
    "start",
    [
        ["-c", "import mall.wsgi"],
        ["-m", "celery", "-A", "mall.celery", "beat", "--schedule", os.devnull],
    ],
    ids=["web", "clock"],
)
def test_the_processes_refuse_to_start_as_the_owner(committed_db, start):  # F3
    env = os.environ | {"DATABASE_URL": servers.url_with_database(os.environ[servers.OWNER_URL], committed_db)}

    ended = subprocess.run(
        [sys.executable, *start], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode != 0
    assert "The mall does not start with this database: its role" in ended.stderr
