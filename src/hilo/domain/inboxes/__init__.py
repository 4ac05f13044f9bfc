"""Where: inboxes, connected accounts, deliveries and the carrier."""
