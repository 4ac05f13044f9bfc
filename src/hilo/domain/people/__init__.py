"""Who: workspaces, agents, roles, sessions, tokens and teams."""
