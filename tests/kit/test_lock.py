"""Locks by name: one holder, whatever the process."""

from hilo.kit.lock import Locks


async def test_a_lock_has_one_holder_in_and_across_processes(dsn: str) -> None:
    here, there = Locks(dsn), Locks(dsn)
    async with here.attempt("a") as mine:
        async with here.attempt("a") as again, there.attempt("a") as theirs:
            assert (mine, again, theirs) == (True, False, False)
        async with there.attempt("b") as other:
            assert other
    async with there.attempt("a") as free:
        assert free
    await here.close()
    await there.close()
