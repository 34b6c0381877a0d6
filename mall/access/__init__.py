"""Access to personal data (R5): covered for staff; who needs more asks, another grants, every look is on the record."""
