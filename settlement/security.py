"""What the quarterly report about security says of the ledger (R7); one of ``SECURITY_SECTIONS`` in the settings."""

from datetime import datetime

from django.utils.translation import gettext as _

from mall.security.gathering import Section
from settlement.ledger import SEALED


def sections(now: datetime) -> list[Section]:
    """Whether the chains over entries and postings hold."""
    part = Section(_("The chains of the ledger"), [_("Chain"), _("Broken seals")])
    for sealed in SEALED:
        broken = sealed.broken_seals()
        part.is_ok = part.is_ok and not broken
        part.rows.append([sealed.table, ", ".join(map(str, broken)) or _("whole")])
    return [part]
