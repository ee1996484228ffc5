"""The documentation as a site that needs no network: `make site`, then open build/site/index.html.

The README is its first page; the pages of docs/, the data dictionary, the network and a reference made from
docstrings follow. A link to a file of the project leads to a copy of it in the site.
"""
