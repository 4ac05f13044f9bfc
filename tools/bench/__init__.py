"""How fast Hilo is, each figure beside the physical limit measured in the same run.

A figure without its limit is worthless: `ratio` is the result, `value` is context. Safety settings
of PostgreSQL stay on; the harness reads them back and refuses otherwise.
"""
