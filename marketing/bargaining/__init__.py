"""
Bargaining (K1): a shopper opens a bargain for one item, friends cut its price, she buys it at what it came to.

How far each cut goes is settled when the bargain opens: a secret seed makes the whole ``sequence``, its hash is shown
at once and the seed itself when it is over, so that anybody can check that nothing was decided on the way. ``bargains``
are the verbs, ``units`` what a shop offers so, ``showing`` what pages show, the proof among it.
"""
