"""A contract type for import-linter: of a package's rooms, outsiders may enter only the face."""

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from typing_extensions import override

from checks.source import tree_of


class FacesContract(Contract):
    """Modules outside `<container>.<package>` import the package, or what its `__all__` names.

    containers: packages whose children have faces.
    """

    type_name = "faces"

    containers = fields.ListField(subfield=fields.StringField())

    @override
    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect each import that passes the face by."""
        containers: list[str] = list(self.containers)  # type: ignore[call-overload]
        found = [
            f"{outsider} imports {room}; use {face}"
            for container in containers
            for face in graph.find_children(container)
            for room in graph.find_descendants(face)
            if room not in _opened(face)
            for outsider in graph.find_modules_that_directly_import(room)
            if outsider != face and not outsider.startswith(face + ".")
        ]
        return ContractCheck(kept=not found, metadata={"found": sorted(found)})

    @override
    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each."""
        for line in check.metadata["found"]:
            output.print_error(f"- {line}")


@cache
def _opened(face: str) -> frozenset[str]:
    """Return the rooms that the face shows by name."""
    spec = find_spec(face)
    if spec is None or spec.origin is None:
        return frozenset()
    for node in tree_of(Path(spec.origin)).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=names)):
                return frozenset(f"{face}.{ast.literal_eval(name)}" for name in names)
            case _:
                pass
    return frozenset()
