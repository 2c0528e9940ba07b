"""A simulated e-money partner: a process of its own that pays into accounts of its own, speaks SNAP BI, and fails on purpose.

`python -m demo.emoney_partner CONFIG.json` listens on 127.0.0.1 and prints its port. `faults` says what can go wrong and when. It
checks our signatures, and knows nothing of our database.
"""
