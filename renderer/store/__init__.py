"""The store: what was made, kept by content, so that nothing paid for is paid for twice or lost.

Owns blobs, traces, the index in front of them, what files held when last read, locks and scratch room.
Knows no plan, no provider and no media. Importing it imports neither sqlite nor asyncio.
"""

from renderer.store.layout import locate_root
from renderer.store.store import Store

__all__ = ["Store", "locate_root"]
