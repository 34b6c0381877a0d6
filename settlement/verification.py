"""
Does everything add up? The ledger is checked against itself, against its seals, against the shares and against the
orders, payments and refunds of which it tells.

News that is published but not yet heard is not missing: what it concerns is counted as waiting. All is read in one
snapshot.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from django.db import connection, transaction

from settlement.ledger import SEALED

MOST_FAULTS_TOLD = 20

# Each check is a query of (what it is about, what is wrong), one row for each fault.

UNBALANCED = """
SELECT 'entry ' || coalesce(entry_id::text, ''), 'does not balance: ' || coalesce(string_agg(legs, ', '), 'no postings')
FROM (
    SELECT e.id AS entry_id, p.currency, count(p.id) AS n, sum(p.amount) AS s,
           sum(p.amount) || ' ' || p.currency || ' over ' || count(p.id) AS legs
    FROM settlement_entry e LEFT JOIN settlement_posting p ON p.entry_id = e.id
    GROUP BY e.id, p.currency
) x
WHERE n < 2 OR s <> 0 GROUP BY entry_id ORDER BY entry_id
"""

MISFITS = """
SELECT 'posting ' || p.id, CASE
    WHEN e.id IS NULL THEN 'has no entry'
    WHEN a.id IS NULL THEN 'has no account'
    ELSE 'does not fit its account' END
FROM settlement_posting p
LEFT JOIN settlement_entry e ON e.id = p.entry_id
LEFT JOIN settlement_account a ON a.id = p.account_id
WHERE e.id IS NULL OR a.id IS NULL OR a.currency <> p.currency OR a.shop_id IS DISTINCT FROM p.shop_id
ORDER BY p.id
"""

# What an entry says must be what the share says, leg by leg: (kind of account, shop, amount), sorted.
SHARE_FAULTS = """
WITH written AS (
    SELECT e.kind, e.ref, string_agg(concat_ws(' ', a.kind, a.shop_id, p.currency, p.amount), ', '
                                     ORDER BY a.kind, p.amount) AS legs
    FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id JOIN settlement_account a
        ON a.id = p.account_id
    WHERE e.kind IN ('completed', 'deposit_kept', 'released', 'released_part') GROUP BY e.kind, e.ref
),
owed AS (
    SELECT s.order_public_id AS ref, due.kind,
           string_agg(concat_ws(' ', leg.account, leg.shop_id, s.currency, leg.amount), ', '
                      ORDER BY leg.account, leg.amount) AS legs
    FROM settlement_share s
    CROSS JOIN LATERAL (
        VALUES (CASE WHEN s.is_kept_deposit THEN 'deposit_kept' ELSE 'completed' END), ('released'), ('released_part')
    ) AS due (kind)
    CROSS JOIN LATERAL (
        VALUES ('deposit_kept', 'escrow', NULL, s.gross), ('deposit_kept', 'shop_pending', s.shop_id, -s.net),
               ('completed', 'escrow', NULL, s.gross - s.parties),
               ('completed', 'shop_pending', s.shop_id, s.from_issuers - s.net),
               ('completed', 'commission', NULL, -s.commission), ('completed', 'subsidy', NULL, s.subsidy),
               ('released', 'shop_pending', s.shop_id, s.net - s.reversed - s.advanced),
               ('released', 'shop_available', s.shop_id, s.reversed + s.advanced - s.net),
               ('released_part', 'shop_pending', s.shop_id, s.advanced),
               ('released_part', 'shop_available', s.shop_id, -s.advanced)
    ) AS leg (kind, account, shop_id, amount)
    WHERE leg.kind = due.kind AND leg.amount <> 0 AND (due.kind <> 'released' OR s.status = 'released')
    GROUP BY s.order_public_id, due.kind
)
SELECT 'order ' || ref, CASE
    WHEN written.legs IS NULL THEN 'its share is not booked as ' || kind
    WHEN owed.legs IS NULL THEN 'is booked as ' || kind || ' but its share does not say so'
    ELSE 'its share and its entry (' || kind || ') differ' END
FROM written FULL JOIN owed USING (kind, ref)
WHERE written.legs IS DISTINCT FROM owed.legs ORDER BY ref, kind
"""

# What cases returned of lines: of their own, and of those of which earlier refunds had kept something for gifts.
MOVED = """moved AS (
    SELECT case_id, line_id, sum(goods)::bigint AS goods FROM (
        SELECT id AS case_id, line_id, refund_goods AS goods FROM orders_aftersale WHERE line_id IS NOT NULL
        UNION ALL
        SELECT case_id, line_id, amount FROM orders_creditedline
    ) of_case GROUP BY case_id, line_id
)"""

# What was refunded after an order had completed is taken back from its share and its commission, at the frozen rate of
# the line, or by the share of what a rule had taken of it: refunds of a line count in their order, and each gives back
# the commission that the line no longer bears and what the mall had added to it.
REVERSAL_FAULTS = f"""
WITH {MOVED}, back AS (
    SELECT r.id, r.public_id AS ref, r.amount - r.to_cards AS amount, r.duty, r.status, c.is_after_completion,
           o.public_id AS order_id,
           l.total AS paid, l.subsidy, l.issuers, l.commission_on_subsidy, l.commission_bps AS bps,
           l.commission AS by_rule,
           m.goods, sum(m.goods) OVER (PARTITION BY m.line_id ORDER BY r.id) AS gone
    FROM orders_refund r JOIN orders_aftersale c ON c.id = r.after_sale_id JOIN moved m ON m.case_id = c.id
    JOIN orders_orderline l ON l.id = m.line_id
    JOIN orders_order o ON o.id = r.order_id AND o.kind <> 'gift_card'
),
held AS (  -- before the refund (1) and after it (-1): what the line holds and what the mall adds to it
    SELECT ref, order_id, amount, duty, bps, by_rule, paid, commission_on_subsidy, sign, kept,
           CASE WHEN paid = 0 THEN subsidy ELSE subsidy * kept / paid END AS added,
           (SELECT coalesce(sum(CASE WHEN paid = 0 THEN part::bigint ELSE part::bigint * kept / paid END), 0)::bigint
            FROM jsonb_each_text(issuers) AS issuer (shop_id, part)) AS by_issuers
    FROM (SELECT ref, order_id, amount, duty, bps::bigint, by_rule, commission_on_subsidy, subsidy::bigint, issuers,
                 paid::bigint, sign,
                 (paid - gone + CASE WHEN sign = 1 THEN goods ELSE 0 END)::bigint AS kept
          FROM back CROSS JOIN (VALUES (1), (-1)) AS moment (sign)
          WHERE is_after_completion AND status = 'succeeded') x
),
owed AS (
    SELECT ref, order_id, amount, duty, sum(sign * added)::bigint AS subsidy,
           sum(sign * CASE WHEN by_rule IS NULL THEN (base * bps * 2 + 10000) / 20000
               WHEN paid = 0 THEN 0 ELSE (by_rule * kept * 2 + paid) / (paid * 2) END)::bigint AS commission
    FROM (SELECT *, kept + CASE WHEN commission_on_subsidy THEN added + by_issuers ELSE 0 END AS base FROM held) y
    GROUP BY ref, order_id, amount, duty
),
written AS (
    SELECT e.ref, coalesce(-sum(p.amount) FILTER (WHERE a.kind IN ('custodian', 'purse')), 0) AS amount,
           coalesce(sum(p.amount) FILTER (WHERE a.kind = 'commission'), 0) AS commission,
           coalesce(-sum(p.amount) FILTER (WHERE a.kind = 'subsidy'), 0) AS subsidy,
           coalesce(sum(p.amount) FILTER (WHERE a.kind = 'customs'), 0) AS duty,
           coalesce(sum(p.amount) FILTER (WHERE a.kind = 'shop_pending'), 0) AS pending,
           bool_and(a.shop_id IS NULL OR a.shop_id = s.shop_id) AS fits
    FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id JOIN settlement_account a
        ON a.id = p.account_id
    LEFT JOIN orders_refund r ON r.public_id = e.ref LEFT JOIN orders_order o ON o.id = r.order_id
    LEFT JOIN settlement_share s ON s.order_public_id = o.public_id
    WHERE e.kind = 'reversed' GROUP BY e.ref
),
waiting AS (
    SELECT payload ->> 'refund_id' AS ref FROM mall_outboxevent WHERE delivered_at IS NULL AND name = 'PaymentRefunded'
),
refund AS (SELECT DISTINCT ref, order_id FROM back),
taken AS (
    SELECT order_id, sum(pending) AS pending FROM (
        SELECT refund.order_id, w.pending FROM written w JOIN refund USING (ref)
        UNION ALL
        SELECT refund.order_id, p.amount FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id
        JOIN settlement_account a ON a.id = p.account_id AND a.kind = 'shop_pending'
        JOIN refund ON refund.ref = split_part(e.ref, '#', 1) WHERE e.kind = 'joint_back'
    ) x GROUP BY order_id
)
SELECT 'refund ' || ref, CASE
    WHEN written.ref IS NULL THEN 'is not taken back from the shop'
    WHEN owed.ref IS NULL THEN 'is taken back from the shop but did not happen'
    ELSE format('is taken back with %s, commission %s, of the mall %s and duty %s, it should be %s, %s, %s and %s',
        written.amount, written.commission, written.subsidy, written.duty, owed.amount, owed.commission, owed.subsidy,
        owed.duty) END
