"""
After-sales (O7, O8): what a shopper asks about what she bought, until it is settled.

``table`` says who may do what in which status; ``asking``, ``answering``, ``returning``, ``talking``, ``arbitration``
and ``ending`` are the verbs; ``clock`` does by itself what nobody did in time; ``amounts`` knows what pieces are worth;
``cases`` locks, moves and ends a case, ``settling`` makes the mall owe its money.
"""
