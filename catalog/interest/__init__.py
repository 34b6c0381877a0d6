"""
What a shopper keeps an eye on (C7): favorites, followed shops, what she looked at, comparison, alerts.

Nothing here is read for a page that is kept for everybody: a cookie carries how many there are, a script asks for the
rest, and every button says what it wants (keep, let go), so that it is right without either.
"""
