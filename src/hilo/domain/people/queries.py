"""The statements of this module: people of a workspace, and what decides who signs in."""

from hilo.kit.sql import Queries

PEOPLE = Queries(__package__)
SIGNING = Queries(__package__, "signing.sql")
