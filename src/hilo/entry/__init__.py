"""Floor 3: the doors (HTTP, mail, sockets, worker, command line) and what wires them together."""
