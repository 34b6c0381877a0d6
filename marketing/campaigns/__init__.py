"""
Campaigns of the platform (K5): staff write a brief, shops are invited and enrol goods, staff audit them, prices are
locked, and what was accepted is sold as flash sales of the shops until the end.

``briefs`` are written, ``inviting`` says whom one invites and why, ``enrolling`` takes goods in, ``auditing`` decides,
``locking`` makes promotions of them, ``clockwork`` moves everything at its moments, ``evaluating`` counts what came of
it, ``venues`` is what shoppers see.
"""
