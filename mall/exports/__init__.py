"""Exports: rows of a shop as CSV or XLSX, written in the background, private, gone after some days."""
