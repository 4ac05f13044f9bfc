"""A mail provider's authorisation server on loopback, in the real format (RFC 6749, 7636)."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

CLIENT = ("hilo-app", "a client's secret")


class Provider:
    """Grants codes and tokens; can be told to take consent back, to fail, or to turn tokens."""

    def __init__(self) -> None:
        """Begin with nobody known."""
        self.port = 0
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh: set[str] = set()
        self.access: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.fault = 0
        self.lasts_s = 3600
        self.refresh_lasts_s = 0
        self.turns = False
        self._count = 0

    def url(self, path: str) -> str:
        """Return an address of this server."""
        return f"http://127.0.0.1:{self.port}{path}"

    def allow(self, url: str) -> str:
        """Play the person who opens the page and allows it; return where the browser is sent."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT[0]
        assert asked["code_challenge_method"] == "S256"
        self._count += 1
        code = f"code-{self._count}"
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Answer the token endpoint."""
        self.asked.append(form)
        if self.fault:
            return self.fault, {}
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") not in self.refresh:
                return 400, {"error": "invalid_grant", "error_description": "Token was revoked."}
            if self.turns:
                self.refresh.discard(form["refresh_token"])
            return 200, self._granted(with_refresh=self.turns)
        return self._by_code(form)

    def _by_code(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != proof:
            return 400, {"error": "invalid_grant"}
        if asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "redirect_uri_mismatch"}
        return 200, self._granted(with_refresh=True)

    def introspect(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Tell a mail server whether a token is good (RFC 7662)."""
        known = form.get("token") in self.access
        return 200, {"active": known, "username": "help@desk.test"}

    def _granted(self, *, with_refresh: bool) -> dict[str, object]:
        self._count += 1
        access = f"access-{self._count}"
        self.access.add(access)
        granted: dict[str, object] = {
            "token_type": "Bearer", "access_token": access, "expires_in": self.lasts_s,
        }  # fmt: skip
        if with_refresh:
            granted["refresh_token"] = f"refresh-{self._count}"
            self.refresh.add(f"refresh-{self._count}")
        if self.refresh_lasts_s:
            granted["refresh_token_expires_in"] = self.refresh_lasts_s
        return granted

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        size = int(head.lower().partition("content-length:")[2].split("\r\n")[0] or 0)
        body = (await reader.readexactly(size)).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        status, said = self.introspect(form) if "/introspect" in head else self.token(form)
        content = json.dumps(said).encode() if said else b"<html>down</html>"
        writer.write(
            f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """Run one."""
    played = Provider()
    listening = await asyncio.start_server(played.serve, "127.0.0.1", 0)
    played.port = listening.sockets[0].getsockname()[1]
    try:
        yield played
    finally:
        listening.close()
