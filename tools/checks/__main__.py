"""`python -m checks [name …]`: run the house checks, print what is wrong, end with 1 if any."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from checks import (
    catalogue,
    documented,
    imports,
    links,
    locks,
    machine_paths,
    queries,
    sizes,
    texts,
    vendor_words,
    words,
)

CHECKS: Mapping[str, Callable[[Path], list[str]]] = {
    "imports": imports.find,
    "vendor_words": vendor_words.find,
    "words": words.find,
    "sizes": sizes.find,
    "links": links.find,
    "locks": locks.find,
    "machine_paths": machine_paths.find,
    "queries": queries.find,
    "catalogue": catalogue.find,
    "documented": documented.find,
    "texts": texts.find,
}


def main(wanted: list[str]) -> int:
    """Run the named checks, or all; return the exit code."""
    root = Path(__file__).parents[2]
    bad = 0
    for name in wanted or CHECKS:
        problems = CHECKS[name](root)
        bad += bool(problems)
        print(f"{name}: {'ok' if not problems else f'{len(problems)} problems'}")
        for problem in problems:
            print(f"  {problem}")
    if not wanted or "sizes" in wanted:
        print("\n".join(sizes.largest(root)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
