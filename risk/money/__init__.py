"""
Money under guard (R4): withdrawals and refunds that look wrong.

Callers hand in what they found as plain numbers, inside the transaction in which the money moves (``watching.look``);
the rules weigh it, and a case that is in force holds the shop's available money before that transaction commits. People
look into it and decide, two of them (``cases``); what is seized is booked by whoever keeps the ledger, in the
transaction of the decision. ``rules`` is where two people turn the rules, and what they have found so far.
"""
