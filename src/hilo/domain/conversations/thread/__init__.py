"""What a thread holds, and every way it changes."""
