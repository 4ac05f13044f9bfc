"""Crash rounds: load on a real Hilo while it, or its PostgreSQL, is killed; then count.

What is promised: nothing acknowledged is lost, nothing appears twice, nothing stays stuck.
"""
