"""Dealings with sellers: the gate, the shop, open jobs, prices, and the ledger of what was spent."""
