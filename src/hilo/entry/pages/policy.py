"""What each page may load and who may frame it, as its content security policy says."""

from hilo.sdk.account import Account


def console(nonce: str, host: str) -> str:
    """Return the console's: our own files, its styles by nonce, no page around it.

    Mails are shown in frames without scripts that inherit this policy; their style attributes are
    the one thing of them that counts.
    """
    return _joined(
        "default-src 'none'",
        f"script-src 'self' 'nonce-{nonce}'",
        f"style-src 'self' 'nonce-{nonce}'",
        "style-src-attr 'unsafe-inline'",
        # https: a mail's remote images, only once the agent asks: its frame inherits this policy.
        "img-src 'self' data: blob: https:",
        "font-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "worker-src 'self'",
        f"connect-src 'self' {_sockets(host)}",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    )


def panel(host: str, account: Account) -> str:
    """Return the chat panel's: framed by the allowed sites, by any when none is named."""
    allowed = allowed_origins(account)
    ancestors = " ".join(("'self'", *allowed)) if allowed else "*"
    return _joined(
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src 'self' data: blob: {_logo(account)}",
        "media-src 'self' blob:",
        f"connect-src 'self' {_sockets(host)}",
        f"frame-ancestors {ancestors}",
        "form-action 'none'",
        "base-uri 'none'",
    )


def notify() -> str:
    """Return that of the page that asks for notifications: alone in its tab, with its worker."""
    return _joined(
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'none'",
        "base-uri 'none'",
    )


def walkin(host: str, account: Account) -> str:
    """Return a shop's: our own files, its logo, the chat's panel in a frame; only we around it."""
    return _joined(
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src 'self' data: {_logo(account)}",
        f"connect-src 'self' {_sockets(host)}",
        "frame-src 'self'",
        "frame-ancestors 'self'",
        "form-action 'none'",
        "base-uri 'none'",
    )


def picture() -> str:
    """Return a drawing's: it loads nothing and runs nothing."""
    return "default-src 'none'; style-src 'none'; sandbox"


def demo() -> str:
    """Return the demo shop's: as strict as a careful shop's, with our origin as its chat's."""
    return _joined(
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "frame-src 'self'",
        "frame-ancestors 'self'",
        "form-action 'none'",
        "base-uri 'none'",
    )


def allowed_origins(account: Account) -> list[str]:
    """Return the sites of the settings; one that could say more than an origin is left out."""
    given = account.settings.get("allowed_origins", [])
    if not isinstance(given, list):
        return []
    return [str(each) for each in given if not set(str(each)) & set(" ;,'\"\n\r\t")]


def _logo(account: Account) -> str:
    """Return where the account's picture is, without what could say more than that."""
    address = str(account.settings.get("logo") or "").partition("?")[0]
    return "" if set(address) & set(" ;,'\"\n\r\t") else address


def _sockets(host: str) -> str:
    # Not every browser counts a socket to the same host as 'self'.
    safe = host if host and not set(host) & set(" ;,'\"") else ""
    return f"ws://{safe} wss://{safe}" if safe else ""


def _joined(*rules: str) -> str:
    return "; ".join(rule.strip() for rule in rules)
