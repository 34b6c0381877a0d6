"""The role of the back office sees and writes the rows of one shop only (R6)."""

from django.db import migrations

from mall.tenancy import SHOP_ROLE, AppendOnly, NotForShops, RowsOfOneShop

# A shop reads what the mall decided about its cases; of a verdict it writes only that it appeals.
VERDICTS = f"""
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON orders_verdict FROM {SHOP_ROLE};
GRANT UPDATE (appealed_at, appealed_side) ON orders_verdict TO {SHOP_ROLE};
REVOKE DELETE, TRUNCATE ON orders_aftersale FROM {SHOP_ROLE};
"""
FORMER_VERDICTS = f"""
GRANT INSERT, UPDATE, DELETE ON orders_verdict TO {SHOP_ROLE};
GRANT DELETE ON orders_aftersale TO {SHOP_ROLE};
"""
# The map of an after-sale's life (orders/models/after_sale.py), kept by the database as well (F6).
MOVES = """
CREATE FUNCTION orders_after_sale_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND NOT (CASE OLD.status
        WHEN 'asked' THEN
            NEW.status IN ('refused', 'answered', 'awaiting_return', 'refunding', 'arbitration', 'done', 'closed')
        WHEN 'refused' THEN
            NEW.status IN ('asked', 'awaiting_return', 'resending', 'refunding', 'arbitration', 'done', 'closed')
        WHEN 'answered' THEN NEW.status IN ('arbitration', 'done', 'closed')
        WHEN 'awaiting_return' THEN NEW.status IN ('returning', 'closed')
        WHEN 'returning' THEN NEW.status = 'inspecting'
        WHEN 'inspecting' THEN NEW.status IN ('refunding', 'resending', 'refused', 'done')
        WHEN 'resending' THEN NEW.status IN ('resent', 'refunding', 'done')
        WHEN 'resent' THEN NEW.status IN ('done', 'arbitration')
        WHEN 'arbitration' THEN NEW.status IN ('decided', 'closed')
        WHEN 'decided' THEN NEW.status IN ('arbitration', 'awaiting_return', 'refunding', 'done', 'closed')
        WHEN 'refunding' THEN NEW.status = 'done'
        ELSE false END)
    THEN
        RAISE EXCEPTION 'after-sale %: % does not follow %', NEW.id, NEW.status, OLD.status USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER after_sale_moves BEFORE UPDATE OF status ON orders_aftersale
    FOR EACH ROW EXECUTE FUNCTION orders_after_sale_moves();
"""
NO_MOVES = """
DROP TRIGGER after_sale_moves ON orders_aftersale;
DROP FUNCTION orders_after_sale_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        RowsOfOneShop("orders_order"),
        RowsOfOneShop("orders_orderline"),
        RowsOfOneShop("orders_orderstep"),
        RowsOfOneShop("orders_parcel"),
        RowsOfOneShop("orders_voucher"),
        RowsOfOneShop("orders_declaration"),
        RowsOfOneShop("orders_goodsstop"),
        RowsOfOneShop("orders_aftersale"),
        RowsOfOneShop("orders_aftersalenote"),
        RowsOfOneShop("orders_verdict"),
        AppendOnly("orders_aftersalenote"),
        AppendOnly("orders_declaration"),
        AppendOnly("orders_goodsstop"),
        migrations.RunSQL(VERDICTS, FORMER_VERDICTS),
        migrations.RunSQL(MOVES, NO_MOVES),
        NotForShops(
            "orders_cart",
            "orders_cartline",
            "orders_importer",
            "orders_ordergroup",
            "orders_payment",
            "orders_paymentnotice",
            "orders_refund",
            "orders_sandboxtrade",
            "orders_sandboxrefund",
            "orders_sandboxnotice",
        ),
    ]
