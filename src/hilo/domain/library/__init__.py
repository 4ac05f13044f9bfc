"""What agents share: tags and files."""
