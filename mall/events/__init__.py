"""What can happen in the mall (one module of vocabulary per announcing app) and the bus that tells it."""

from mall.events.bus import deliver, deliver_everything, discover, event, is_heard, on, publish

__all__ = ["deliver", "deliver_everything", "discover", "event", "is_heard", "on", "publish"]
