"""The HTTP API: one file a resource, and the frame around all of them."""
