"""Gladly: people instead of tickets."""

from steps import missing


def test_gl_1_mail_message_and_call_are_one_conversation() -> None:
    """One timeline, one open conversation; the agent sees all in the call's pop-up."""
    missing("a messaging channel and calls")


def test_gl_2_an_unknown_phone_is_matched_by_its_order() -> None:
    """A match with its reason; the merge can be undone."""
    missing("a text message channel, crm and undo of merges")


def test_gl_3_the_dedicated_agent_is_away_and_matching_follows() -> None:
    """By skills and attributes, with a trace."""
    missing("routing")


def test_gl_4_a_task_for_the_warehouse_lives_on_its_own() -> None:
    """Routed on its own; the conversation can close."""
    missing("tasks and routing")


def test_gl_5_a_refund_from_the_order_card_happens_once() -> None:
    """It needs the permission, writes an event, survives a double click."""
    missing("crm")


def test_gl_6_two_hundred_people_of_a_late_batch_hear_first() -> None:
    """Each reply lands in its own timeline; opted-out people get nothing."""
    missing("campaigns")


def test_gl_7_an_answer_after_the_assistants_hand_over_keeps_its_thread() -> None:
    """To assistant or agent as the rule says."""
    missing("assistants")
