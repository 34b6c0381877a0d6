"""
Reviews by people who bought (C6): written once and followed up once, answered, voted for, reported, appealed against.

``writing`` is where one begins, ``ratings`` keeps the sums and scores, ``listing`` is what shoppers leaf through.
"""

from catalog.reviews.answers import EmptyAnswer, answer_review
from catalog.reviews.writing import NotPurchased, follow_up_review, purchased_line, write_review

__all__ = ["EmptyAnswer", "NotPurchased", "answer_review", "follow_up_review", "purchased_line", "write_review"]
