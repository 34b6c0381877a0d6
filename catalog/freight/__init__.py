"""What delivery costs, where to, and why: a shop's templates, and the fee that they come to (O2, C2)."""
