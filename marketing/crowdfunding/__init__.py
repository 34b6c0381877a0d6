"""
Crowdfunding of new products (K1): who supports one pays at once, and gets the goods if enough others do in time.

``backing`` moves what stands and decides the outcome, ``showing`` is what pages show of it. The deal itself, as the
checkout knows it, is ``marketing.deals.crowdfunding``.
"""