FROM written FULL JOIN owed USING (ref)
WHERE (written.amount, written.commission, written.subsidy, written.duty, written.fits)
        IS DISTINCT FROM (owed.amount, owed.commission, owed.subsidy, owed.duty, true)
    AND NOT (written.ref IS NULL AND ref IN (SELECT ref FROM waiting))
UNION ALL
SELECT 'order ' || order_public_id,
       'its share says that ' || reversed || ' was taken back while pending, it was ' || coalesce(taken.pending, 0)
FROM settlement_share LEFT JOIN taken ON taken.order_id = order_public_id
WHERE reversed <> coalesce(taken.pending, 0)
ORDER BY 1
"""  # noqa: S608 - words of ours

# What shops bear of discounts at other shops is what the lines of these orders have frozen: at completion of what they
# still held by then, and back with each refund after it; of each issuer by itself. An order's share says the sum.
JOINT_FAULTS = f"""
WITH {MOVED}, lines AS (
    SELECT l.id, o.public_id AS order_id, o.shop_id, l.total::bigint AS paid, issuer.shop_id::bigint AS issuer_id,
           issuer.part::bigint AS part
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    CROSS JOIN LATERAL jsonb_each_text(l.issuers) AS issuer (shop_id, part)
),
cases AS (
    SELECT m.line_id, m.goods, c.is_after_completion, r.public_id AS ref, r.status,
           sum(m.goods) OVER (PARTITION BY m.line_id ORDER BY r.id) AS gone
    FROM moved m JOIN orders_aftersale c ON c.id = m.case_id LEFT JOIN orders_refund r ON r.after_sale_id = c.id
    WHERE m.line_id IN (SELECT id FROM lines) AND (c.is_after_completion IS FALSE AND c.settled_at IS NOT NULL
        OR c.is_after_completion AND r.id IS NOT NULL)
),
at_completion AS (
    SELECT lines.*, paid - coalesce((SELECT sum(goods) FROM cases
                                     WHERE line_id = lines.id AND NOT is_after_completion), 0)::bigint AS kept
    FROM lines
),
owed AS (
    SELECT 'joint' AS kind, order_id AS ref, issuer_id, a.shop_id,
           sum(CASE WHEN paid = 0 THEN part ELSE part * kept / paid END)::bigint AS amount
    FROM at_completion a JOIN settlement_share s ON s.order_public_id = a.order_id GROUP BY 2, 3, 4
    UNION ALL
    SELECT 'joint_back', cases.ref, issuer_id, shop_id,
           sum(part * (paid - gone + goods)::bigint / paid - part * (paid - gone)::bigint / paid)::bigint
    FROM cases JOIN lines ON lines.id = cases.line_id
    WHERE is_after_completion AND status = 'succeeded' AND paid > 0 GROUP BY 2, 3, 4
),
written AS (
    SELECT e.kind, split_part(e.ref, '#', 1) AS ref, split_part(e.ref, '#', 2)::bigint AS issuer_id,
           sum(p.amount) FILTER (WHERE a.shop_id::text = split_part(e.ref, '#', 2) AND a.kind = 'shop_available')
               * CASE e.kind WHEN 'joint' THEN 1 ELSE -1 END AS amount,
           max(a.shop_id) FILTER (WHERE a.shop_id::text <> split_part(e.ref, '#', 2)) AS shop_id
    FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id JOIN settlement_account a
        ON a.id = p.account_id
    WHERE e.kind IN ('joint', 'joint_back') GROUP BY e.id
),
waiting AS (
    SELECT payload ->> 'refund_id' AS ref FROM mall_outboxevent WHERE delivered_at IS NULL AND name = 'PaymentRefunded'
)
SELECT kind || ' ' || ref, format('shop %s bears %s, it should be %s', issuer_id, coalesce(written.amount, 0),
    coalesce(owed.amount, 0))
FROM (SELECT * FROM owed WHERE amount <> 0) owed FULL JOIN written USING (kind, ref, issuer_id)
WHERE (owed.amount, owed.shop_id) IS DISTINCT FROM (written.amount, written.shop_id)
    AND NOT (written.ref IS NULL AND ref IN (SELECT ref FROM waiting))
UNION ALL
SELECT 'order ' || s.order_public_id, format('its share says %s of other shops, its lines %s', s.from_issuers,
    coalesce(of_lines.amount, 0))
