"""Vendors behind one port. `base` holds the port; one file per vendor."""
