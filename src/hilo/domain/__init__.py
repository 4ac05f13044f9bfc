"""Floor 2b: what customer service means. Modules call lower rows by their face only."""