FROM settlement_share s LEFT JOIN (
    SELECT ref, sum(amount) AS amount FROM owed WHERE kind = 'joint' GROUP BY ref
) of_lines ON of_lines.ref = s.order_public_id
WHERE s.from_issuers <> coalesce(of_lines.amount, 0)
UNION ALL
SELECT 'order ' || o.public_id, format('a line says %s of other shops, they add up to %s', l.from_issuers,
    coalesce(sum(lines.part), 0))
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id LEFT JOIN lines ON lines.id = l.id
WHERE l.issuers IS NOT NULL OR l.from_issuers <> 0
GROUP BY o.id, l.id HAVING l.from_issuers <> coalesce(sum(lines.part), 0)
ORDER BY 1
"""  # noqa: S608 - words of ours

# What parties were promised of paid orders when these were placed, and what refunds gave back of it: of each part the
# share of what was paid for its line, or for delivery, that went; refunds count in their order, and that of a canceled
# order takes all that was left.
PARTS = f"""{MOVED}, part AS (
    SELECT p.id, p.order_id, o.public_id AS order_ref, p.party_id, p.line_id, p.amount::bigint, p.whole::bigint,
           p.bearer
    FROM orders_partypart p JOIN orders_order o ON o.id = p.order_id WHERE o.paid_at IS NOT NULL
),
taken AS (
    SELECT part.id, r.id AS refund_id, r.public_id AS ref, r.status, r.after_sale_id,
           coalesce(CASE WHEN part.line_id IS NULL THEN c.refund_shipping ELSE m.goods END, 0)::bigint AS goods
    FROM part JOIN orders_refund r ON r.order_id = part.order_id LEFT JOIN orders_aftersale c ON c.id = r.after_sale_id
    LEFT JOIN moved m ON m.case_id = c.id AND m.line_id = part.line_id
),
gone AS (
    SELECT taken.*, coalesce(sum(goods) OVER (PARTITION BY id ORDER BY refund_id), 0)::bigint AS after FROM taken
),
parts_back AS (
    SELECT part.order_ref, part.party_id, part.bearer, gone.ref, gone.status,
           part.amount * greatest(part.whole - gone.after + gone.goods, 0) / part.whole
           - CASE WHEN gone.after_sale_id IS NULL THEN 0
             ELSE part.amount * greatest(part.whole - gone.after, 0) / part.whole END AS amount
    FROM gone JOIN part USING (id)
)"""  # noqa: S608 - words of ours

# What is booked for parties is what was promised, less what went back; a share of theirs says the same, and is
# available once its order's is. What was paid out is what payouts say, and what the mall passed on of its commission
# is what it was to pay.
PARTY_FAULTS = f"""
WITH {PARTS}, written AS (
    SELECT CASE WHEN e.kind IN ('parts_back', 'reversed') THEN 'back' ELSE e.kind END AS kind, e.ref, a.party_id,
           sum(p.amount) FILTER (WHERE a.kind = 'party_pending') AS pending,
           sum(p.amount) FILTER (WHERE a.kind = 'party_available') AS available,
           sum(p.amount) FILTER (WHERE a.kind = 'party_paying') AS paying
    FROM settlement_posting p JOIN settlement_account a ON a.id = p.account_id AND a.party_id IS NOT NULL
    JOIN settlement_entry e ON e.id = p.entry_id
    GROUP BY 1, 2, 3
),
booked AS (
    SELECT kind, ref, party_id, CASE kind
        WHEN 'parts' THEN -coalesce(pending, 0) WHEN 'back' THEN coalesce(pending, 0) + coalesce(available, 0)
        WHEN 'parts_released' THEN -coalesce(available, 0) WHEN 'party_drawn' THEN coalesce(available, 0)
        WHEN 'party_paid' THEN coalesce(paying, 0) WHEN 'party_returned' THEN -coalesce(available, 0) END AS amount
    FROM written
),
said AS (
    SELECT 'parts' AS kind, order_ref AS ref, party_id, sum(amount)::bigint AS amount FROM part GROUP BY 2, 3
    UNION ALL
    SELECT 'back', ref, party_id, sum(amount)::bigint FROM parts_back WHERE status = 'succeeded' GROUP BY 2, 3
    HAVING sum(amount) <> 0
    UNION ALL
    SELECT 'parts_released', order_public_id, party_id, amount - reversed FROM settlement_partyshare
    WHERE status = 'released' AND amount > reversed
    UNION ALL
    SELECT 'party_drawn', public_id, party_id, amount FROM settlement_partypayout
    UNION ALL
    SELECT 'party_paid', public_id, party_id, amount FROM settlement_partypayout WHERE status = 'paid'
    UNION ALL
    SELECT 'party_returned', public_id, party_id, amount FROM settlement_partypayout WHERE status = 'discarded'
),
waiting AS (
    SELECT coalesce(payload ->> 'refund_id', payload ->> 'order_id') AS ref FROM mall_outboxevent
    WHERE delivered_at IS NULL AND name IN ('OrderPaid', 'PaymentRefunded')
),
while_pending AS (
    SELECT o.public_id AS order_ref, w.party_id, sum(w.pending) AS amount
    FROM written w JOIN orders_refund r ON r.public_id = w.ref JOIN orders_order o ON o.id = r.order_id
    WHERE w.kind = 'back' GROUP BY 1, 2
)
SELECT kind || ' ' || ref, format('party %s has %s booked, it should be %s', party_id, coalesce(booked.amount, 0),
    coalesce(said.amount, 0))
FROM booked FULL JOIN said USING (kind, ref, party_id)
WHERE booked.amount IS DISTINCT FROM said.amount
    AND NOT (booked.amount IS NULL AND ref IN (SELECT ref FROM waiting WHERE ref IS NOT NULL))
UNION ALL
SELECT 'order ' || s.order_public_id, format('the share of party %s says that %s of %s went back, it was %s of %s',
    s.party_id, s.reversed, s.amount, coalesce(w.amount, 0), coalesce(booked.amount, 0))
FROM settlement_partyshare s LEFT JOIN while_pending w ON w.order_ref = s.order_public_id AND w.party_id = s.party_id
LEFT JOIN booked ON booked.kind = 'parts' AND booked.ref = s.order_public_id AND booked.party_id = s.party_id
WHERE s.amount IS DISTINCT FROM booked.amount OR s.reversed <> coalesce(w.amount, 0)
UNION ALL
SELECT 'order ' || s.order_public_id, 'its share is available, what parties get of it is not, or the other way round'
FROM settlement_partyshare t JOIN settlement_share s ON s.order_public_id = t.order_public_id
WHERE (s.status = 'released') <> (t.status = 'released')
UNION ALL
SELECT 'order ' || s.order_public_id, format('its share gives %s to parties, its parts say %s', s.parties,
    coalesce(kept.amount, 0))
FROM settlement_share s LEFT JOIN (
    SELECT order_ref, sum(amount)::bigint AS amount FROM (
        SELECT order_ref, amount FROM part WHERE bearer = 'shop'
        UNION ALL
        SELECT b.order_ref, -b.amount FROM parts_back b JOIN orders_refund r ON r.public_id = b.ref
        LEFT JOIN orders_aftersale c ON c.id = r.after_sale_id
        WHERE c.is_after_completion IS NOT TRUE AND b.bearer = 'shop'
    ) x GROUP BY order_ref
) kept ON kept.order_ref = s.order_public_id
WHERE NOT s.is_kept_deposit AND s.parties <> coalesce(kept.amount, 0) AND s.order_public_id NOT IN (
    SELECT payload ->> 'order_id' FROM mall_outboxevent WHERE delivered_at IS NULL AND name = 'AfterSaleRefundOwed'
)
UNION ALL
SELECT kind || ' ' || ref, format('the mall has paid %s of it, it should be %s', coalesce(passed_on.amount, 0),
    coalesce(due.amount, 0))
FROM (
    SELECT e.kind, e.ref, sum(p.amount)::bigint AS amount FROM settlement_posting p
    JOIN settlement_account a ON a.id = p.account_id AND a.kind = 'passed_on'
    JOIN settlement_entry e ON e.id = p.entry_id GROUP BY 1, 2
) passed_on FULL JOIN (
    SELECT 'parts' AS kind, order_ref AS ref, sum(amount)::bigint AS amount FROM part WHERE bearer = 'mall' GROUP BY 2
    UNION ALL
    SELECT 'parts_back', ref, -sum(amount)::bigint FROM parts_back WHERE bearer = 'mall' AND status = 'succeeded'
    GROUP BY 2 HAVING sum(amount) <> 0
) due USING (kind, ref)
WHERE passed_on.amount IS DISTINCT FROM due.amount
    AND NOT (passed_on.amount IS NULL AND ref IN (SELECT ref FROM waiting WHERE ref IS NOT NULL))
ORDER BY 1
"""  # noqa: S608 - words of ours

# Escrow holds of each order what was paid for goods and delivery, or of it so far, and neither went back nor was split,
# nor set aside for parties; of what gift cards cost, and of a deposit that the shop keeps, nothing.
ESCROW_FAULTS = f"""
WITH {PARTS}, booked AS (
    SELECT coalesce(o.public_id, e.ref) AS order_id, -sum(p.amount) AS amount
    FROM settlement_posting p
    JOIN settlement_account a ON a.id = p.account_id AND a.kind = 'escrow'
    JOIN settlement_entry e ON e.id = p.entry_id
    LEFT JOIN orders_refund r ON e.kind IN ('refunded', 'parts_back') AND r.public_id = e.ref
    LEFT JOIN orders_order o ON o.id = r.order_id
    GROUP BY 1
),
back AS (
    SELECT r.order_id, sum(r.amount - r.duty) AS amount
    FROM orders_refund r LEFT JOIN orders_aftersale c ON c.id = r.after_sale_id
    WHERE r.status = 'succeeded' AND r.order_id IS NOT NULL AND c.is_after_completion IS NOT TRUE
    GROUP BY r.order_id
),
for_parties AS (
    SELECT order_ref, sum(amount)::bigint AS amount FROM (
        SELECT order_ref, amount FROM part WHERE bearer = 'shop'
        UNION ALL
        SELECT order_ref, -amount FROM parts_back WHERE status = 'succeeded' AND bearer = 'shop'
    ) x GROUP BY order_ref
),
expected AS (
    SELECT o.public_id AS order_id,
           CASE WHEN o.status = 'completed' OR o.kind = 'gift_card' OR o.deposit_kept_at IS NOT NULL THEN 0
           WHEN o.paid_at IS NULL THEN o.deposit - coalesce(back.amount, 0)
           ELSE o.total - o.duty - coalesce(back.amount, 0) - coalesce(for_parties.amount, 0) END AS amount
    FROM orders_order o LEFT JOIN back ON back.order_id = o.id
    LEFT JOIN for_parties ON for_parties.order_ref = o.public_id
    WHERE o.paid_at IS NOT NULL OR o.deposit_paid_at IS NOT NULL
),
waiting AS (
    SELECT DISTINCT payload ->> 'order_id' AS order_id FROM mall_outboxevent
    WHERE delivered_at IS NULL
        AND name IN ('OrderPaid', 'OrderDepositPaid', 'OrderDepositKept', 'OrderCompleted', 'PaymentRefunded')
)
SELECT 'order ' || order_id,
       'escrow holds ' || coalesce(booked.amount, 0) || ', it should be ' || coalesce(expected.amount, 0)
