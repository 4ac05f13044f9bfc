"""Every error has its status."""

from http import HTTPStatus

import pytest

from hilo.entry.statuses import STATUSES, status_of
from hilo.kit import errors
from hilo.kit.errors import HiloError


def _every(of: type[HiloError]) -> list[type[HiloError]]:
    return [each for child in of.__subclasses__() for each in (child, *_every(child))]


OURS = [each for each in _every(HiloError) if each.__module__.startswith("hilo.")]


@pytest.mark.parametrize("error", [e for e in OURS if e.__module__ == "hilo.kit.errors"])
def test_every_error_of_the_kit_is_in_the_table(error: type[HiloError]) -> None:
    assert error in STATUSES


@pytest.mark.parametrize("error", OURS)
def test_only_bugs_and_the_outside_are_5xx(error: type[HiloError]) -> None:
    made = error.__new__(error)
    ours_to_mend = issubclass(error, (errors.Bug, errors.ConnectorError, errors.Unavailable))
    assert ours_to_mend or status_of(made) < HTTPStatus.INTERNAL_SERVER_ERROR


def test_what_nobody_foresaw_is_500() -> None:
    assert status_of(KeyError("x")) is HTTPStatus.INTERNAL_SERVER_ERROR
