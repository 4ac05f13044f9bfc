"""What the channels behind the Graph API share: the door, the calls, the batches, the dialogue.

No channel of its own: it has no manifest. It knows none of the channels; they may know it and
nobody else may.
"""

__all__ = [
    "archive",
    "batches",
    "calls",
    "channel",
    "connecting",
    "dialogue",
    "door",
    "remarks",
    "seeking",
    "sketch",
    "talk",
    "vendor",
    "wall",
]
