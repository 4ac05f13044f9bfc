"""As whom we write: which of our addresses, and what stands below the text."""

from collections.abc import Sequence
from html import escape

from hilo.connectors.email import threads
from hilo.connectors.email.headers import addresses_of
from hilo.sdk.abilities import Writer
from hilo.sdk.account import Account
from hilo.sdk.outbound import MessageOut


class Senders:
    """A mailbox has several addresses, and lines below what leaves from them."""

    def senders(self, account: Account) -> Sequence[str]:
        """Return the mailbox's own address, then its aliases."""
        own = account.address or ""
        more = [each for each in ours(account) if each != threads.plain_address(own)]
        return [each for each in (own, *more) if each]

    def sender(self, account: Account, written_to: Sequence[str]) -> str:
        """Return the address that was written to where it is ours."""
        return _written_to(account, written_to)

    def signature(self, account: Account, sender: str, writer: Writer) -> str:
        """Return the writer's own lines, then the account's."""
        return _below(account, sender, writer)


def ours(account: Account) -> Sequence[str]:
    """Return our addresses in plain form, the main one first."""
    named = account.settings.get("aliases")
    more = [str(each) for each in named] if isinstance(named, list) else []
    found = [threads.plain_address(each) for each in (account.address or "", *more)]
    return list(dict.fromkeys(filter(None, found)))


def address_for(message: MessageOut, account: Account) -> str:
    """Return the address kept with the message, else the one the contact wrote to."""
    return message.sender or _written_to(account, message.answered_to) or account.address or ""


def signature(message: MessageOut, account: Account) -> tuple[str, str]:
    """Return what stands below the text, plain and as HTML; nothing below a machine's words."""
    writer = Writer(name=message.sender_name, signature=message.sender_signature)
    text = _below(account, address_for(message, account), writer)
    if message.automatic or not text:
        return "", ""
    shown = escape(text).replace("\n", "<br>\n")
    # Two dashes and a blank: mail programs know by them what to leave out of a quote.
    return f"\n\n-- \n{text}", f"<br><div>-- <br>\n{shown}</div>"


def _written_to(account: Account, written: Sequence[str]) -> str:
    own, known = account.address or "", ours(account)
    for each in written:
        for address in addresses_of(each):
            plain = threads.plain_address(address.value)
            # Our reply address is the main one's, from wherever the mail left that it answers.
            if plain in known and threads.conversation_of([address.value], account) is None:
                return own if plain == threads.plain_address(own) else plain
    return ""


def _below(account: Account, sender: str, writer: Writer) -> str:
    # In the account's lines `{agent}` is the writer's name, `{address}` where it comes from.
    given = account.settings.get("signature")
    lines = [str(each) for each in given] if isinstance(given, list) else []
    house = "\n".join(lines if any(line.strip() for line in lines) else [])
    house = house.replace("{agent}", writer.name).replace("{address}", sender)
    return "\n".join(filter(None, (writer.signature, house)))
