"""Nexloo: one number for a team, bots that sell."""

from steps import missing


def test_nx_1_three_contacts_write_to_one_number_of_three_agents() -> None:
    """Each conversation has one owner; every reply leaves from the same number."""
    missing("a messaging channel and routing")


def test_nx_2_a_bot_takes_an_order_in_the_conversation() -> None:
    """Greeting, answer, product and address end in a quote, an order and a deal, linked."""
    missing("bots and crm")


def test_nx_3_the_word_human_brings_an_agent_with_a_summary() -> None:
    """An agent receives it with a summary and the data collected; the deal stays attached."""
    missing("bots, crm and assistants")


def test_nx_4_a_deal_moves_stage_by_stage_beside_the_conversation() -> None:
    """Each change of stage has time and author; the conversion report moves."""
    missing("crm and reporting")


def test_nx_5_the_survey_leaves_by_itself_and_counts_once() -> None:
    """A 5 comes back twice and the report counts it once."""
    missing("surveys and reporting")


def test_nx_6_free_text_after_the_reply_window_is_refused_with_the_reason() -> None:
    """Text is refused after 24 hours; an approved template goes out."""
    missing("a channel with a reply window and templates")


def test_nx_7_a_subscriber_gets_three_signed_events() -> None:
    """message.received, deal.won and survey.answered arrive, signed and verifiable."""
    missing("outgoing webhooks, crm and surveys")


def test_nx_8_the_report_catalogue_exports_what_it_shows() -> None:
    """At least 24 named reports, each as CSV with the totals of the screen."""
    missing("reporting")
