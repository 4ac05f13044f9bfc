"""What the database refuses becomes an error of ours."""

import pytest

from hilo.kit.db import Tx
from hilo.kit.errors import Conflict, HiloError, Invalid
from hilo.kit.sql import query


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("select :v::text", "a\0b", Invalid),
        ("select :v::text", "a\ud800b", Invalid),
        ("select :v::jsonb", '"\\u0000"', Invalid),
        ("select :v::int", 2**40, Invalid),
        (
            "insert into tag (workspace_id, id, name) values (hilo_workspace(), :v, '')",
            None,
            Invalid,
        ),
        (
            "insert into tag select workspace_id, id, :v from inbox",
            "x" * 61,
            Invalid,
        ),
        (
            "insert into inbox (workspace_id, id, name) select workspace_id, id, :v from inbox",
            "Twice",
            Conflict,
        ),
        (
            "insert into team_member select workspace_id, id, :v::uuid from inbox",
            "01900000-0000-7000-8000-000000000000",
            Conflict,
        ),
    ],
)
async def test_a_refusal_is_an_error_of_ours(
    tx: Tx, text: str, value: object, expected: type[HiloError]
) -> None:
    with pytest.raises(expected):
        await tx.run(query("planted", text), v=value)
