"""A setting that counts only beside some choices of another."""

import pytest

from hilo.kit.errors import Bug, Invalid
from hilo.sdk import manifest, settings
from hilo.sdk.manifest import Manifest

_TEXT = """
id = "pigeon"
name = "Pigeon"
features = ["text"]

[[settings]]
name = "way"
kind = "choice"
choices = ["loft", "coop"]
default = "loft"

[[settings]]
name = "ring"
required = true
when = {{ {name} = {values} }}
"""


def _manifest(name: str = "way", values: str = '["coop"]') -> Manifest:
    return manifest.made(_TEXT.format(name=name, values=values))


def test_what_does_not_count_may_be_missing() -> None:
    assert settings.read(_manifest(), {}).settings == {"way": "loft"}


def test_what_counts_is_asked_for_by_name() -> None:
    with pytest.raises(Invalid) as raised:
        settings.read(_manifest(), {"way": "coop"})
    assert [(error.field, error.code) for error in raised.value.errors] == [
        ("settings.ring", "required")
    ]


def test_what_was_given_before_stays_for_when_it_counts_again() -> None:
    both = settings.read(_manifest(), {"way": "coop", "ring": "ES-1"})
    other = settings.read(_manifest(), {"way": "loft"}, both)
    again = settings.read(_manifest(), {"way": "coop"}, other)
    assert again.settings == {"way": "coop", "ring": "ES-1"}


@pytest.mark.parametrize(
    ("name", "values"), [("wya", '["coop"]'), ("way", '["barn"]'), ("way", "[]"), ("ring", '["x"]')]
)
def test_a_setting_that_hangs_on_no_choice_does_not_load(name: str, values: str) -> None:
    with pytest.raises(Bug, match="pigeon: ring hangs on"):
        _manifest(name, values)


@pytest.mark.parametrize(("name", "values"), [("wya", '["coop"]'), ("way", '["barn"]')])
def test_a_window_that_hangs_on_no_choice_does_not_load(name: str, values: str) -> None:
    window = f"[limits.window]\nfree_s = 60\nwhen = {{ {name} = {values} }}\n"
    with pytest.raises(Bug, match="pigeon: the window hangs on"):
        manifest.made(_TEXT.format(name="way", values='["coop"]') + window)


@pytest.mark.parametrize("values", ['["barn"]', "[]"])
def test_links_that_hang_on_no_choice_do_not_load(values: str) -> None:
    limits = f"[limits]\nlinks_when = {{ way = {values} }}\n"
    with pytest.raises(Bug, match="pigeon: links hangs on"):
        manifest.made(_TEXT.format(name="way", values='["coop"]') + limits)
