"""The audit trail: ``record`` inside the verb's transaction; rows are append-only and sealed into a hash chain."""
