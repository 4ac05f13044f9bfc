"""What our own chat is, wherever it is shown: who a visitor is, and what its browser said.

No channel of its own: it has no manifest. It knows none of the channels; they may know it and
nobody else may.
"""

__all__ = ["saying", "testing", "visitor"]