FROM booked FULL JOIN expected USING (order_id)
WHERE coalesce(booked.amount, 0) <> coalesce(expected.amount, 0)
    AND order_id NOT IN (SELECT order_id FROM waiting WHERE order_id IS NOT NULL)
ORDER BY order_id
"""  # noqa: S608 - words of ours

# To customs is owed of each order the duty that was paid with it and did not go back; what went back is what its cases
# say, and an order holds what its lines say. What was paid over is booked as its lines say.
DUTY_FAULTS = """
WITH booked AS (
    SELECT coalesce(o.public_id, e.ref) AS order_id, -sum(p.amount) AS amount
    FROM settlement_posting p
    JOIN settlement_account a ON a.id = p.account_id AND a.kind = 'customs'
    JOIN settlement_entry e ON e.id = p.entry_id AND e.kind <> 'duty_paid'
    LEFT JOIN orders_refund r ON e.kind IN ('refunded', 'reversed') AND r.public_id = e.ref
    LEFT JOIN orders_order o ON o.id = r.order_id
    GROUP BY 1
),
back AS (
    SELECT order_id, sum(duty) AS amount FROM orders_refund
    WHERE status = 'succeeded' AND duty > 0 AND order_id IS NOT NULL GROUP BY order_id
),
expected AS (
    SELECT o.public_id AS order_id, o.duty - coalesce(back.amount, 0) AS amount
    FROM orders_order o LEFT JOIN back ON back.order_id = o.id WHERE o.paid_at IS NOT NULL AND o.duty > 0
),
waiting AS (
    SELECT DISTINCT payload ->> 'order_id' AS order_id FROM mall_outboxevent
    WHERE delivered_at IS NULL AND name IN ('OrderPaid', 'PaymentRefunded')
)
SELECT 'order ' || order_id,
       'owed to customs is ' || coalesce(booked.amount, 0) || ', it should be ' || coalesce(expected.amount, 0)
FROM booked FULL JOIN expected USING (order_id)
WHERE coalesce(booked.amount, 0) <> coalesce(expected.amount, 0)
    AND order_id NOT IN (SELECT order_id FROM waiting WHERE order_id IS NOT NULL)
UNION ALL
SELECT 'refund ' || r.public_id, 'returns duty of ' || r.duty || ', its case says ' || c.refund_duty
FROM orders_refund r JOIN orders_aftersale c ON c.id = r.after_sale_id WHERE r.duty <> c.refund_duty
UNION ALL
SELECT 'order ' || o.public_id, 'says a duty of ' || o.duty || ', its lines of ' || sum(l.duty)
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id WHERE o.kind = 'cross_border'
GROUP BY o.id HAVING o.duty <> sum(l.duty)
UNION ALL
SELECT 'duty ' || ref, 'is booked as ' || coalesce(entry.amount, 0) || ', says ' || coalesce(said.amount, 0)
    || ', and its lines ' || coalesce(said.of_lines, 0)
FROM (
    SELECT e.ref, sum(p.amount) AS amount FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id
    JOIN settlement_account a ON a.id = p.account_id AND a.kind = 'customs' WHERE e.kind = 'duty_paid' GROUP BY e.ref
) entry FULL JOIN (
    SELECT d.public_id AS ref, d.amount, sum(l.amount) AS of_lines FROM settlement_dutyremittance d
    LEFT JOIN settlement_remittedduty l ON l.remittance_id = d.id WHERE d.status = 'paid' GROUP BY d.id
) said USING (ref)
WHERE entry.amount IS DISTINCT FROM said.amount OR said.amount IS DISTINCT FROM said.of_lines
ORDER BY 1
"""

# The same for payments that came too late, and transfers that paid nothing when they came: held until they went back,
# or have paid.
UNCLAIMED_FAULTS = """
WITH booked AS (
    SELECT coalesce(pay.public_id, e.ref) AS payment_id, -sum(p.amount) AS amount
    FROM settlement_posting p
    JOIN settlement_account a ON a.id = p.account_id AND a.kind = 'unclaimed'
    JOIN settlement_entry e ON e.id = p.entry_id
    LEFT JOIN orders_refund r ON e.kind = 'late_returned' AND r.public_id = e.ref
    LEFT JOIN orders_payment pay ON pay.id = r.payment_id
    GROUP BY 1
),
back AS (
    SELECT payment_id, sum(amount) AS amount FROM orders_refund WHERE status = 'succeeded' AND order_id IS NULL
    GROUP BY payment_id
),
expected AS (
    SELECT pay.public_id AS payment_id, pay.amount - coalesce(back.amount, 0) AS amount
    FROM orders_payment pay LEFT JOIN back ON back.payment_id = pay.id
    WHERE pay.is_late AND pay.status = 'succeeded'
    UNION ALL
    SELECT l.public_id, l.amount - l.used - coalesce(s.amount, 0)
    FROM orders_bankline l LEFT JOIN orders_sentback s ON s.reference = l.public_id AND s.sent_at IS NOT NULL
    WHERE l.was_open
),
waiting AS (
    SELECT DISTINCT coalesce(payload ->> 'line_id', payload ->> 'payment_id') AS payment_id FROM mall_outboxevent
    WHERE delivered_at IS NULL AND name IN (
        'LatePaymentReceived', 'PaymentRefunded', 'TransferUnmatched', 'TransferDecided', 'TransferReturned'
    )
)
SELECT 'payment ' || payment_id,
       'unclaimed money is ' || coalesce(booked.amount, 0) || ', it should be ' || coalesce(expected.amount, 0)
FROM booked FULL JOIN expected USING (payment_id)
WHERE coalesce(booked.amount, 0) <> coalesce(expected.amount, 0)
    AND payment_id NOT IN (SELECT payment_id FROM waiting WHERE payment_id IS NOT NULL)
ORDER BY payment_id
"""

# A paid order's entry says what the order says, as does that of its deposit; refunds and late payments too. What moved
# at the provider or on a shopper's balance is compared, and where nothing did (gift cards paid all of it), the whole.
RECEIPT_FAULTS = """
WITH written AS (
    SELECT e.kind, e.ref,
           coalesce(abs(sum(p.amount) FILTER (WHERE a.kind IN ('custodian', 'purse'))), max(abs(p.amount))) AS amount
    FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id
        JOIN settlement_account a ON a.id = p.account_id
    WHERE e.kind IN ('paid', 'order_deposit', 'refunded', 'reversed', 'late', 'late_returned') GROUP BY e.kind, e.ref
),
happened AS (
    SELECT 'paid' AS kind, public_id AS ref, coalesce(nullif(total - by_cards - deposit, 0), total) AS amount,
           public_id AS order_id, NULL AS payment_id
    FROM orders_order WHERE paid_at IS NOT NULL AND total > 0
    UNION ALL
    SELECT 'order_deposit', public_id, deposit, public_id, NULL FROM orders_order WHERE deposit_paid_at IS NOT NULL
    UNION ALL
    SELECT CASE WHEN r.order_id IS NULL THEN 'late_returned'
           WHEN c.is_after_completion AND o.kind <> 'gift_card' THEN 'reversed' ELSE 'refunded' END,
           r.public_id, coalesce(nullif(r.amount - r.to_cards, 0), r.amount), o.public_id, pay.public_id
    FROM orders_refund r LEFT JOIN orders_payment pay ON pay.id = r.payment_id
    LEFT JOIN orders_order o ON o.id = r.order_id
    LEFT JOIN orders_aftersale c ON c.id = r.after_sale_id
    WHERE r.status = 'succeeded'
    UNION ALL
    SELECT 'late', public_id, amount, NULL, public_id FROM orders_payment WHERE is_late AND status = 'succeeded'
),
waiting AS (
    SELECT name, payload ->> 'order_id' AS order_id, payload ->> 'payment_id' AS payment_id,
           payload ->> 'refund_id' AS refund_id
    FROM mall_outboxevent
    WHERE delivered_at IS NULL AND name IN ('OrderPaid', 'OrderDepositPaid', 'PaymentRefunded', 'LatePaymentReceived')
)
SELECT kind || ' ' || ref, CASE
    WHEN written.amount IS NULL THEN 'happened but is not booked'
    WHEN happened.amount IS NULL THEN 'is booked but did not happen'
    ELSE 'is booked with ' || written.amount || ', it was ' || happened.amount END
