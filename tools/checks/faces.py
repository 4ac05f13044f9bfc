"""A contract type for import-linter: of a package's rooms, outsiders may enter only the face."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from typing_extensions import override


class FacesContract(Contract):
    """Modules outside `<container>.<package>` import the package itself, nothing inside it.

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
            for outsider in graph.find_modules_that_directly_import(room)
            if outsider != face and not outsider.startswith(face + ".")
        ]
        return ContractCheck(kept=not found, metadata={"found": sorted(found)})

    @override
    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each."""
        for line in check.metadata["found"]:
            output.print_error(f"- {line}")
