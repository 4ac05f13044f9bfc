"""Help Scout: a shared mailbox that looks like ordinary mail."""

from desk import Desk
from steps import missing


def test_hsc_1_a_new_agent_does_five_mails_by_keyboard() -> None:
    """Answered, assigned, tagged and closed under five minutes."""
    missing("a measured session with an untrained person")


def test_hsc_2_mail_looks_ordinary_and_threads_by_headers(desk: Desk) -> None:
    """In the contact's mail program: no ticket number, no portal link, threaded by headers."""
    who = "ines@example.test"
    asked = desk.write_mail(who, "My lamp", "It arrived broken. What now?")
    conversation = desk.wait(lambda: desk.conversation_of(who), "the mail in the inbox")
    number = desk.get(f"/conversations/{conversation}")["number"]
    desk.reply(conversation, "A new one leaves today.")
    got = desk.wait(lambda: desk.mail_to(who), "the answer at the contact's")
    assert got["Subject"] == "Re: My lamp"
    assert got["In-Reply-To"] == asked
    assert asked in got["References"]
    seen = desk.seen(got)
    assert "A new one leaves today." in seen
    assert str(number) not in got["Subject"]
    for foreign in (
        f"#{number}",
        "ticket",
        "portal",
        "http:" + "//",
        "https:" + "//",
        conversation,
    ):
        assert foreign not in seen.lower()

    # The contact answers under another subject: only the headers can bring it home.
    desk.write_mail(who, "thank you!", "Wonderful.", answers=got["Message-ID"])
    path = f"/conversations/{conversation}/messages"
    desk.wait(
        lambda: any("Wonderful" in item["text"] for item in desk.get(path)["items"]),
        "the second mail in the same conversation",
    )
    assert desk.get("/conversations?limit=100&status=open")["items"]


def test_hsc_3_two_agents_see_each_other_and_the_draft() -> None:
    """Viewing and replying marks, the visible draft, the second send stopped."""
    missing("drafts that other agents see")


def test_hsc_4_a_search_in_the_widget_ends_in_a_chat_or_a_form() -> None:
    """By office hours, with the page history."""
    missing("articles and hours")


def test_hsc_5_one_click_on_a_face_counts_once() -> None:
    """Happiness is great minus not good; a scanner's prefetch does not vote."""
    missing("surveys")


def test_hsc_6_a_workflow_by_hand_shows_its_list_before_it_runs() -> None:
    """On 30 old conversations."""
    missing("rules and bulk edit")


def test_hsc_7_an_attribute_set_by_api_is_shown_and_found() -> None:
    """Within two seconds."""
    missing("search by attribute")