FROM written FULL JOIN happened USING (kind, ref)
WHERE written.amount IS DISTINCT FROM happened.amount
    AND NOT EXISTS (
        SELECT FROM waiting w WHERE written.amount IS NULL AND (
            (kind = 'paid' AND w.name = 'OrderPaid' AND w.order_id = ref)
            OR (kind = 'order_deposit' AND w.name = 'OrderDepositPaid' AND w.order_id = ref)
            OR (kind IN ('refunded', 'reversed', 'late_returned') AND w.name = 'PaymentRefunded' AND w.refund_id = ref)
            OR (kind = 'late' AND w.name = 'LatePaymentReceived' AND w.payment_id = ref)
        )
    )
ORDER BY ref
"""

# What bank transfers paid is what the payments say: the lines that paid one add up to it.
TRANSFER_FAULTS = """
SELECT 'payment ' || p.public_id, 'was paid ' || p.amount || ' by transfer, its lines add up to ' || coalesce(l.used, 0)
FROM (SELECT * FROM orders_payment WHERE channel = 'transfer' AND status = 'succeeded') p
FULL JOIN (SELECT payment_id, sum(used) AS used FROM orders_bankline WHERE used > 0 GROUP BY payment_id) l
    ON l.payment_id = p.id
WHERE p.amount IS DISTINCT FROM l.used
ORDER BY 1
"""

# Orders with a deposit: what came by each of the two payments is what the order says, no more went back through one
# than came by it, and of what was missed the shop has its share, and of nothing else.
TENDER_FAULTS = """
WITH came AS (
    SELECT p.id, p.group_id, p.part, p.public_id, p.amount FROM orders_payment p
    WHERE p.status = 'succeeded' AND NOT p.is_late
),
with_deposit AS (
    SELECT o.public_id, o.group_id, part, CASE part WHEN 'deposit' THEN o.deposit ELSE o.total - o.deposit END AS amount
    FROM orders_order o CROSS JOIN (VALUES ('deposit'), ('balance')) AS parts (part)
    WHERE CASE part WHEN 'deposit' THEN o.deposit_paid_at ELSE o.paid_at END IS NOT NULL AND o.deposit > 0
),
back AS (
    SELECT x.payment_id, sum(x.amount) AS amount FROM (
        SELECT payment_id, amount - to_cards - from_deposit AS amount FROM orders_refund WHERE payment_id IS NOT NULL
        UNION ALL
        SELECT d.id, r.from_deposit FROM orders_refund r JOIN orders_payment p ON p.id = r.payment_id
        LEFT JOIN came d ON d.group_id = p.group_id AND d.part = 'deposit' WHERE r.from_deposit > 0
    ) x GROUP BY x.payment_id
),
waiting AS (
    SELECT payload ->> 'order_id' AS order_id FROM mall_outboxevent
    WHERE delivered_at IS NULL AND name = 'OrderDepositKept'
)
SELECT 'order ' || w.public_id,
       'says that its ' || part || ' is ' || w.amount || ', paid was ' || coalesce(came.amount, 0)
FROM with_deposit w LEFT JOIN came USING (group_id, part) WHERE w.amount IS DISTINCT FROM came.amount
UNION ALL
SELECT 'payment ' || coalesce(p.public_id, '?'), 'returned ' || back.amount || ', it was ' || coalesce(p.amount, 0)
FROM back LEFT JOIN orders_payment p ON p.id = back.payment_id WHERE back.amount > coalesce(p.amount, 0)
UNION ALL
SELECT 'order ' || coalesce(o.public_id, s.order_public_id), CASE
    WHEN s.id IS NULL THEN 'left its deposit to the shop, which has no share of it'
    WHEN o.id IS NULL THEN 'has a share of a deposit that was not kept'
    ELSE 'left a deposit of ' || o.deposit || ' to the shop, its share is ' || s.gross END
FROM (SELECT * FROM orders_order WHERE deposit_kept_at IS NOT NULL) o
FULL JOIN (SELECT * FROM settlement_share WHERE is_kept_deposit) s ON s.order_public_id = o.public_id
WHERE o.deposit IS DISTINCT FROM s.gross
    AND coalesce(o.public_id, '') NOT IN (SELECT order_id FROM waiting WHERE order_id IS NOT NULL)
ORDER BY 1
"""

# Gift cards: each holds the sum of its moves. What orders and refunds say that cards paid and got back is what the
# moves say, and what is booked. Of each shop is owed what is on its cards, what they have paid of orders that wait for
# the rest of their money, and what of cards that were given back has not gone to the buyer yet; less what is on cards
# again already of refunds whose cash is on its way.
CARD_FAULTS = """
WITH waiting AS (
    SELECT payload ->> 'order_id' AS order_id, payload ->> 'shop_id' AS shop_id FROM mall_outboxevent
    WHERE delivered_at IS NULL
        AND name IN ('OrderPaid', 'OrderCanceled', 'OrderCompleted', 'AfterSaleRefundOwed', 'PaymentRefunded')
),
booked AS (
    SELECT a.shop_id, coalesce(o.public_id, e.ref) AS order_id, -sum(p.amount) AS amount
    FROM settlement_posting p
    JOIN settlement_account a ON a.id = p.account_id AND a.kind = 'shop_cards'
    JOIN settlement_entry e ON e.id = p.entry_id
    LEFT JOIN orders_refund r ON e.kind IN ('refunded', 'reversed') AND r.public_id = e.ref
    LEFT JOIN orders_order o ON o.id = r.order_id
    GROUP BY 1, 2
),
back AS (
    SELECT order_id, sum(amount) FILTER (WHERE status = 'succeeded') AS amount,
           sum(to_cards) FILTER (WHERE status = 'succeeded') AS to_cards, sum(to_cards) AS credited
    FROM orders_refund WHERE order_id IS NOT NULL GROUP BY order_id
),
expected AS (
    SELECT o.public_id AS order_id, o.shop_id,
           CASE WHEN o.kind = 'gift_card' THEN o.total - coalesce(back.amount, 0)
           ELSE coalesce(back.to_cards, 0) - o.by_cards END AS amount
    FROM orders_order o LEFT JOIN back ON back.order_id = o.id
    WHERE o.paid_at IS NOT NULL AND (o.kind = 'gift_card' OR o.by_cards > 0)
),
moved AS (
    SELECT order_id, -coalesce(sum(amount) FILTER (WHERE kind = 'spent'), 0) AS spent,
           coalesce(sum(amount) FILTER (WHERE kind = 'given_back'), 0) AS credited
    FROM orders_giftcardmove WHERE kind IN ('spent', 'given_back') GROUP BY order_id
),
owed AS (
    SELECT shop_id, sum(amount) AS amount FROM (
        SELECT shop_id, balance AS amount FROM orders_giftcard
        UNION ALL
        SELECT shop_id, by_cards FROM orders_order WHERE status = 'unpaid' AND by_cards > 0
        UNION ALL
        SELECT c.shop_id, c.refund_goods FROM orders_aftersale c JOIN orders_order o ON o.id = c.order_id
        LEFT JOIN orders_refund r ON r.after_sale_id = c.id AND r.status = 'succeeded'
        WHERE o.kind = 'gift_card' AND c.settled_at IS NOT NULL AND r.id IS NULL
        UNION ALL
        SELECT o.shop_id, -r.to_cards FROM orders_refund r JOIN orders_order o ON o.id = r.order_id
        WHERE r.status = 'asked' AND r.to_cards > 0
    ) x GROUP BY shop_id
),
ledger AS (SELECT shop_id, sum(amount) AS amount FROM booked GROUP BY shop_id)
SELECT 'gift card ' || c.number, 'holds ' || c.balance || ', its moves add up to ' || coalesce(m.amount, 0)
FROM orders_giftcard c
LEFT JOIN (SELECT card_id, sum(amount) AS amount FROM orders_giftcardmove GROUP BY card_id) m ON m.card_id = c.id
WHERE c.balance <> coalesce(m.amount, 0)
UNION ALL
SELECT 'order ' || o.public_id, 'says that gift cards paid ' || o.by_cards || ', they paid ' || coalesce(moved.spent, 0)
FROM orders_order o LEFT JOIN moved ON moved.order_id = o.id
WHERE o.by_cards <> coalesce(moved.spent, 0)
UNION ALL
SELECT 'order ' || o.public_id, 'gave ' || moved.credited || ' back on gift cards, it should be '
    || CASE WHEN o.paid_at IS NULL THEN o.by_cards ELSE coalesce(back.credited, 0) END
