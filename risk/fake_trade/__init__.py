"""
Fake trade (R3): rings of buyers who make a shop look busy.

Callers hand in what is known of an order as keyed hashes (``observing``); the clock looks for groups of buyers that
have too much in common (``watching``, by ``rings`` and the rules); people decide about the cases (``cases``), which
tell the rest of the mall by events. ``graph`` draws the evidence, ``rules`` is where staff turn the rules.
"""
