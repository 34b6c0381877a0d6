"""
Whether the database guards the shops from each other: asked before web, worker and beat begin, which otherwise do not
(R6, F3). Row policies bind neither a superuser nor a role that bypasses them, and an owner takes them away.

Where the database does not answer nothing is known: then the mall begins, and its health says no until it was asked.
"""

import logging

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper

from mall.tenancy import SHOP_ROLE, ShopOwned

log = logging.getLogger("mall")
_state = {"is_guarded": False}


class Unguarded(ImproperlyConfigured):
    """The mall would serve without the protection of its rows."""


def demand_guard() -> None:
    """
    Ask once; what was well stays so for this process.

    :raises Unguarded: with everything that is wrong
    """
    if _state["is_guarded"]:
        return
    with connection.cursor() as cursor:
        if faults := faults_of(cursor):
            raise Unguarded(f"The mall does not start with this database: {'; '.join(faults)}.")
    _state["is_guarded"] = True


def demand_guard_at_start() -> None:
    """The same for a process that begins; it keeps no connection."""
    try:
        demand_guard()
    except OperationalError as error:
        log.warning("the database could not be asked whether it guards the shops: %s", error)
    finally:
        connection.close()


def faults_of(cursor: CursorWrapper) -> list[str]:
    """What is wrong with the role of this connection and with the policies of the tables, in words."""
    cursor.execute(
        "SELECT current_user, rolsuper, rolbypassrls, (SELECT string_agg(c.relname, ', ' ORDER BY c.relname)"
        " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
        " AND NOT rolsuper AND pg_has_role(r.oid, c.relowner, 'MEMBER'))"
        " FROM pg_roles r WHERE rolname = current_user"
    )
    role, is_super, bypasses, owned = cursor.fetchone()
    faults = [
        *([f"its role {role} is a superuser"] if is_super else []),
        *([f"its role {role} bypasses row policies"] if bypasses else []),
        *([f"its role {role} owns {owned}"] if owned else []),
    ]
    tables = [model._meta.db_table for model in apps.get_models() if issubclass(model, ShopOwned)]
    cursor.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND (c.relname = ANY(%s) OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p"
        "   WHERE p.polrelid = c.oid AND (SELECT oid FROM pg_roles WHERE rolname = %s) = ANY(p.polroles)))"
        " ORDER BY 1",
        [tables, SHOP_ROLE],
    )
    return faults + [f"no forced policy of shops guards {table}" for (table,) in cursor.fetchall()]
