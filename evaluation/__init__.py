"""Numbers from what was read and judged: how much of each area is covered, and how sure a share is.

Pure functions from typed rows to typed rows; the store is read by ``machine_totals`` and by whoever calls the others.
"""
