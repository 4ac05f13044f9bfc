"""Genesys Cloud: rings, flows, voice quality."""

from steps import missing


def test_gc_1_a_flow_publishes_goes_back_and_names_its_fault() -> None:
    """An invalid flow refuses to publish and names the node."""
    missing("flows")


def test_gc_2_rings_widen_and_the_trace_lists_each() -> None:
    """After 30 s billing is dropped; the trace says who was eligible."""
    missing("routing with rings")


def test_gc_3_twelve_calls_and_three_agents_keep_the_line() -> None:
    """Position and wait are announced; a callback keeps its place."""
    missing("calls")


def test_gc_4_service_level_says_its_denominator() -> None:
    """Two denominators, two values, both explained."""
    missing("reporting")


def test_gc_5_a_supervisor_listens_whispers_and_barges_in() -> None:
    """Who hears what is right; the recording marks the spans."""
    missing("calls")


def test_gc_6_a_recording_is_scored_disputed_and_calibrated() -> None:
    """History of scores and the gap."""
    missing("calls and quality")


def test_gc_7_a_schedule_shows_the_loss_of_ten_minutes() -> None:
    """Forecast, staffing, adherence."""
    missing("workforce planning")


def test_gc_8_a_campaign_of_fifty_calls_keeps_its_limits() -> None:
    """No forbidden call, no fourth attempt."""
    missing("calls and campaigns")
