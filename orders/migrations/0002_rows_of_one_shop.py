"""The role of the back office sees and writes the rows of one shop only (R6)."""

from django.db import migrations

from mall.tenancy import APP_ROLE, SHOP_ROLE, AppendOnly, NotForShops, RowsOfOneShop

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
        WHEN 'resent' THEN NEW.status IN ('done', 'arbitration', 'resending')
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

# The maps of the other lives (order.py, payment.py), kept by the database as well; and that a parcel ends once (F6).
STEPS = {
    "orders_order": (
        "unpaid deposit_paid", "unpaid paid", "unpaid booked", "unpaid canceled", "deposit_paid paid",
        "deposit_paid canceled", "paid shipped", "paid canceled", "booked delivered", "booked canceled",
        "shipped delivered", "delivered completed",
    ),
    "orders_payment": (
        "pending succeeded", "pending failed", "pending closed", "failed succeeded", "closed succeeded",
    ),
    "orders_refund": ("asked succeeded",),
}  # fmt: skip
STATUSES = """
CREATE FUNCTION orders_status_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status AND NOT (OLD.status || ' ' || NEW.status = ANY (TG_ARGV)) THEN
        RAISE EXCEPTION '% %: % does not follow %', TG_TABLE_NAME, NEW.id, NEW.status, OLD.status
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION orders_parcel_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'parcel %: what has ended stays as it ended', NEW.id USING ERRCODE = '23514';
END
$$;
CREATE TRIGGER parcel_ends_once BEFORE UPDATE OF delivered_at, returned_at ON orders_parcel FOR EACH ROW
    WHEN (
        (OLD.delivered_at IS NOT NULL OR OLD.returned_at IS NOT NULL)
        AND ROW (NEW.delivered_at, NEW.returned_at) IS DISTINCT FROM ROW (OLD.delivered_at, OLD.returned_at)
    )
    EXECUTE FUNCTION orders_parcel_ends_once();
""" + "".join(
    f"CREATE TRIGGER {table}_moves BEFORE UPDATE OF status ON {table} FOR EACH ROW"
    f" EXECUTE FUNCTION orders_status_moves({', '.join(repr(step) for step in steps)});\n"
    for table, steps in STEPS.items()
)
NO_STATUSES = (
    "DROP TRIGGER parcel_ends_once ON orders_parcel; DROP FUNCTION orders_parcel_ends_once();"
    + "".join(f"DROP TRIGGER {table}_moves ON {table};" for table in STEPS)
    + "DROP FUNCTION orders_status_moves();"
)

# A shop reads which cards it has sold, never their codes; the mall moves their money and their holder, and nothing else
# of them. A card's balance is the sum of its moves, and an order gives back at most what it took: checked for every card
# that a transaction has touched when it ends.
CARDS = f"""
REVOKE ALL ON orders_giftcard FROM {SHOP_ROLE};
GRANT SELECT (
    id, public_id, shop_id, number, line_id, status, currency, face, balance, holder_id, held_for_id, issued_at,
    bound_at, voided_at
) ON orders_giftcard TO {SHOP_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON orders_giftcard FROM {APP_ROLE};
GRANT UPDATE (status, balance, holder_id, held_for_id, bound_at, voided_at, code) ON orders_giftcard TO {APP_ROLE};
REVOKE INSERT ON orders_giftcardmove FROM {SHOP_ROLE};

CREATE FUNCTION orders_gift_card_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint;
BEGIN
    IF TG_TABLE_NAME = 'orders_giftcard' THEN
        touched := NEW.id;
    ELSE
        touched := NEW.card_id;
    END IF;
    IF EXISTS (
        SELECT FROM orders_giftcard c WHERE c.id = touched
        AND c.balance <> (SELECT coalesce(sum(m.amount), 0) FROM orders_giftcardmove m WHERE m.card_id = c.id)
    ) THEN
        RAISE EXCEPTION 'the moves of gift card % do not add up to its balance', touched USING ERRCODE = '23514';
    END IF;
    IF EXISTS (
        SELECT FROM orders_giftcardmove m WHERE m.card_id = touched AND m.kind IN ('spent', 'given_back')
        GROUP BY m.order_id HAVING sum(m.amount) > 0
    ) THEN
        RAISE EXCEPTION 'gift card % gets back more than an order took', touched USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER gift_card_adds_up AFTER INSERT OR UPDATE OF balance ON orders_giftcard
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_gift_card_adds_up();
CREATE CONSTRAINT TRIGGER gift_card_move_adds_up AFTER INSERT ON orders_giftcardmove
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_gift_card_adds_up();
"""  # noqa: S608 - names of ours
FORMER_CARDS = f"""
DROP TRIGGER gift_card_move_adds_up ON orders_giftcardmove;
DROP TRIGGER gift_card_adds_up ON orders_giftcard;
DROP FUNCTION orders_gift_card_adds_up();
GRANT INSERT ON orders_giftcardmove TO {SHOP_ROLE};
GRANT UPDATE, DELETE ON orders_giftcard TO {APP_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON orders_giftcard TO {SHOP_ROLE};
"""

