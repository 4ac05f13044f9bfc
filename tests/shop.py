"""A site that is not ours: of another origin, with a policy that allows the chat and no more."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from typing_extensions import override


class Shop:
    """Serves one page on a free port, under the name `localhost`; Hilo is at 127.0.0.1."""

    def __init__(self) -> None:
        """Nothing to show yet."""
        self.page = ""
        self.policy = ""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            """Answers every path with the page."""

            def do_GET(self) -> None:
                """Send the page."""
                body = shop.page.encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                self.send_header("content-security-policy", shop.policy)
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """The address of the page; its origin is not Hilo's."""
        return f"http://localhost:{self._server.server_port}/"

    def show(self, hilo: str, snippet: str) -> str:
        """Put the snippet on the page; return the page's address."""
        parts = urlsplit(hilo)
        origin = f"{parts.scheme}://{parts.netloc}"
        self.policy = f"default-src 'none'; script-src {origin}; frame-src {origin}"
        self.page = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>"
            f"<body><h1>Shoes</h1><button>Buy</button>{snippet}</body></html>"
        )
        return self.url

    def __enter__(self) -> Self:
        """Open."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self._server.shutdown()
        self._server.server_close()
