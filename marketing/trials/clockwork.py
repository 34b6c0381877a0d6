"""What the clock does about free trials: draws them, lets the next move up, reminds of reports."""

from datetime import datetime

from marketing.trials import deciding


def follow_trials(*, now: datetime) -> dict:
    """Run every few minutes; run twice, or late, it does no more."""
    counts = {
        "drawn": deciding.draw_due(now=now),
        "missed": deciding.lapse_due(now=now),
        "released": deciding.release_reserve(now=now),
        "reminded": deciding.remind_due(now=now),
    }
    return {name: count for name, count in counts.items() if count}