# A shopper's balance is the sum of its moves, and each move says what was left: checked for every balance that a
# transaction has touched when it ends. The mall moves what is in it and where refunds go, and nothing else of it.
PURSES = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON orders_purse FROM {APP_ROLE};
GRANT UPDATE (balance, takes_refunds) ON orders_purse TO {APP_ROLE};

CREATE FUNCTION orders_purse_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint;
BEGIN
    IF TG_TABLE_NAME = 'orders_purse' THEN
        touched := NEW.id;
    ELSE
        touched := NEW.purse_id;
    END IF;
    IF EXISTS (
        SELECT FROM orders_purse p
        LEFT JOIN LATERAL (
            SELECT m."left" FROM orders_pursemove m WHERE m.purse_id = p.id ORDER BY m.id DESC LIMIT 1
        ) last ON true
        WHERE p.id = touched AND (
            p.balance <> coalesce(last."left", 0)
            OR p.balance <> (SELECT coalesce(sum(m.amount), 0) FROM orders_pursemove m WHERE m.purse_id = p.id)
        )
    ) THEN
        RAISE EXCEPTION 'the moves of balance % do not add up to it', touched USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER purse_adds_up AFTER INSERT OR UPDATE OF balance ON orders_purse
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_purse_adds_up();
CREATE CONSTRAINT TRIGGER purse_move_adds_up AFTER INSERT ON orders_pursemove
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_purse_adds_up();
"""  # noqa: S608 - names of ours
FORMER_PURSES = f"""
DROP TRIGGER purse_move_adds_up ON orders_pursemove;
DROP TRIGGER purse_adds_up ON orders_purse;
DROP FUNCTION orders_purse_adds_up();
GRANT UPDATE, DELETE ON orders_purse TO {APP_ROLE};
"""

# A shop answers what it was asked for; to whom an invoice is made out only its shopper says.
INVOICES = f"""
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON orders_invoice FROM {SHOP_ROLE};
GRANT UPDATE (status, answered_at, due_at, reason) ON orders_invoice TO {SHOP_ROLE};
"""
FORMER_INVOICES = f"""
GRANT INSERT, UPDATE, DELETE ON orders_invoice TO {SHOP_ROLE};
"""

# What a line says was shipped is what its parcels carry (of one that was sent again, the later): checked for every line that a transaction has touched when it
# ends.
PARCELS = """
CREATE FUNCTION orders_parcels_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint;
BEGIN
    IF TG_TABLE_NAME = 'orders_orderline' THEN
        touched := NEW.id;
    ELSE
        touched := NEW.line_id;
    END IF;
    IF EXISTS (
        SELECT FROM orders_orderline l WHERE l.id = touched AND l.shipped_quantity <> (
            SELECT coalesce(sum(c.quantity), 0) FROM orders_parcelline c WHERE c.line_id = l.id
            AND NOT EXISTS (SELECT FROM orders_parcel again WHERE again.replaces_id = c.parcel_id)
        )
    ) THEN
        RAISE EXCEPTION 'the parcels of line % do not add up to what was shipped of it', touched
            USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER order_line_parcels_add_up AFTER UPDATE OF shipped_quantity ON orders_orderline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_parcels_add_up();
