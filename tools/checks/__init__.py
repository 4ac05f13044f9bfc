"""House checks: one module a rule. Each offers `find(root) -> list[str]`, empty when all is well.

`python -m checks` runs them all, `python -m checks sizes words` those named. The tests in
tests/house run them too, and plant a violation before each to see it caught.
"""
