"""The demonstration: a small mall's goods, shops, people and pictures, all invented."""