CREATE CONSTRAINT TRIGGER parcel_line_adds_up AFTER INSERT ON orders_parcelline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION orders_parcels_add_up();
"""
NO_PARCELS = """
DROP TRIGGER parcel_line_adds_up ON orders_parcelline;
DROP TRIGGER order_line_parcels_add_up ON orders_orderline;
DROP FUNCTION orders_parcels_add_up();
"""

# Of who gets parts of its orders a shop reads what is its own; the mall writes. What a version says stays.
PARTIES = f"""
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON orders_party, orders_partyagreement, orders_partypart FROM {SHOP_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON orders_partyruleversion, orders_partyagreement, orders_party FROM {APP_ROLE};
GRANT UPDATE (status, decided_by_id, decided_at) ON orders_partyruleversion TO {APP_ROLE};
GRANT UPDATE (ended_by_id, ended_at) ON orders_partyagreement TO {APP_ROLE};
GRANT UPDATE (status) ON orders_party TO {APP_ROLE};
"""
FORMER_PARTIES = f"""
GRANT UPDATE, DELETE ON orders_partyruleversion, orders_partyagreement, orders_party TO {APP_ROLE};
GRANT INSERT, UPDATE, DELETE ON orders_party, orders_partyagreement, orders_partypart TO {SHOP_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("mall", "0002_written_once")]

    operations = [
        RowsOfOneShop("orders_order"),
        RowsOfOneShop("orders_orderline"),
        RowsOfOneShop("orders_orderstep"),
        RowsOfOneShop("orders_parcel"),
        RowsOfOneShop("orders_addresschange"),
        RowsOfOneShop("orders_parcelline"),
        RowsOfOneShop("orders_parcelscan"),
        RowsOfOneShop("orders_voucher"),
        RowsOfOneShop("orders_routing"),
        RowsOfOneShop("orders_wrongcode"),
        RowsOfOneShop("orders_offlinelist"),
        RowsOfOneShop("orders_offlineuse"),
        RowsOfOneShop("orders_giftcard"),
        RowsOfOneShop("orders_giftcardmove"),
        RowsOfOneShop("orders_declaration"),
        RowsOfOneShop("orders_invoice"),
        RowsOfOneShop("orders_invoicepaper"),
        RowsOfOneShop("orders_goodsstop"),
        RowsOfOneShop("orders_aftersale"),
        RowsOfOneShop("orders_aftersalenote"),
        RowsOfOneShop("orders_casegift"),
        RowsOfOneShop("orders_creditedline"),
        RowsOfOneShop("orders_verdict"),
        RowsOfOneShop("orders_party"),
        RowsOfOneShop("orders_partyagreement"),
        RowsOfOneShop("orders_partypart"),
        AppendOnly("orders_partypart"),
        AppendOnly("orders_aftersalenote"),
        AppendOnly("orders_creditedline"),
        AppendOnly("orders_parcelline"),
        AppendOnly("orders_parcelscan"),
        AppendOnly("orders_routing"),
        AppendOnly("orders_wrongcode"),
        AppendOnly("orders_offlinelist"),
        AppendOnly("orders_offlineuse"),
        AppendOnly("orders_declaration"),
        AppendOnly("orders_invoicepaper"),
        AppendOnly("orders_goodsstop"),
        AppendOnly("orders_giftcardmove"),
        AppendOnly("orders_differencenote"),
        AppendOnly("orders_pursemove"),
        migrations.RunSQL(CARDS, FORMER_CARDS),
        migrations.RunSQL(PURSES, FORMER_PURSES),
        migrations.RunSQL(INVOICES, FORMER_INVOICES),
        migrations.RunSQL(PARCELS, NO_PARCELS),
        migrations.RunSQL(VERDICTS, FORMER_VERDICTS),
        migrations.RunSQL(MOVES, NO_MOVES),
        migrations.RunSQL(STATUSES, NO_STATUSES),
        migrations.RunSQL(PARTIES, FORMER_PARTIES),
        NotForShops(
            "orders_cart",
            "orders_cartline",
            "orders_cardtry",
            "orders_importer",
            "orders_invoiceprofile",
            "orders_sealedaddress",
            "orders_ordergroup",
            "orders_partyrule",
            "orders_partyruleversion",
            "orders_payment",
            "orders_paymentnotice",
            "orders_purse",
            "orders_pursemove",
            "orders_transfer",
            "orders_bankstatement",
            "orders_bankline",
            "orders_sentback",
            "orders_sandboxtransfer",
            "orders_refund",
            "orders_sandboxtrade",
            "orders_sandboxrefund",
            "orders_sandboxnotice",
            "orders_bill",
            "orders_billedmovement",
            "orders_difference",
            "orders_differencenote",
        ),
    ]
