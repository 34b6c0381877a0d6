"""The database refuses to change what is written once, and tells the sealers below which id every writer has finished."""

from django.db import migrations

from mall.tenancy import AppendOnly, NotForShops

FUNCTIONS = """
CREATE FUNCTION mall_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are written once', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END
$$;

CREATE FUNCTION mall_last_settled_id(name text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    last bigint;
BEGIN
    EXECUTE format('LOCK TABLE %I IN SHARE MODE', name);
    EXECUTE format('SELECT coalesce(max(id), 0) FROM %I', name) INTO last;
    RETURN last;
END
$$;
REVOKE ALL ON FUNCTION mall_last_settled_id(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mall_last_settled_id(text) TO mall_app;
"""
DROP = "DROP FUNCTION mall_last_settled_id(text); DROP FUNCTION mall_written_once();"


class Migration(migrations.Migration):
    dependencies = [("mall", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        AppendOnly("mall_auditrecord"),
        NotForShops("accounts_address"),
    ]
