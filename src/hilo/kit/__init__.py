"""Floor 0: tools. No product word but the workspace id."""
