"""Kayako: the journey beside the conversation."""

from steps import missing


def test_ky_1_a_shops_events_stand_between_the_messages() -> None:
    """In order, and they can be filtered."""
    missing("filters of the timeline")


def test_ky_2_a_collaborator_notes_and_cannot_answer() -> None:
    """Gets notes and mentions."""
    missing("collaborators and mentions")


def test_ky_3_one_condition_serves_five_places() -> None:
    """The same seven conversations in view, trigger, monitor, SLA and report."""
    missing("conditions")


def test_ky_4_begun_in_a_social_inbox_continued_by_mail() -> None:
    """Same conversation and journey."""
    missing("a social channel")


def test_ky_5_a_monitor_acts_within_a_minute_once() -> None:
    """Once per episode."""
    missing("rules by time")


def test_ky_6_an_organisation_of_twelve_shows_its_conversations() -> None:
    """All of them and the satisfaction, subject to rights."""
    missing("crm and surveys")
