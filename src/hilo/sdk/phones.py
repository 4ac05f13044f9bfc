"""What simulated contacts see on their phones. Kept in memory; the oldest is forgotten."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct, structs

from hilo.kit.errors import NotFound
from hilo.sdk import portraits
from hilo.sdk.simulator import Bubble, Heard, Phone

_BUBBLES = 200
_PHONES = 500
_FILES = 200
_NUMBERS = 1_000_000
_DIALLED = "+1202555"


def number_after(prefix: str, address: str) -> int:
    """Return the number an address ends in. Raises ValueError."""
    if not address.startswith(prefix):
        raise ValueError("is no such address")
    return int(address.removeprefix(prefix))


def dialled_number(address: str) -> int:
    """Return whose a phone's number is. Raises ValueError."""
    return number_after(_DIALLED, address)


class Line(Struct):
    """One contact's chat with us. address: what the vendor calls the contact.

    heard_at: when the contact last did something that lets us answer.
    """

    who: str
    address: str
    name: str = ""
    bubbles: list[Bubble] = []
    typing_until: datetime | None = None
    is_blocked: bool = False
    heard_at: datetime | None = None

    def add(self, bubble: Bubble) -> Bubble:
        """Show one more; whoever wrote it types no longer."""
        self.bubbles.append(bubble)
        del self.bubbles[:-_BUBBLES]
        self.typing_until = self.typing_until if bubble.mine else None
        return bubble

    def find(self, id_: str | None) -> Bubble:
        """Return a bubble. Raises NotFound."""
        for each in reversed(self.bubbles):
            if each.id == id_:
                return each
        raise NotFound("no such message on this phone")

    def change(self, id_: str | None, **to: object) -> Bubble:
        """Show it otherwise. Raises NotFound."""
        old = self.find(id_)
        new = structs.replace(old, **to)
        self.bubbles[self.bubbles.index(old)] = new
        return new

    @property
    def portrait(self) -> str:
        """The name under which `Phones.file` gives the contact's picture."""
        return portraits.name_of(self.address)

    def phone(self) -> Phone:
        """Return what is seen."""
        return Phone(
            who=self.who,
            name=self.name,
            address=self.address,
            bubbles=tuple(self.bubbles),
            typing_until=self.typing_until,
        )


class Phones:
    """All phones of one simulated account, and the files on them."""

    def __init__(self) -> None:
        """Nobody has written yet."""
        self._lines: dict[str, Line] = {}
        self._files: dict[str, tuple[bytes, str]] = {}

    def line(self, who: str, address: str, name: str = "") -> Line:
        """Return a contact's line; a new one when it never wrote."""
        line = self._lines.get(who) or self.at(address)
        if line is None:
            line = self._lines[who] = Line(who=who, address=address)
            for oldest in list(self._lines)[:-_PHONES]:
                del self._lines[oldest]
        line.name = name or line.name
        return line

    def recall(self, known: Sequence[Heard], who_of: Callable[[str], int]) -> None:
        """Know people again. who_of: whose an address is; ValueError: of no phone of ours."""
        for each in known:
            with suppress(ValueError):
                who = who_of(each.address)
                if 0 <= who < _NUMBERS:
                    self.line(str(who), each.address, each.name).heard_at = each.at

    def dialled(self, who: str, name: str = "") -> Line:
        """Return a contact's line by phone. Its number is made up, and nothing ever dials it."""
        number = int(who) if who.isdigit() else sum(who.encode())
        line = self.line(who, f"{_DIALLED}{number % 10_000:04}", name)
        line.name = line.name or f"Contact {who}"
        return line

    def at(self, address: str) -> Line | None:
        """Return the line of whom the vendor calls so."""
        return next((each for each in self._lines.values() if each.address == address), None)

    def holding(self, id_: str | None) -> Line | None:
        """Return the line a message is on."""
        for line in self._lines.values():
            if any(each.id == id_ for each in line.bubbles):
                return line
        return None

    def keep(self, name: str, content: bytes, media_type: str) -> str:
        """Keep a file under a name; return the name."""
        self._files[name] = (content, media_type)
        for oldest in list(self._files)[:-_FILES]:
            del self._files[oldest]
        return name

    def file(self, name: str) -> tuple[bytes, str]:
        """Return a file and its media type. Raises NotFound."""
        if name.startswith(portraits.MARK):
            return portraits.portrait(name), "image/png"
        if name not in self._files:
            raise NotFound("no such file on this phone")
        return self._files[name]

    def phones(self) -> Sequence[Phone]:
        """Return every phone, the busiest last."""
        return [each.phone() for each in self._lines.values()]
