"""The ground floor: what every room of the mall stands on. It imports no app; it names them in strings."""

from mall.celery import app as celery_app

__all__ = ["celery_app"]
