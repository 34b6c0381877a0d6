"""What risk knows of a person by name; its other marks are keyed hashes that nobody reads back (A3)."""

from mall.accounts.privacy.registry import blank, personal
from risk.models import Complaint

personal("risk/reports", lambda person: Complaint.objects.filter(reporter=person), erase=blank(words=""))
