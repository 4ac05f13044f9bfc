"""The heart: conversations, their messages, and how both come and go."""
