"""Zoho Desk: guided processes, a manager's view."""

from steps import missing


def test_zo_1_a_process_refuses_a_jump() -> None:
    """Refused by screen and API; a missing serial number is named."""
    missing("guided processes")


def test_zo_2_only_finance_passes_the_approval() -> None:
    """Shared on entering, unshared on leaving."""
    missing("guided processes")


def test_zo_3_four_hours_in_diagnosis_escalate() -> None:
    """A report gives the mean time of each state."""
    missing("guided processes and reporting")


def test_zo_4_an_unusual_tuesday_raises_an_alert() -> None:
    """The alert shows the expected band."""
    missing("reporting")


def test_zo_5_a_negative_message_flips_the_mark_and_runs_the_rule() -> None:
    """In the list, at once."""
    missing("assistants and rules")


def test_zo_6_two_brands_have_their_own_face() -> None:
    """Portal domain, logo, articles and signature; the agent sees both labels."""
    missing("brands and portal")


def test_zo_7_the_manager_view_reads_at_phone_width() -> None:
    """Live traffic, overdue, unassigned and handle time, without side scroll."""
    missing("the manager's view")