FROM moved JOIN orders_order o ON o.id = moved.order_id LEFT JOIN back ON back.order_id = o.id
WHERE moved.credited <> CASE WHEN o.paid_at IS NOT NULL THEN coalesce(back.credited, 0)
                             WHEN o.status = 'canceled' THEN o.by_cards ELSE 0 END
UNION ALL
SELECT 'order ' || order_id,
       'books ' || coalesce(booked.amount, 0) || ' on gift cards, it should be ' || coalesce(expected.amount, 0)
FROM booked FULL JOIN expected USING (order_id, shop_id)
WHERE coalesce(booked.amount, 0) <> coalesce(expected.amount, 0)
    AND order_id NOT IN (SELECT order_id FROM waiting WHERE order_id IS NOT NULL)
UNION ALL
SELECT 'shop ' || s.public_id,
       'owes ' || coalesce(ledger.amount, 0) || ' on gift cards, they hold ' || coalesce(owed.amount, 0)
FROM ledger FULL JOIN owed USING (shop_id) JOIN merchants_shop s ON s.id = shop_id
WHERE coalesce(ledger.amount, 0) <> coalesce(owed.amount, 0)
    AND s.public_id NOT IN (SELECT shop_id FROM waiting WHERE shop_id IS NOT NULL)
ORDER BY 1
"""

# Balances of shoppers: each is the sum of its moves; what payments and refunds say of it is what the moves say, and
# what is booked on the shopper's own account.
PURSE_FAULTS = """
WITH waiting AS (
    SELECT coalesce(payload ->> 'refund_id', payload ->> 'order_id', payload ->> 'payment_id') AS ref
    FROM mall_outboxevent WHERE delivered_at IS NULL
        AND name IN ('OrderPaid', 'OrderDepositPaid', 'PaymentRefunded', 'BalanceToppedUp')
),
paid AS (
    SELECT g.shopper_id, g.id AS group_id, p.id, p.part, p.public_id, p.amount
    FROM orders_payment p JOIN orders_ordergroup g ON g.id = p.group_id
    WHERE p.channel = 'balance' AND p.status = 'succeeded' AND NOT p.is_late
),
booked AS (
    SELECT a.shopper_id, e.kind, e.ref, -sum(p.amount) AS amount
    FROM settlement_posting p JOIN settlement_account a ON a.id = p.account_id AND a.kind = 'purse'
    JOIN settlement_entry e ON e.id = p.entry_id GROUP BY 1, 2, 3
),
expected AS (
    SELECT u.shopper_id, 'topped_up' AS kind, p.public_id AS ref, p.amount FROM orders_payment p
    JOIN orders_purse u ON u.id = p.purse_id WHERE p.status = 'succeeded'
    UNION ALL
    SELECT paid.shopper_id, CASE part WHEN 'deposit' THEN 'order_deposit' ELSE 'paid' END, o.public_id,
           CASE part WHEN 'deposit' THEN -o.deposit ELSE o.by_cards + o.deposit - o.total END
    FROM paid JOIN orders_order o ON o.group_id = paid.group_id
    UNION ALL
    SELECT coalesce(o.shopper_id, g.shopper_id),
           CASE WHEN r.order_id IS NULL THEN 'late_returned'
           WHEN c.is_after_completion AND o.kind <> 'gift_card' THEN 'reversed' ELSE 'refunded' END,
           r.public_id, r.to_balance
    FROM orders_refund r LEFT JOIN orders_order o ON o.id = r.order_id
    LEFT JOIN orders_aftersale c ON c.id = r.after_sale_id
    LEFT JOIN orders_payment p ON p.id = r.payment_id LEFT JOIN orders_ordergroup g ON g.id = p.group_id
    WHERE r.status = 'succeeded' AND r.to_balance > 0
),
moved AS (
    SELECT m.kind, coalesce(p.public_id, r.public_id) AS ref, u.shopper_id, sum(m.amount) AS amount
    FROM orders_pursemove m JOIN orders_purse u ON u.id = m.purse_id
    LEFT JOIN orders_payment p ON p.id = m.payment_id LEFT JOIN orders_refund r ON r.id = m.refund_id GROUP BY 1, 2, 3
),
said AS (
    SELECT 'topped_up' AS kind, p.public_id AS ref, u.shopper_id, p.amount FROM orders_payment p
    JOIN orders_purse u ON u.id = p.purse_id WHERE p.status = 'succeeded'
    UNION ALL
    SELECT 'spent', public_id, shopper_id, -amount FROM paid
    UNION ALL
    SELECT 'refunded', r.public_id, coalesce(o.shopper_id, g.shopper_id), r.to_balance
    FROM orders_refund r LEFT JOIN orders_order o ON o.id = r.order_id
    LEFT JOIN orders_payment p ON p.id = r.payment_id LEFT JOIN orders_ordergroup g ON g.id = p.group_id
    WHERE r.to_balance > 0
)
SELECT 'balance ' || u.public_id, 'holds ' || u.balance || ', its moves add up to ' || coalesce(m.amount, 0)
FROM orders_purse u
LEFT JOIN (SELECT purse_id, sum(amount) AS amount FROM orders_pursemove GROUP BY purse_id) m ON m.purse_id = u.id
WHERE u.balance <> coalesce(m.amount, 0)
UNION ALL
SELECT coalesce(moved.kind, said.kind) || ' ' || ref,
       'moved ' || coalesce(moved.amount, 0) || ' on a balance, it should be ' || coalesce(said.amount, 0)
FROM moved FULL JOIN said USING (ref)
WHERE (moved.kind, moved.shopper_id, moved.amount) IS DISTINCT FROM (said.kind, said.shopper_id, said.amount)
UNION ALL
SELECT kind || ' ' || ref,
       'books ' || coalesce(booked.amount, 0) || ' on a balance, it should be ' || coalesce(expected.amount, 0)
FROM (SELECT * FROM expected WHERE amount <> 0) expected FULL JOIN booked USING (kind, ref)
WHERE (booked.shopper_id, booked.amount) IS DISTINCT FROM (expected.shopper_id, expected.amount)
    AND NOT (booked.ref IS NULL AND ref IN (SELECT ref FROM waiting WHERE ref IS NOT NULL))
ORDER BY 1
"""

# Deposits: what came in, went to a shop and went back is what payments, deposits and refunds say.
DEPOSIT_FAULTS = """
WITH written AS (
    SELECT e.kind, e.ref, max(p.amount) AS amount FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id
    WHERE e.kind IN ('deposit', 'deposit_held', 'deposit_freed', 'deposit_back') GROUP BY e.kind, e.ref
),
happened AS (
    SELECT 'deposit' AS kind, public_id AS ref, amount FROM settlement_depositpayment WHERE status = 'succeeded'
    UNION ALL
    SELECT 'deposit_held', public_id, amount FROM settlement_deposit WHERE shop_id IS NOT NULL
    UNION ALL
    SELECT 'deposit_freed', public_id, amount FROM settlement_deposit
    WHERE status IN ('returning', 'returned') AND shop_id IS NOT NULL
    UNION ALL
    SELECT 'deposit_back', public_id, amount FROM settlement_depositrefund WHERE status = 'succeeded'
)
SELECT kind || ' ' || ref, CASE
    WHEN written.amount IS NULL THEN 'happened but is not booked'
    WHEN happened.amount IS NULL THEN 'is booked but did not happen'
    ELSE 'is booked with ' || written.amount || ', it was ' || happened.amount END
