"""With whom: contacts and their identities."""
