"""`islands explore`: a built home in the browser, on this machine only.

A page is one module of `pages`, which says its address, its template and a function from what is asked to
plain values. The same values are the page's JSON, at the same address with `.json`.
"""
