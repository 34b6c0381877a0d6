"""The living page of the kit: every component in every state, in both languages; not in production."""
