"""As whom we write: which of our addresses, and what stands below the text."""

from collections.abc import Sequence
from html import escape

from hilo.connectors.email import threads
from hilo.connectors.email.headers import addresses_of
from hilo.sdk.account import Account
from hilo.sdk.outbound import MessageOut


def ours(account: Account) -> Sequence[str]:
    """Return our addresses in plain form, the main one first."""
    named = account.settings.get("aliases")
    more = [str(each) for each in named] if isinstance(named, list) else []
    found = [threads.plain_address(each) for each in (account.address or "", *more)]
    return list(dict.fromkeys(filter(None, found)))


def address_for(message: MessageOut, account: Account) -> str:
    """Return the address the contact wrote to where it is ours, else the main one."""
    known = ours(account)
    for written in message.answered_to:
        for each in addresses_of(written):
            if threads.plain_address(each.value) in known:
                return threads.plain_address(each.value)
    return account.address or ""


def signature(message: MessageOut, account: Account) -> tuple[str, str]:
    """Return what stands below the text, plain and as HTML; nothing below a machine's words.

    The writer's own lines come first, then the account's, in which `{agent}` is the writer's name
    and `{address}` the address it comes from.
    """
    given = account.settings.get("signature")
    lines = [str(each) for each in given] if isinstance(given, list) else []
    house = "\n".join(lines if any(line.strip() for line in lines) else [])
    house = house.replace("{agent}", message.sender_name)
    house = house.replace("{address}", address_for(message, account))
    text = "\n".join(filter(None, (message.sender_signature, house)))
    if message.automatic or not text:
        return "", ""
    shown = escape(text).replace("\n", "<br>\n")
    # Two dashes and a blank: mail programs know by them what to leave out of a quote.
    return f"\n\n-- \n{text}", f"<br><div>-- <br>\n{shown}</div>"