FROM written FULL JOIN happened USING (kind, ref)
WHERE written.amount IS DISTINCT FROM happened.amount ORDER BY ref
"""

# Withdrawals: what left the available balance, was paid and came back is what the withdrawals say; of a shop's money on
# its way to the bank there is as much as is still open.
WITHDRAWAL_FAULTS = """
WITH written AS (
    SELECT e.kind, e.ref, string_agg(concat_ws(' ', a.kind, a.shop_id, p.currency, p.amount), ', '
                                     ORDER BY a.kind, p.amount) AS legs
    FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id JOIN settlement_account a
        ON a.id = p.account_id
    WHERE e.kind IN ('withdrawn', 'paid_out', 'withdraw_back') GROUP BY e.kind, e.ref
),
happened AS (
    SELECT w.public_id AS ref, due.kind,
           string_agg(concat_ws(' ', leg.account, leg.shop_id, w.currency, leg.amount), ', '
                      ORDER BY leg.account, leg.amount) AS legs
    FROM settlement_withdrawal w
    CROSS JOIN LATERAL (VALUES ('withdrawn'), ('paid_out'), ('withdraw_back')) AS due (kind)
    CROSS JOIN LATERAL (
        VALUES ('withdrawn', 'shop_available', w.shop_id, w.amount),
               ('withdrawn', 'shop_withdrawing', w.shop_id, -w.amount),
               ('paid_out', 'shop_withdrawing', w.shop_id, w.amount),
               ('paid_out', 'custodian', NULL, w.fee - w.amount), ('paid_out', 'fees', NULL, -w.fee),
               ('withdraw_back', 'shop_withdrawing', w.shop_id, w.amount),
               ('withdraw_back', 'shop_available', w.shop_id, -w.amount)
    ) AS leg (kind, account, shop_id, amount)
    WHERE leg.kind = due.kind AND leg.amount <> 0 AND (
        due.kind = 'withdrawn' OR (due.kind = 'paid_out' AND w.status = 'paid_out')
        OR (due.kind = 'withdraw_back' AND w.status IN ('failed', 'rejected'))
    )
    GROUP BY w.public_id, due.kind
)
SELECT 'withdrawal ' || ref, CASE
    WHEN written.legs IS NULL THEN 'is not booked as ' || kind
    WHEN happened.legs IS NULL THEN 'is booked as ' || kind || ' but did not come to that'
    ELSE 'and its entry (' || kind || ') differ' END
FROM written FULL JOIN happened USING (kind, ref)
WHERE written.legs IS DISTINCT FROM happened.legs ORDER BY ref, kind
"""

# Corrections: what is booked is what they say, and nothing that nobody booked.
CORRECTION_FAULTS = """
WITH written AS (
    SELECT e.ref, string_agg(concat_ws(' ', a.kind, a.shop_id, p.currency, p.amount), ', '
                             ORDER BY a.kind, p.amount) AS legs
    FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id JOIN settlement_account a
        ON a.id = p.account_id
    WHERE e.kind = 'corrected' GROUP BY e.ref
),
said AS (
    SELECT c.public_id AS ref,
           string_agg(concat_ws(' ', leg.account, leg.shop_id, c.currency, leg.amount), ', '
                      ORDER BY leg.account, leg.amount) AS legs
    FROM (SELECT *, CASE direction WHEN 'to_shop' THEN amount ELSE -amount END AS change FROM settlement_correction) c
    CROSS JOIN LATERAL (
        VALUES (c.side, NULL, c.change), ('shop_available', c.shop_id, -c.change)
    ) AS leg (account, shop_id, amount)
    WHERE c.status = 'booked' GROUP BY c.public_id
)
SELECT 'correction ' || ref, CASE
    WHEN written.legs IS NULL THEN 'is not booked'
    WHEN said.legs IS NULL THEN 'is booked but nobody booked it'
    ELSE 'and its entry differ' END
FROM written FULL JOIN said USING (ref)
WHERE written.legs IS DISTINCT FROM said.legs ORDER BY ref
"""

# Fines: what is booked is what sanctions say that are in force and not lifted; what was lifted after it was booked is
# back, less what staff had given back of it, and what was lifted before is not booked.
FINE_FAULTS = """
WITH written AS (
    SELECT e.kind, e.ref, string_agg(concat_ws(' ', a.kind, a.shop_id, p.currency, p.amount), ', '
                                     ORDER BY a.kind, p.amount) AS legs
    FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id JOIN settlement_account a
        ON a.id = p.account_id
    WHERE e.kind IN ('fined', 'fine_back') GROUP BY e.kind, e.ref
),
said AS (
    SELECT due.kind, s.public_id AS ref,
           string_agg(concat_ws(' ', leg.account, leg.shop_id, s.currency, leg.amount), ', '
                      ORDER BY leg.account, leg.amount) AS legs
    FROM merchants_sanction s
    LEFT JOIN (
        SELECT e.ref, sum(c.amount) AS amount FROM settlement_correction c JOIN settlement_entry e ON e.id = c.entry_id
        WHERE c.side = 'fines' AND c.status = 'booked' AND e.kind = 'fined' GROUP BY e.ref
    ) given ON given.ref = s.public_id
    CROSS JOIN LATERAL (
        VALUES ('fined', s.fine), ('fine_back', coalesce(given.amount, 0) - s.fine)
    ) AS due (kind, change)
    CROSS JOIN LATERAL (
        VALUES ('shop_available', s.shop_id, due.change), ('fines', NULL, -due.change)
    ) AS leg (account, shop_id, amount)
    WHERE s.fined_at IS NOT NULL AND leg.amount <> 0 AND CASE WHEN s.lifted_at IS NULL THEN due.kind = 'fined'
        ELSE EXISTS (SELECT FROM written w WHERE w.kind = 'fined' AND w.ref = s.public_id) END
    GROUP BY due.kind, s.public_id
),
waiting AS (
    SELECT payload ->> 'sanction_id' AS ref FROM mall_outboxevent
    WHERE delivered_at IS NULL AND name IN ('ShopFined', 'SanctionLifted')
)
SELECT 'fine ' || ref, CASE
    WHEN written.legs IS NULL THEN 'is not booked as ' || kind
    WHEN said.legs IS NULL THEN 'is booked as ' || kind || ' but did not come to that'
    ELSE 'and its entry (' || kind || ') differ' END
