"""Questions before the first message: what may be asked, and what counts as an answer."""

import pytest

from hilo.connectors import webchat
from hilo.connectors.webchat import testing
from hilo.kit.errors import Invalid

TOPIC = {
    "kind": "choice",
    "key": "topic",
    "required": True,
    "label": {"en": "What is it about?", "es": "¿De qué se trata?"},
    "options": {"en": ["An order", "A return"], "es": ["Un pedido", "Una devolución"]},
}
ORDER = {"kind": "text", "key": "order_number", "label": {"es": "Número de pedido"}}
QUESTIONS = [{"kind": "name", "required": True}, {"kind": "email"}, {"kind": "phone"}, TOPIC, ORDER]


def asked() -> list[webchat.Question]:
    """Return the questions as an account has them."""
    return list(webchat.questions_of({"questions": QUESTIONS}))


def fields(error: Invalid) -> list[str]:
    """Return which fields an error names."""
    return [each.field for each in error.errors]


def test_an_account_takes_questions_and_keeps_them() -> None:
    read = webchat.CONNECTOR.configure({"ask_first": "offline", "questions": QUESTIONS}, None)
    assert read.settings["questions"] == QUESTIONS
    assert read.settings["ask_first"] == "offline"


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("name", "settings.questions"),
        ({"kind": "colour"}, "settings.questions"),
        ({"kind": "name", "surprise": 1}, "settings.questions"),
        ({"kind": "text", "label": {"en": "x"}}, "settings.questions.0.key"),
        ({"kind": "text", "key": "email", "label": {"en": "x"}}, "settings.questions.0.key"),
        ({"kind": "text", "key": "a b", "label": {"en": "x"}}, "settings.questions.0.key"),
        ({"kind": "text", "key": "a"}, "settings.questions.0.label"),
        ({"kind": "text", "key": "a", "label": {"en": " "}}, "settings.questions.0.label"),
        ({"kind": "text", "key": "a", "label": {"en": "x" * 201}}, "settings.questions.0.label"),
        ({"kind": "name", "label": {"fr": "Nom"}}, "settings.questions.0.label"),
        ({**TOPIC, "options": {}}, "settings.questions.0.options"),
        ({**TOPIC, "options": {"en": ["one"]}}, "settings.questions.0.options"),
        ({**TOPIC, "options": {"en": ["a", "a"]}}, "settings.questions.0.options"),
        ({**TOPIC, "options": {"en": ["a", " "]}}, "settings.questions.0.options"),
        ({**TOPIC, "options": {"en": ["a", "b"], "es": ["a"]}}, "settings.questions.0.options"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_place(question: object, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        webchat.CONNECTOR.configure({"questions": [question]}, None)
    assert fields(caught.value) == [field]


@pytest.mark.parametrize(
    "questions", [[{"kind": "name"}] * 2, [{**ORDER, "key": f"k{n}"} for n in range(11)]]
)
def test_nothing_is_asked_twice_nor_more_than_ten_times(questions: list[object]) -> None:
    with pytest.raises(Invalid) as caught:
        webchat.CONNECTOR.configure({"questions": questions}, None)
    assert fields(caught.value) == ["settings.questions"]


def test_a_question_is_posed_in_the_visitors_language_or_the_first_that_has_it() -> None:
    topic, order = (webchat.posed(each, "es") for each in asked()[3:])
    assert (topic.label, [each.label for each in topic.options]) == (
        "¿De qué se trata?",
        ["Un pedido", "Una devolución"],
    )
    assert [each.value for each in topic.options] == ["An order", "A return"]
    assert webchat.posed(asked()[3], "pt").label == "What is it about?"
    assert webchat.posed(asked()[4], "en").label == order.label == "Número de pedido"


def test_answers_become_a_name_and_attributes() -> None:
    given = {
        "name": "  Dora  Lima ",
        "email": "dora@example.test",
        "phone": "+34 600 000 000",
        "topic": "A return",
        "order_number": "",
    }
    assert webchat.answered(asked(), given) == webchat.Answers(
        name="Dora Lima",
        attributes={"email": "dora@example.test", "phone": "+34 600 000 000", "topic": "A return"},
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "answers.name"),
        ({"email": "dora"}, "answers.email"),
        ({"phone": "call me"}, "answers.phone"),
        ({"phone": "((((((()"}, "answers.phone"),
        ({"topic": "Un pedido"}, "answers.topic"),
        ({"topic": ""}, "answers.topic"),
        ({"order_number": "x" * 501}, "answers.order_number"),
        ({"admin": "yes"}, "answers.admin"),
    ],
)
def test_what_is_no_answer_is_refused_by_its_name(change: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        webchat.answered(asked(), {"name": "Dora", "topic": "An order", **change})
    assert fields(caught.value) == [field]


def test_who_is_known_need_not_say_it_again() -> None:
    found = webchat.answered(asked(), {"topic": "An order"}, known=["name"])
    assert found == webchat.Answers(attributes={"topic": "An order"})


def test_settings_of_another_age_ask_nothing() -> None:
    assert webchat.questions_of({"questions": "name"}) == ()
    assert webchat.questions_of(testing.ACCOUNT.settings) == []
