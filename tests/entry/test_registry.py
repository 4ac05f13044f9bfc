"""Finding connectors: a folder is enough, and one that cannot verify stays outside.

conformance  test
G-03         test_a_connector_that_cannot_verify_does_not_load
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import hilo.connectors
from hilo.entry import registry
from hilo.kit.errors import Bug

CODE = """
import tomllib
from pathlib import Path

import msgspec

from hilo.sdk.manifest import Manifest


class Pigeon:
    manifest = msgspec.convert(
        tomllib.loads(Path(__file__).with_name("manifest.toml").read_text()), Manifest
    )
    parse = send = mint = lambda *_: None
    verify = parse


CONNECTOR = Pigeon()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give an empty folder beside the others, as if a new channel were added."""
    folder = tmp_path / "pigeon"
    folder.mkdir()
    monkeypatch.setattr("hilo.entry.registry.resources.files", lambda _: tmp_path)
    monkeypatch.setattr(hilo.connectors, "__path__", [str(tmp_path)])
    yield folder
    sys.modules.pop("hilo.connectors.pigeon", None)


def put(folder: Path, code: str, id_: str = "pigeon") -> None:
    (folder / "__init__.py").write_text(code, encoding="utf-8")
    manifest = f'id = "{id_}"\nname = "Pigeon"\nfeatures = ["text"]\n'
    (folder / "manifest.toml").write_text(manifest, encoding="utf-8")


def test_the_channels_of_this_installation_load() -> None:
    listed = registry.load()
    assert {"api", "email", "webchat"} <= set(listed)
    assert all(each.icon_svg.startswith("<svg") for each in listed.values())


def test_a_new_folder_is_a_new_channel(folder: Path) -> None:
    put(folder, CODE)
    assert list(registry.load()) == ["pigeon"]


def test_a_folder_without_a_manifest_is_no_channel(folder: Path) -> None:
    (folder / "__init__.py").write_text("raise RuntimeError", encoding="utf-8")
    assert registry.load() == {}


@pytest.mark.parametrize(
    "code",
    [
        CODE.replace("verify = parse", ""),
        CODE.replace("verify = parse", "verify = None"),
        CODE.replace("CONNECTOR = Pigeon()", ""),
    ],
)
def test_a_connector_that_cannot_verify_does_not_load(folder: Path, code: str) -> None:
    put(folder, code)
    with pytest.raises(Bug, match="does not load"):
        registry.load()


def test_a_manifest_names_its_own_folder(folder: Path) -> None:
    put(folder, CODE, id_="dove")
    with pytest.raises(Bug, match="another folder"):
        registry.load()
