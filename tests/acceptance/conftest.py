"""One running Hilo, with the demo, for all acceptance steps of this worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import Desk
from rig import Rig


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Start it once, when the first step asks."""
    folder: Path = tmp_path_factory.mktemp("desk")
    with Rig(folder) as rig:
        found = Desk(rig)
        yield found
        found.close()
