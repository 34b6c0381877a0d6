"""
The notification centre (A7): apps say what and to whom, the centre writes it down and sends it by e-mail.

::

    # notices.py of an app
    FROZEN = Kind("merchants.shop_frozen", title=_("%(shop)s is frozen"), body=_("… %(reason)s"))

    # its subscribers, tasks or verbs
    notify(people, FROZEN, {"shop": …, "reason": …}, url="/backoffice/…", now=now)

A kind's words are said when they are read, in the reader's language; the e-mail speaks the person's own.
"""
