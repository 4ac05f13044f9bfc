"""Zendesk: ordered rules, capacity, skills, SLA."""

from steps import missing


def test_zd_1_a_rule_for_vip_mail_is_explained_in_the_log() -> None:
    """The log names the rule, the conditions that held and every field changed."""
    missing("rules")


def test_zd_2_six_offers_to_two_agents_respect_capacity() -> None:
    """Four assigned, two queued by priority then age; a freed slot takes the first."""
    missing("routing with capacity")


def test_zd_3_a_silent_chat_turns_inactive_and_frees_its_slot() -> None:
    """After ten minutes it frees capacity when the option is on, and only then."""
    missing("routing with capacity")


def test_zd_4_an_urgent_promise_is_broken_at_fifteen_seconds() -> None:
    """The breach is recorded at 15 s within 1 s; pending stops the contact's wait."""
    missing("SLA policies and clocks")


def test_zd_5_work_overflows_to_the_second_group_when_the_first_is_away() -> None:
    """New work reaches the second group and the trace says overflow."""
    missing("routing")


def test_zd_6_a_side_conversation_with_a_supplier_stays_aside() -> None:
    """The supplier's answer returns to the side thread; the contact sees neither."""
    missing("side conversations")


def test_zd_7_a_macro_on_fifty_conversations_is_one_undo() -> None:
    """50 changed, one entry in the undo list, all 200 values restored."""
    missing("macros and bulk edit")


def test_zd_8_intent_language_and_sentiment_can_be_corrected() -> None:
    """Each has a confidence; a correction is in the audit log and the feedback list."""
    missing("assistants")
