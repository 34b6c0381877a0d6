from settlement.models.ledger import Account, Entry, Posting
from settlement.models.share import Share

__all__ = ["Account", "Entry", "Posting", "Share"]
