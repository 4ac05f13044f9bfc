"""LiveAgent: one stream, a quick widget with live typing."""

from steps import missing


def test_la_1_mail_chat_and_call_of_one_person_are_one_stream() -> None:
    """In the order of time."""
    missing("calls")


def test_la_2_the_widget_is_ready_at_once_and_typing_is_seen() -> None:
    """Ready within 200 ms, under 60 KB; the agent sees what is typed before it is sent."""
    missing("the text of a message before it is sent")


def test_la_3_a_menu_of_voices_offers_a_callback() -> None:
    """Wrong key repeats; nobody free offers a callback, agent first."""
    missing("calls")


def test_la_4_a_video_call_from_the_widget_is_in_the_timeline() -> None:
    """Two-way picture and sound over host candidates."""
    missing("calls")


def test_la_5_a_chat_that_rings_unanswered_moves_on() -> None:
    """One missed offer; the wait includes both rings."""
    missing("routing with offers")


def test_la_6_to_solve_gives_the_next_due() -> None:
    """Always the next by SLA; without the right the list stays closed."""
    missing("SLA policies and routing")


def test_la_7_a_nightly_job_gives_the_speed_badge() -> None:
    """The right agent gets it; negative badges can be turned off."""
    missing("gamification")


def test_la_8_a_recording_plays_and_leaves_a_tombstone() -> None:
    """The waveform shows; retention deletes it."""
    missing("calls")
