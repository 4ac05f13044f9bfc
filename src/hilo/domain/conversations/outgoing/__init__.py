"""Parts leave, and what came of each is noted."""
