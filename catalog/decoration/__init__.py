"""
A shop's own front page (M4): blocks of known kinds, put together as a draft, published as numbered versions.

Read ``fields`` and ``kinds`` for what a block is, ``blocks`` for the kinds that the catalogue brings, ``drafts`` and
``publishing`` for the verbs, ``drawing`` for what shoppers see.
"""
