"""
Flash sales (K3): few units at a price of their own, for a short while, when everybody comes at once.

``units`` is the truth: rows of PostgreSQL that are taken in the transaction which places an order. ``gate`` stands in
front of it in the cache server and only spares work: it turns away who comes too late, and lets the others in a few at
a time; without it everything goes on, slower. ``showing`` is what pages read.
"""
