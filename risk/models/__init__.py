from risk.models.complaint import Complaint
from risk.models.hold import Hold
from risk.models.word import BannedWord, WordEdition, WordPack

__all__ = ["BannedWord", "Complaint", "Hold", "WordEdition", "WordPack"]
