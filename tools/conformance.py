"""Every connector against its cases: `python tools/conformance.py`, behind `make conformance`.

1. Every mail of the corpora beside the checkout (`HILO_SHARED`, else `../shared`) is parsed and,
   where an expected result lies beside it, compared. The scores are printed by corpus; -v names
   what differs.
2. What connectors send, and what their simulators post, is held against the vendors' own
   descriptions (`specs`).
3. Every line of the conformance list is a named test that exists, or an exemption with its reason,
   in `tests/conformance_map.toml`.
4. Ten thousand schedules of doubles, faults and kills are drawn over the simulators, a thousand
   seeds at a time (`HILO_SCHEDULES` says how many, `HILO_SCHEDULES_FROM` the first seed).

Without the folder these are skipped, loudly; the map's tests are looked for all the same. Nothing
of the corpora is copied anywhere. Ends with 1 when a mail breaks the parser, a target is missed, a
request does not fit, or a line has neither test nor reason.
"""

import email
import os
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import yaml  # type: ignore[import-untyped]
from msgspec import Struct, field

import specs
from hilo.connectors.email import CONNECTOR, bounces, tnef
from hilo.connectors.email.mime import take_apart
from hilo.connectors.email.quoting import split
from hilo.connectors.email.testing import ACCOUNT
from hilo.kit.errors import MalformedPayload
from hilo.sdk.account import Delivery
from hilo.sdk.inbound import MessageIn

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("HILO_SHARED", ROOT.parent / "shared"))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
MAIL_ENDINGS = {".eml", ".box", ".raw", ".txt", ".msg", ".message", ".mbox"}
NOT_MAIL = {"crisp", "discourse-trimmer", "tnefparse"}
EXACT_TARGET = 0.85
LINES = re.compile(r"^- ([A-Z]-\d\d)\b")
SECTION_NAMES = {
    "G": "lines of every connector",
    "W": "lines of WhatsApp",
    "F": "lines of Messenger",
    "I": "lines of Instagram",
    "T": "lines of Telegram",
    "S": "lines of SMS",
    "L": "lines of LINE",
    "X": "lines of other chats and the API",
    "E": "lines of e-mail",
    "V": "lines of voice",
    "A": "lines around the connectors",
}
SCHEDULES = "tests/domain/conversations/test_schedules.py"
SEEDS = 1_000
WORD = re.compile(r"\w{3,}")


class Score(Struct):
    """What one corpus came to. misses: what differed, a line each."""

    cases: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)
    failed: bool = False

    def note(self, name: str, *, right: bool) -> None:
        """Count one comparison."""
        self.cases += 1
        self.right += right
        if not right:
            self.misses.append(name)


def main() -> int:
    """Print everything; return the exit code."""
    verbose = "-v" in sys.argv[1:]
    ok = True
    corpora = SHARED / "corpora" / "mail"
    if corpora.is_dir():
        ok &= parse_everything(corpora)
        for name, score in compare(corpora):
            share = f"{100 * score.right / score.cases:5.1f} %" if score.cases else "    -"
            print(
                f"{'!' if score.failed else ' '} {name:44} {score.right:4}/{score.cases:<4} {share}"
            )
            for miss in score.misses if verbose else ():
                print(f"      {miss}")
            ok &= not score.failed
    else:
        print(f"! SKIPPED: no mail corpora at {corpora}: parsing is unproved here", flush=True)
    ok &= requests_fit(verbose=verbose)
    ok &= lines_are_named()
    ok &= schedules_hold()
    print("conformance: kept" if ok else "conformance: BROKEN")
    return 0 if ok else 1


def schedules_hold() -> bool:
    """Draw many schedules of doubles, faults and kills over the simulators; say which seeds."""
    first = int(os.environ.get("HILO_SCHEDULES_FROM", "0"))
    end = first + int(os.environ.get("HILO_SCHEDULES", "10000"))
    began = time.monotonic()
    kept = True
    for low in range(first, end, SEEDS):
        high = min(low + SEEDS, end)
        broke = _drawn(low, high)
        kept &= not broke
        print(
            f"{'!' if broke else ' '} schedules over the simulators, seeds {low} to {high - 1}: "
            f"{'BROKEN' if broke else 'kept'}, {time.monotonic() - began:.0f} s",
            flush=True,
        )
        if broke:
            print(broke)
    return kept


