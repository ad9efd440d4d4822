"""The wire: the sole httpx. Trusts nobody on the way, and spends nothing by itself.

`author` fetches a file from a URL that an author wrote; `client` talks to one vendor's API, and tells apart what was
never sent, what was sent and not answered, and what was answered; `body` streams requests whose media are files;
`download` brings a clip to disk. https only; plain http to loopback addresses, for tests and local servers. httpx is
imported by the first request, because it takes 100 ms.
"""

from renderer.wire.address import FetchRefused, check_url, shown
from renderer.wire.author import Fetched, FetchFailed, fetch

__all__ = ["FetchFailed", "FetchRefused", "Fetched", "check_url", "fetch", "shown"]
