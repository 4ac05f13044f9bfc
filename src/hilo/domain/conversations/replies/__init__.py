"""What agents write, and how it will leave: by which way, whether it may, in which parts."""
