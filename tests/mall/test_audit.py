import pytest
from django.db import ProgrammingError, connection, transaction

from mall.audit.models import AuditRecord
from mall.audit.trail import SEALED, record
from mall.chain import Seal
from tests.conftest import NOON


def write(count: int) -> None:
    for number in range(count):
        record("test.write", f"s_{number}", now=NOON, after={"number": number})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["UPDATE mall_auditrecord SET action = 'x'", "DELETE FROM mall_auditrecord", "TRUNCATE mall_auditrecord CASCADE"],
)
def test_the_trail_is_append_only(statement):  # R7
    write(1)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditRecord.objects.count() == 1


def test_sealing_twice_seals_each_record_once(committed_db):
    write(3)
    assert (SEALED.seal(), SEALED.seal()) == (3, 0)
    write(2)
    assert SEALED.seal() == 2

    assert [seal.row_count for seal in Seal.objects.order_by("number")] == [3, 2]
    assert SEALED.broken_seals() == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE mall_auditrecord SET actor_label = 'someone' WHERE id = 2",
        "DELETE FROM mall_auditrecord WHERE id = 2",
        "INSERT INTO mall_auditrecord (id, at, actor_label, action, subject, shop_slug, before, after)"
        " VALUES (0, now(), 'x', 'x', 'x', '', '{}', '{}')",
    ],
)
def test_tampering_behind_the_mall_shows(committed_db, owner_connection, tampering):
    write(4)
    SEALED.seal()
    write(1)
    SEALED.seal()

    with owner_connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(tampering)

    assert SEALED.broken_seals() == [1]
