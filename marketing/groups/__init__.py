"""
Buying together (K4): who opens a group pays the price of the group; enough others who join it in time make it good.

``seats`` moves groups and seats, ``showing`` is what pages show of them, ``poster`` draws the picture that is shared,
``telling`` tells people. The deal itself, as the checkout knows it, is ``marketing.deals.group_buying``.
"""
