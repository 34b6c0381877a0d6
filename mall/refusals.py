"""Refusals: every expected "no" of the mall, in words for the person who asked."""


class Refusal(Exception):
    """
    The base of every expected refusal.

    ``str()`` is one sentence for the person who asked, in her language. ``code`` names the kind for machines (the API
    answers with it as an RFC 9457 problem), ``status`` is the HTTP status that fits.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str = "", **details):
        super().__init__(message)
        self.details = details