FROM written FULL JOIN said USING (kind, ref)
WHERE written.legs IS DISTINCT FROM said.legs AND ref NOT IN (SELECT ref FROM waiting) ORDER BY ref, kind
"""

# Seizures: what is booked is what cases say that two people decided, and what a third gave back is back. Orders about
# seized money: each is booked as far as it has come, and together they never move more than their case has seized.
SEIZURE_FAULTS = """
WITH written AS (
    SELECT e.kind, e.ref, string_agg(concat_ws(' ', a.kind, a.shop_id, p.currency, p.amount), ', '
                                     ORDER BY a.kind, p.amount) AS legs
    FROM settlement_entry e JOIN settlement_posting p ON p.entry_id = e.id JOIN settlement_account a
        ON a.id = p.account_id
    WHERE e.kind IN ('seized', 'seized_back', 'seized_drawn', 'seized_paid', 'seized_kept', 'seized_lifted')
    GROUP BY e.kind, e.ref
),
said AS (
    SELECT due.kind, c.public_id AS ref,
           string_agg(concat_ws(' ', leg.account, leg.shop_id, c.currency, leg.amount), ', '
                      ORDER BY leg.account, leg.amount) AS legs
    FROM risk_moneycase c JOIN merchants_shop s ON s.public_id = c.shop_id
    CROSS JOIN LATERAL (VALUES ('seized', c.amount), ('seized_back', -c.amount)) AS due (kind, change)
    CROSS JOIN LATERAL (
        VALUES ('shop_available', s.id, due.change), ('seized', NULL, -due.change)
    ) AS leg (account, shop_id, amount)
    WHERE c.status IN ('seized', 'appealed', 'returned') AND (due.kind = 'seized' OR c.status = 'returned')
    GROUP BY due.kind, c.public_id
    UNION ALL
    SELECT due.kind, o.public_id,
           string_agg(concat_ws(' ', leg.account, leg.shop_id, o.currency, leg.amount), ', '
                      ORDER BY leg.account, leg.amount)
    FROM settlement_seizureorder o JOIN risk_moneycase c ON c.id = o.case_id
    JOIN merchants_shop s ON s.public_id = c.shop_id
    CROSS JOIN LATERAL (
        VALUES ('seized_drawn', 'seized', 'seized_paying', true),
               ('seized_paid', 'seized_paying', 'custodian', o.status = 'done' AND o.way = 'over'),
               ('seized_lifted', 'seized_paying', 'shop_available', o.status = 'done' AND o.way = 'back'),
               ('seized_kept', 'seized_paying', 'seized', o.status IN ('failed', 'discarded'))
    ) AS due (kind, source, target, is_due)
    CROSS JOIN LATERAL (
        VALUES (due.source, NULL, o.amount),
               (due.target, CASE due.target WHEN 'shop_available' THEN s.id END, -o.amount)
    ) AS leg (account, shop_id, amount)
    WHERE due.is_due
    GROUP BY due.kind, o.public_id
    UNION ALL
    SELECT 'seized', c.public_id, 'no more than that in its orders'
    FROM risk_moneycase c JOIN settlement_seizureorder o ON o.case_id = c.id
    WHERE o.status NOT IN ('failed', 'discarded')
    GROUP BY c.id HAVING sum(o.amount) > c.amount OR c.status <> 'seized'
)
SELECT 'seizure ' || ref, CASE
    WHEN written.legs IS NULL THEN 'is not booked as ' || kind
    WHEN said.legs IS NULL THEN 'is booked as ' || kind || ' but nobody decided that'
    ELSE 'and its entry (' || kind || ') differ' END
FROM written FULL JOIN said USING (kind, ref)
WHERE written.legs IS DISTINCT FROM said.legs ORDER BY ref, kind
"""

# Statements: each balance is the one before and its own lines; together they are what the statement says.
STATEMENT_FAULTS = """
WITH lines AS (
    SELECT l.statement_id, p.account_id, count(*) AS n, -sum(p.amount) AS moved
    FROM settlement_statementline l JOIN settlement_posting p ON p.id = l.posting_id GROUP BY 1, 2
),
balances AS (
    SELECT b.statement_id, b.account_id, b.opening, b.moved,
           coalesce(lag(b.closing) OVER (PARTITION BY b.account_id, s.kind ORDER BY b.statement_id), 0) AS before
    FROM settlement_statementbalance b JOIN settlement_statement s ON s.id = b.statement_id
),
sums AS (
    SELECT b.statement_id, sum(b.opening) AS opening, sum(b.moved) AS moved,
           bool_and(b.opening = b.before) AS goes_on, bool_and(b.moved = coalesce(lines.moved, 0)) AS fits,
           sum(coalesce(lines.n, 0)) AS n
    FROM balances b LEFT JOIN lines USING (statement_id, account_id) GROUP BY b.statement_id
)
SELECT 'statement ' || s.public_id, CASE
    WHEN sums.n IS DISTINCT FROM s.line_count::numeric THEN 'has other lines than it says'
    WHEN NOT sums.fits THEN 'does not move what its lines move'
    WHEN NOT sums.goes_on THEN 'does not begin where the one before ended'
    ELSE 'is not the sum of its accounts' END
FROM settlement_statement s LEFT JOIN sums ON sums.statement_id = s.id
WHERE sums.n IS DISTINCT FROM s.line_count::numeric OR NOT sums.fits OR NOT sums.goes_on
    OR sums.opening <> s.opening OR sums.moved <> s.moved
ORDER BY s.id
"""

WAITING = """
SELECT count(*) FROM mall_outboxevent WHERE delivered_at IS NULL
AND name IN ('OrderPaid', 'OrderDepositPaid', 'OrderDepositKept', 'OrderCompleted', 'PaymentRefunded',
             'LatePaymentReceived', 'BalanceToppedUp', 'TransferUnmatched', 'TransferDecided', 'TransferReturned',
             'ShopFined', 'SanctionLifted')
"""


@dataclass
class Verification:
    """How many faults of each kind; all zero and no broken seal is what ``ok`` means."""

    entries: int = 0
    postings: int = 0
    sum: dict[str, int] = field(default_factory=dict)
    unbalanced: int = 0
    misfits: int = 0
    broken_seals: list[str] = field(default_factory=list)
    share_faults: int = 0
    reversal_faults: int = 0
    joint_faults: int = 0
    party_faults: int = 0
    escrow_faults: int = 0
    duty_faults: int = 0
    card_faults: int = 0
    purse_faults: int = 0
    transfer_faults: int = 0
    unclaimed_faults: int = 0
    receipt_faults: int = 0
    tender_faults: int = 0
    deposit_faults: int = 0
    withdrawal_faults: int = 0
    correction_faults: int = 0
    fine_faults: int = 0
    seizure_faults: int = 0
    statement_faults: int = 0
    waiting: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        counts = (
            self.unbalanced, self.misfits, self.share_faults, self.reversal_faults, self.joint_faults,
            self.party_faults, self.escrow_faults, self.duty_faults, self.card_faults, self.purse_faults,
            self.transfer_faults, self.unclaimed_faults, self.receipt_faults, self.tender_faults, self.deposit_faults,
            self.withdrawal_faults, self.correction_faults, self.fine_faults, self.seizure_faults,
            self.statement_faults,
        )  # fmt: skip
        return not any(counts) and not self.broken_seals and not any(self.sum.values())

    def as_json(self) -> dict:
        told = asdict(self)
        return {"ok": self.ok, **told, "sum": sum(map(abs, told["sum"].values())), "faults": told["faults"]}


def verify_ledger() -> Verification:
    """Check everything; reads only, of one snapshot unless the caller's transaction has another."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _verify()


def _verify() -> Verification:
    found = Verification()
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM settlement_entry), (SELECT count(*) FROM settlement_posting)")
        found.entries, found.postings = cursor.fetchone()
        cursor.execute("SELECT currency, sum(amount)::bigint FROM settlement_posting GROUP BY currency")
        found.sum = dict(cursor.fetchall())
        cursor.execute(WAITING)
        (found.waiting,) = cursor.fetchone()
    for name, query in {
        "unbalanced": UNBALANCED,
        "misfits": MISFITS,
        "share_faults": SHARE_FAULTS,
        "reversal_faults": REVERSAL_FAULTS,
        "joint_faults": JOINT_FAULTS,
        "party_faults": PARTY_FAULTS,
        "escrow_faults": ESCROW_FAULTS,
        "duty_faults": DUTY_FAULTS,
        "card_faults": CARD_FAULTS,
        "purse_faults": PURSE_FAULTS,
        "transfer_faults": TRANSFER_FAULTS,
        "unclaimed_faults": UNCLAIMED_FAULTS,
        "receipt_faults": RECEIPT_FAULTS,
        "tender_faults": TENDER_FAULTS,
        "deposit_faults": DEPOSIT_FAULTS,
        "withdrawal_faults": WITHDRAWAL_FAULTS,
        "correction_faults": CORRECTION_FAULTS,
        "fine_faults": FINE_FAULTS,
        "seizure_faults": SEIZURE_FAULTS,
        "statement_faults": STATEMENT_FAULTS,
    }.items():
        count = 0
        for subject, wrong in _rows(query):
            count += 1
            if len(found.faults) < MOST_FAULTS_TOLD:
                found.faults.append(f"{subject} {wrong}")
        setattr(found, name, count)
    for sealed in SEALED:
        for number in sealed.broken_seals():
            found.broken_seals.append(f"{sealed.table} {number}")
            if len(found.faults) < MOST_FAULTS_TOLD:
                found.faults.append(f"seal {number} of {sealed.table} is broken")
    return found


def _rows(query: str) -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(1000):
            yield from rows
