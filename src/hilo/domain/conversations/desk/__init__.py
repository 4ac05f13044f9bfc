"""What agents do to a conversation."""
