"""The way into the sandbox: calls of its accounts go to the simulators and nowhere else.

A connector writes its vendor's real address and knows nothing of this.
"""

from urllib.parse import urlsplit
from uuid import UUID

from msgspec import structs

from hilo.kit.errors import Rejected
from hilo.kit.http import Http, Reply, Request, redirected, settled

ASIDE = "x-hilo-aside"  # a header: nobody said this, so a fault that is counted waits


class Sandbox:
    """The server that plays the vendors."""

    def __init__(self, http: Http, url: str) -> None:
        """http: a client that can reach nothing else. url: without a slash at its end."""
        self.http = http
        self._url = url.rstrip("/")
        self._origin = _origin(self._url)

    def address(self, account: UUID, url: str) -> str:
        """Return where a vendor's address is played: `…/<account>/https/<host>/<path>`.

        Raises Rejected for what is no address, and for one whose dots climb out of the account.
        """
        scheme, _, rest = settled(url).partition("://")
        played = f"{self._url}/{account}/{scheme}/{rest.partition('#')[0]}"
        if settled(played) != played:
            raise Rejected("the address leads out of the sandbox")
        return played

    def holds(self, url: str) -> bool:
        """Say whether the address is in the sandbox."""
        if _origin(url) != self._origin:
            return False
        return urlsplit(settled(url)).path.startswith(urlsplit(self._url).path + "/")

    async def fetch(self, account: UUID, request: Request) -> Reply:
        """Make the call to whoever plays the vendor; redirects stay in the sandbox too."""
        while True:
            played = structs.replace(request, url=self.address(account, request.url), redirects=0)
            reply = await self.http.fetch(played)
            following = redirected(request, reply)
            if following is None:
                return reply
            request = following


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parsed = urlsplit(url)
    port = parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)
    return parsed.scheme, parsed.hostname, port
