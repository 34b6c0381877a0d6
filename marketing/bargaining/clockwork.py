"""What the clock does about bargains: shoppers hear that theirs end soon, and what is over is over."""

from datetime import datetime

from marketing.bargaining.bargains import expire_bargains, warn_bargains


def follow_bargains(*, now: datetime) -> dict:
    """Run every minute; run twice, or late, it does no more."""
    counts = {"ended": expire_bargains(now=now), "warned": warn_bargains(now=now)}
    return {name: count for name, count in counts.items() if count}
