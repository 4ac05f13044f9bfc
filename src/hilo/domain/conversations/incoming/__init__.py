"""What comes from outside becomes contacts, conversations and messages."""
