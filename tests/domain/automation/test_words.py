"""Variables in words: filled, with what stands behind the bar when the fact is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilo.domain.automation import words
from hilo.kit.errors import Invalid

FACTS = {"contact.name": "Ana Pérez", "contact.email": "", "contact.attributes.city": "Rosario"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {{contact.name}}", "Hello Ana Pérez"),
        ("Hello {{ contact.name | there }}", "Hello Ana Pérez"),
        ("To {{contact.email|your address}}", "To your address"),
        ("To {{contact.email}}.", "To ."),
        (
            "{{contact.attributes.city|}} and {{contact.attributes.size|no size}}",
            "Rosario and no size",
        ),
        ("{contact.name} {{", "{contact.name} {{"),
    ],
)
def test_facts_come_in_and_fall_back(text: str, expected: str) -> None:
    assert words.filled(text, FACTS) == expected


@given(st.text(), st.text())
def test_a_fact_is_never_taken_for_words_with_variables(name: str, text: str) -> None:
    said = words.filled("{{contact.name|x}}", {"contact.name": name})
    assert said == (name if name.strip() else "x")
    assert words.filled(text.replace("{", "("), FACTS) == text.replace("{", "(")


@pytest.mark.parametrize("text", ["{{contact.nam}}", "{{}}", "{{contact.attributes.}}", "{{x|y}}"])
def test_what_names_nothing_is_refused_when_it_is_saved(text: str) -> None:
    with pytest.raises(Invalid):
        words.check(text, "text")


def test_what_is_known_may_be_named() -> None:
    words.check(
        "{{contact.first_name|there}} {{contact.attributes.size}} {{workspace.name}}", "text"
    )
