"""Building the package: the clients are built into it, its dependencies come from the pinned list.

HILO_SKIP_CLIENTS=1 leaves the clients out, for work on the server alone. Built files that are there
already (an sdist ships them) are taken as they are where no client source is.
"""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "src" / "hilo" / "entry" / "static"
sys.path.insert(0, str(ROOT / "tools"))


class Clients(BuildHookInterface):  # type: ignore[misc] # the build's library is not installed here
    """Builds both clients before the files are collected."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node's wheel where the system has no Node that is new enough."""
        import setup  # noqa: PLC0415 - found by the path above

        if _skipped() or not _has_sources() or setup.system_node() is not None:
            return []
        pinned = (ROOT / "requirements" / "node.in").read_text(encoding="utf-8")
        return [line.partition("#")[0].strip() for line in pinned.splitlines() if line.strip()]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build them, unless told not to."""
        if not _skipped() and _has_sources():
            import setup  # noqa: PLC0415 - found by the path above

            setup.build_clients()
        if not _skipped() and not (STATIC / "agent" / "index.html").exists():
            message = "the clients are not built and their sources are not here"
            raise FileNotFoundError(message)


class Dependencies(MetadataHookInterface):  # type: ignore[misc] # as above
    """Declares what runtime.in lists."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill the dependencies in."""
        lines = (ROOT / "requirements" / "runtime.in").read_text(encoding="utf-8").splitlines()
        named = (line.partition("#")[0].strip() for line in lines)
        metadata["dependencies"] = [line for line in named if line]


def _skipped() -> bool:
    return os.environ.get("HILO_SKIP_CLIENTS", "") not in ("", "0")


def _has_sources() -> bool:
    return (ROOT / "clients" / "agent" / "package.json").exists()
