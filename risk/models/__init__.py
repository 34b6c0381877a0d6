from risk.models.hold import Hold
from risk.models.word import BannedWord

__all__ = ["BannedWord", "Hold"]
