"""The engine: one asyncio loop owns all decisions. It emits events and prints nothing.

`engine` runs a graph of steps, `perform` does what one action asks, `events` are what it says.
"""
