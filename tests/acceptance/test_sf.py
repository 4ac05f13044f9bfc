"""Salesforce Service Cloud: capacity, entitlements, a fast console."""

from steps import missing


def test_sf_1_four_milestones_tick_and_act() -> None:
    """Warning at 75 %, violation at 100 %, success when early."""
    missing("SLA policies and contracts")


def test_sf_2_weight_and_primary_work_share_a_capacity_of_six() -> None:
    """Three cases at most; a primary chat still arrives."""
    missing("routing with capacity")


def test_sf_3_an_offer_not_accepted_moves_on_and_keeps_its_age() -> None:
    """Another agent gets it, the first is set away."""
    missing("routing with offers")


def test_sf_4_a_skill_not_found_is_dropped_after_a_minute() -> None:
    """The best match is chosen and the trace says so."""
    missing("routing with skills")


def test_sf_5_three_cases_in_tabs_are_closed_without_a_mouse() -> None:
    """A macro by shortcut; tabs survive a reload."""
    missing("macros, articles and tabs")


def test_sf_6_an_escalation_after_four_business_hours_tells_people_once() -> None:
    """The owner becomes tier 2."""
    missing("hours and rules")


def test_sf_7_a_wrap_up_summary_is_only_a_draft() -> None:
    """Nothing is saved without a click; the edited text keeps its author."""
    missing("assistants")
