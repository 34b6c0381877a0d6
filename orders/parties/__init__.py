"""
Parts of orders for brands, suppliers, carriers and promoters (S2): one engine for all of them. ``rules`` makes rules
and agreements, ``terms`` says what a rule asks and takes, ``placing`` freezes the parts of an order.
"""
