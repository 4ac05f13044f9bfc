"""The demo workspace: a small shop's last ninety days, believable enough to judge the product by.

Texts are data beside this file. `load` notes what it makes in `demo_row`, so that `drop` can take
it away again and spare whatever people added to it since.
"""

from hilo.entry.demo.door import Demo, drop, is_loaded, load

__all__ = ["Demo", "drop", "is_loaded", "load"]
