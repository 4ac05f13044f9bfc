"""What is looked at: lists, counts, search, timelines. Nothing changes here."""
