"""Where a shop's page is, and an address as a code to scan."""

from hilo.kit.qr import qr
from hilo.sdk.account import Account


def address(account: Account) -> str:
    """Return where a shop's page is."""
    return f"{account.public_url}/s/{account.id}"


def drawn(given: str) -> str:
    """Return a QR code as SVG: one path, a quiet edge of four modules; empty: it is too long."""
    rows = qr(given)
    if rows is None:
        return ""
    size = len(rows) + 8
    path = "".join(
        f"M{x + 4} {y + 4}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, module in enumerate(row)
        if module == "1"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        ' shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{path}"/></svg>'
    )
