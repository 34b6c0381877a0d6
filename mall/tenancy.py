"""
The shop is the tenant. Rows belong to a shop, queries start from it, and the database hides every other shop's rows.

Inside :func:`shop_scope` the transaction runs under the role ``mall_shop``, which row policies bind to one shop. The
scope is transaction-local (``SET LOCAL``), so a pooled connection carries nothing to the next request. Storefront,
clock and staff run under the ordinary role ``mall_app``, which owns nothing and may not alter tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, migrations, models, transaction
from django.utils.translation import gettext_lazy as _

APP_ROLE = "mall_app"
SHOP_ROLE = "mall_shop"


class ShopOwnedQuerySet(models.QuerySet):
    def owned_by(self, shop):
        """The rows of one shop: where every query of the back office begins."""
        return self.filter(shop=shop)


class ShopOwned(models.Model):
    """Abstract base of every row that belongs to a shop."""

    shop = models.ForeignKey("merchants.Shop", models.PROTECT, related_name="+", verbose_name=_("shop"))

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        abstract = True


@contextmanager
def shop_scope(shop_id: int) -> Iterator[None]:
    """
    A transaction in which the database shows and accepts the rows of one shop only.

    A scope inside a scope of the same shop is the same scope; of another shop it is refused.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('mall.shop', true)")
            role, current = cursor.fetchone()
            if role == SHOP_ROLE and current != str(shop_id):
                raise RuntimeError("a shop's scope cannot be entered from another shop's scope")
            cursor.execute(
                "SELECT set_config('mall.shop', %s, true), set_config('role', %s, true)", [str(shop_id), SHOP_ROLE]
            )
        yield  # on an error the transaction, or its savepoint, takes role and shop back by itself
        if role != SHOP_ROLE:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('role', 'none', true), set_config('mall.shop', '', true)")


@contextmanager
def house_scope() -> Iterator[None]:
    """
    Inside a shop's scope: what the mall itself writes because the shop asked, such as the ledger. A verb that uses it
    takes its shop from its caller, asks for everything by that shop, and goes back to the shop's scope when it ends.

    Outside a shop's scope it is only a transaction.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            (role,) = cursor.fetchone()
            if role == SHOP_ROLE:
                cursor.execute("SELECT set_config('role', 'none', true)")
        yield  # on an error the savepoint takes the role back by itself
        if role == SHOP_ROLE:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('role', %s, true)", [SHOP_ROLE])


class RowsOfOneShop(migrations.RunSQL):
    """Migration step: bind the role of the back office to one shop's rows of a table."""

    def __init__(self, table: str, column: str = "shop_id"):
        self.table, self.column = table, column
        mine = f"{column} = (SELECT nullif(current_setting('mall.shop', true), '')::bigint)"
        super().__init__(
            sql=f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
            CREATE POLICY rows_of_one_shop ON {table} TO {SHOP_ROLE} USING ({mine}) WITH CHECK ({mine});
            CREATE POLICY the_house ON {table} TO {APP_ROLE}, CURRENT_USER USING (true) WITH CHECK (true);
            """,
            reverse_sql=f"""
            DROP POLICY the_house ON {table};
            DROP POLICY rows_of_one_shop ON {table};
            ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
            ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
            """,
        )

    def deconstruct(self):
        return self.__class__.__name__, [self.table, self.column], {}


class NotForShops(migrations.RunSQL):
    """Migration step: the role of the back office has no business in this table."""

    def __init__(self, *tables: str):
        self.tables = tables
        names = ", ".join(tables)
        super().__init__(
            sql=f"REVOKE ALL ON {names} FROM {SHOP_ROLE};",
            reverse_sql=f"GRANT SELECT, INSERT, UPDATE, DELETE ON {names} TO {SHOP_ROLE};",
        )

    def deconstruct(self):
        return self.__class__.__name__, list(self.tables), {}


class AppendOnly(migrations.RunSQL):
    """Migration step: rows of this table are written once; grant and trigger refuse every change."""

    def __init__(self, table: str):
        self.table = table
        super().__init__(
            sql=f"""
            REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP_ROLE}, {SHOP_ROLE};
            CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION mall_written_once();
            CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION mall_written_once();
            """,
            reverse_sql=f"""
            DROP TRIGGER never_emptied ON {table};
            DROP TRIGGER written_once ON {table};
            GRANT UPDATE, DELETE ON {table} TO {APP_ROLE}, {SHOP_ROLE};
            """,
        )

    def deconstruct(self):
        return self.__class__.__name__, [self.table], {}
