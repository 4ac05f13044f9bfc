"""Floor 1: the contract between Hilo and a channel.

Data and protocols only; nothing here does work.
"""
