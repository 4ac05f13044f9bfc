"""The sandbox: one server that plays every vendor by the connectors' own simulators."""

from hilo.entry.sandbox.app import sandbox_app
from hilo.entry.sandbox.courier import Courier
from hilo.entry.sandbox.stage import Stage

__all__ = ["Courier", "Stage", "sandbox_app"]