def _drawn(low: int, high: int) -> str:
    """Draw these seeds; return what broke."""
    asked = {"HILO_SCHEDULES_FROM": str(low), "HILO_SCHEDULES": str(high - low)}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", SCHEDULES]
    done = subprocess.run(  # noqa: S603 - our own
        command, cwd=ROOT, env=os.environ | asked, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-8000:]


# ------------------------------------------------------------------ the corpora


def mails(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every raw mail below a folder with its name."""
    for path in sorted(folder.rglob("*")):
        named = path.name not in {"LICENSE.txt", "COPYING"}
        if path.is_file() and named and path.suffix in MAIL_ENDINGS:
            yield str(path.relative_to(folder)), path.read_bytes()


def parsed(raw: bytes) -> object:
    """Return what a mail means, the first thing."""
    delivery = Delivery(body=raw, headers={"rcpt-to": "help@desk.test"}, received_at=NOW)
    return next(iter(CONNECTOR.parse(delivery, ACCOUNT)), None)


def parse_everything(corpora: Path) -> bool:
    """Parse every mail; print how many broke the parser and how long one takes."""
    print(f"{'corpus':46} mails  parked  broken")
    whole = True
    took = bare = 0.0
    total = 0
    for folder in sorted(each for each in corpora.iterdir() if each.is_dir()):
        if folder.name in NOT_MAIL:
            continue
        counts = {"mails": 0, "parked": 0, "broken": 0}
        for name, raw in mails(folder):
            counts["mails"] += 1
            started = time.perf_counter()
            try:
                parsed(raw)
            except MalformedPayload:
                counts["parked"] += 1
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                counts["broken"] += 1
                print(f"! {folder.name}/{name}: {error!r}")
            took += time.perf_counter() - started
            started = time.perf_counter()
            email.message_from_bytes(raw)
            bare += time.perf_counter() - started
        total += counts["mails"]
        whole &= not counts["broken"]
        numbers = f"{counts['mails']:5} {counts['parked']:7} {counts['broken']:7}"
        print(f"  {folder.name:44} {numbers}")
    print(
        f"  {total} mails, {total / took:.0f}/s parsed and sanitised, "
        f"{1000 * took / total:.2f} ms each (the library's bare parse {1000 * bare / total:.2f} ms)"
    )
    return whole


def compare(corpora: Path) -> Iterator[tuple[str, Score]]:
    """Yield the score of each corpus that says what it expects."""
    trimmer = corpora / "discourse-trimmer"
    if trimmer.is_dir():
        new, lost, folded = quotes(trimmer)
        new.failed = new.right < EXACT_TARGET * new.cases
        lost.failed = lost.right < lost.cases
        yield "quotes: new text exact", new
        yield "quotes: no customer text lost", lost
        yield "quotes: folded text the same words", folded
    if (corpora / "crisp").is_dir():
        yield "replies: every line kept", replies(corpora / "crisp")
    if (corpora / "zammad-mail").is_dir():
        yield from documents(corpora / "zammad-mail")
    if (corpora / "stalwart").is_dir():
        yield from structures(corpora / "stalwart")
    for name in ("flufl-bounce", "sisimai"):
        if (corpora / name).is_dir():
            yield f"bounces of {name}: understood", reports(corpora / name)
    if (corpora / "tnefparse").is_dir():
        yield "winmail.dat: opened without fault", packed(corpora / "tnefparse")


def plain(text: str) -> str:
    """Return text without blanks at its edges and line ends."""
    lines = text.strip().replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines)


def quotes(folder: Path) -> tuple[Score, Score, Score]:
    """Compare new and folded text with what is expected."""
    exact, kept, folded = Score(), Score(), Score()
    for path in sorted((folder / "emails").iterdir()):
        halves = split(path.read_text(encoding="utf-8"))
        wanted = plain((folder / "trimmed" / path.name).read_text(encoding="utf-8"))
        got = plain(halves.new)
        exact.note(path.name, right=got == wanted)
        lines = {line.strip() for line in got.split("\n")}
        lost = [line for line in wanted.split("\n") if line.strip() and line.strip() not in lines]
        kept.note(f"{path.name}: {lost[:1]}", right=not lost)
        rest = folder / "elided" / path.name
        if rest.exists():
            wanted_rest = WORD.findall(rest.read_text(encoding="utf-8"))
            folded.note(path.name, right=WORD.findall(halves.folded) == wanted_rest)
    return exact, kept, folded


def replies(folder: Path) -> Score:
    """Check that nothing of any reply disappears."""
    score = Score()
    for path in sorted(folder.glob("email_*.txt")):
        body = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        halves = split(body)
        kept = sorted(line.strip() for line in f"{halves.new}\n{halves.folded}".split("\n"))
        wanted = sorted(line.strip() for line in body.split("\n"))
        score.note(path.name, right=[k for k in kept if k] == [w for w in wanted if w])
    return score


class _AnyTag(yaml.SafeLoader):  # type: ignore[misc]
    """Reads mappings whatever class they name."""


def _bare(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_AnyTag.add_multi_constructor("!", _bare)


def documents(folder: Path) -> Iterator[tuple[str, Score]]:
    """Compare sender, subject and the words of the body with expected documents."""
    scores = {name: Score() for name in ("sender's address", "sender's name", "subject", "words")}
    for path in sorted(folder.glob("*.yml")):
        expected = yaml.load(path.read_text(encoding="utf-8"), Loader=_AnyTag)  # noqa: S506
        item = parsed(path.with_suffix(".box").read_bytes())
        if not isinstance(item, MessageIn):
            for score in scores.values():
                score.note(f"{path.stem}: {type(item).__name__}", right=False)
            continue
        wanted = str(expected.get("from_email") or "").lower()
        written = str(item.stamp.get("from") or item.sender.identities[0].value).lower()
        scores["sender's address"].note(path.stem, right=wanted in written)
        name = str(expected.get("from_display_name") or "")
        known = item.sender.name or written
        scores["sender's name"].note(f"{path.stem}: {name!r} {known!r}", right=name in known or (
            name in str(item.stamp.get("from"))))  # fmt: skip
        subject = " ".join(str(expected.get("subject") or "").split())
        scores["subject"].note(
            f"{path.stem}: {subject!r} {item.subject!r}",
            right=" ".join(item.subject.split()) == subject,
        )
        scores["words"].note(path.stem, right=holds(item, str(expected.get("body") or "")))
    for what, score in scores.items():
        yield f"documents: {what}", score


def holds(item: MessageIn, body: str) -> bool:
    """Say whether nearly every word of an expected body is in the message, shown or folded."""
    import html  # noqa: PLC0415 - beside its use

    text = html.unescape(re.sub(r"<[^>]*>", " ", body))
    wanted = set() if "no visible content" in text else set(WORD.findall(text))
    shown = f"{item.text} {item.quoted or ''} {html.unescape(item.html or '')}"
    return not wanted or len(wanted & set(WORD.findall(shown))) >= 0.97 * len(wanted)


def structures(folder: Path) -> Iterator[tuple[str, Score]]:
    """Compare subject, text and the number of files with expected structures."""
    subjects, texts, files = Score(), Score(), Score()
    for path in sorted(folder.rglob("*.eml")):
        beside = path.with_suffix(".json")
        if not beside.exists():
            continue
        expected = msgspec.json.decode(beside.read_bytes())
        mail = take_apart(path.read_bytes())
        parts = expected["parts"]
        subject = _header(parts[0], "subject")
        if subject:
            right = " ".join(mail.headers.text("subject").split()) == " ".join(subject.split())
            subjects.note(f"{path.name}: {subject!r} {mail.headers.text('subject')!r}", right=right)
        wanted = " ".join(_body(parts[n]) for n in (*expected["text_body"], *expected["html_body"]))
        read = " ".join(f"{each.text or ''} {each.html or ''}" for each in mail.segments)
        words = set(WORD.findall(wanted))
        missing = words - set(WORD.findall(read))
        texts.note(f"{path.parent.name}/{path.name}: {sorted(missing)[:4]}", right=not missing)
        count = len(expected["attachments"])
        files.note(f"{path.parent.name}/{path.name}", right=len(mail.pieces) >= min(count, 1))
    yield "structures: subject", subjects
    yield "structures: every word of the body", texts
    yield "structures: files found", files


def _header(part: Mapping[str, object], name: str) -> str:
    headers = part.get("headers")
    for each in headers if isinstance(headers, list) else ():
        if each.get("name") == name and isinstance(each.get("value"), dict):
            return str(each["value"].get("Text") or "")
    return ""


def _body(part: Mapping[str, object]) -> str:
    body = part.get("body")
    return " ".join(map(str, body.values())) if isinstance(body, dict) else ""


def reports(folder: Path) -> Score:
    """Count the bounces whose address is read, and what is no bounce and read as none."""
    score = Score()
    for name, raw in mails(folder):
        found = bounces.read(take_apart(raw))
        is_none = any(each in name for each in NO_REPORTS)
        score.note(name, right=not found if is_none else any(each.recipient for each in found))
    return score


# Kept among bounces, and none: two auto-replies, a wish to leave a list, a notice of one vendor in
# its own notation (the business of that vendor's webhook), and what says so by its name.
NO_REPORTS = ("qmail_08", "rfc3834-04", "arf-26", "lhost-amazonses-11", "is-not-bounce-02")


def packed(folder: Path) -> Score:
    """Open every sample."""
    score = Score()
    for path in sorted(folder.glob("*.tnef")):
        files = tnef.unpack(path.read_bytes())
        wanted = {"two-files.tnef": 2, "data-before-name.tnef": 3}.get(path.name, 0)
        score.note(f"{path.name}: {[each.name for each in files]}", right=len(files) >= wanted)
    return score


# ------------------------------------------------------------------ the vendors' descriptions


def requests_fit(*, verbose: bool) -> bool:
    """Print how much of what we send fits; the description's own mistakes do not count."""
    fits = True
    for name, right, count, wrong in specs.scores(SHARED / "specs"):
        is_own = name.startswith("the description")
        good = is_own or (right == count and count > 0)
        share = 100 * right / max(count, 1)
        print(f"{' ' if good else '!'} {name:44} {right:4}/{count:<4} {share:5.1f} %")
        for each in wrong if verbose or not good else ():
            print(f"      {each}")
        fits &= good
    return fits


# ------------------------------------------------------------------ the list


def lines_are_named() -> bool:
    """Check the map against the list and against the tests there are."""
    chart = tomllib.loads((ROOT / "tests" / "conformance_map.toml").read_text(encoding="utf-8"))
    kept = True
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line, said in chart.items():
        named = _named(said)
        if not named and not str(said.get("exempt", "")).strip():
            print(f"! {line}: neither a test nor a reason")
            kept = False
        counts[SECTION_NAMES.get(line[0], line[0])]["tested" if named else "exempt"] += 1
        for node in named:
            if not exists(node):
                print(f"! {line}: no test {node}")
                kept = False
        if said.get("but"):
            print(f"  {line}: {said['but']}")
    for section, found in counts.items():
        total = found.total()
        print(
            f"  {section:44} {found['tested']:4}/{total:<4} {100 * found['tested'] / total:5.1f} %"
            f"  {found['exempt']} exempt with a reason"
        )
    source = SHARED / "design" / "conformance.md"
    if not source.exists():
        print(f"! SKIPPED: no list at {source}: whether a line is missing is unproved", flush=True)
        return kept
    wanted = [m[1] for row in source.read_text().split("\n") if (m := LINES.match(row))]
    missing = [line for line in wanted if line not in chart]
    unknown = [line for line in chart if line not in wanted]
    for line in (*missing, *unknown):
        print(f"! {line}: {'not in the map' if line in missing else 'not in the list'}")
    return kept and not missing and not unknown


def _named(said: Mapping[str, object]) -> Sequence[str]:
    tests = said.get("test", [])
    return [tests] if isinstance(tests, str) else [str(each) for each in tests or ()]  # type: ignore[attr-defined]


def exists(node: str) -> bool:
    """Say whether a test `path::name` is there; of `name[channel-kind]` its recorded kind, too."""
    path, _, name = node.partition("::")
    name, _, recorded = name.removesuffix("]").partition("[")
    file = ROOT / path
    if recorded and not _is_recorded(*recorded.split("-", 1)):
        return False
    return file.is_file() and bool(
        re.search(rf"^\s*(?:async )?def {re.escape(name)}\(", file.read_text(), re.MULTILINE)
        if file.suffix == ".py"
        else name in file.read_text()
    )


def _is_recorded(channel: str, kind: str) -> bool:
    """Say whether the channel has this kind, with what it means: an input, or a vendor's answer."""
    folder = ROOT / "src/hilo/connectors" / channel / "fixtures"
    inputs = [*folder.glob(f"{kind}.in.*")]
    is_input = bool(inputs) and (folder / f"{kind}.out.json").is_file()
    return is_input or (folder / f"{kind}.reply.json").is_file()


if __name__ == "__main__":
    sys.exit(main())
