"""Floor 2a: one folder per channel, each a pure translator.

Strangers to the domain and to each other.
"""
