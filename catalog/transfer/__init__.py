"""
Goods from files and into files (C8): Shopify's product CSV and XLSX both ways.

Read from the bottom: ``sheets`` (a file as rows of words), ``columns`` (what the columns are called), ``telling`` (rows
as products), ``planning`` (products against the shop), ``bringing`` (check and import, in the background), ``pictures``
(what the file names, fetched), ``lines`` (the way out).
"""
