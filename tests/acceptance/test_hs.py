"""HubSpot Service Hub: tickets as records of the crm."""

from steps import missing


def test_hs_1_a_won_deal_opens_an_onboarding_ticket() -> None:
    """The ticket shows company, amount and purchases."""
    missing("crm and rules")


def test_hs_2_a_stage_with_a_required_field_refuses_without_it() -> None:
    """Refused naming the field, by board and by API."""
    missing("pipelines")


def test_hs_3_a_portal_by_magic_link_shows_only_ones_own() -> None:
    """Own or own company's tickets; the reply lands in the same thread."""
    missing("the contacts' portal")


def test_hs_4_three_scores_have_three_formulas() -> None:
    """NPS, CSAT and CES, each with its population."""
    missing("surveys and reporting")


def test_hs_5_a_falling_health_score_alerts_once() -> None:
    """One task and one alert, with the factors that changed."""
    missing("crm")


def test_hs_6_an_sla_warning_comes_before_the_escalation() -> None:
    """The agent is warned; the manager is told only after the breach."""
    missing("SLA policies and notifications")


def test_hs_7_old_tickets_do_not_count_as_load() -> None:
    """An agent with three of those gets new work."""
    missing("routing with capacity")
