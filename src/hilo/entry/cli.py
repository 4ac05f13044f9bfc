"""The command `hilo`. Each word opens what it needs, does its work and leaves.

Exit codes: 0 done, 1 could not, 2 not understood.
"""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID

import uvloop

from hilo.entry import backup, bootstrap, first, held
from hilo.entry.doctor import examine
from hilo.entry.doors import CannotListen
from hilo.entry.serve import serve
from hilo.kit import buckets, log, migrations
from hilo.kit import config as settings
from hilo.kit.buckets import Bucket
from hilo.kit.config import BadSetting, Config
from hilo.kit.errors import HiloError
from hilo.kit.migrations import NewerDatabase
from hilo.kit.pgbin import CannotStart
from hilo.kit.server import Unfit

Command = Callable[[Config, argparse.Namespace], Awaitable[int]]
_REFUSALS = (
    BadSetting,
    CannotStart,
    CannotListen,
    Unfit,
    NewerDatabase,
    HiloError,
    backup.CannotRestore,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        config = settings.read(os.environ)
        log.set_up(config.log_level)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            run: Command = given.run
            return runner.run(_begin(run, config, given))
    except _REFUSALS as error:
        print(f"hilo: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 1
    except KeyboardInterrupt:
        return 130


async def _begin(run: Command, config: Config, given: argparse.Namespace) -> int:
    return await run(config, given)


def say(text: str) -> None:
    """Tell whoever started the command; at once, since it may be a file."""
    print(text, flush=True)  # noqa: T201 - a command speaks


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hilo", description="A self-hosted customer-service desk")
    words = parser.add_subparsers(required=True, metavar="command")

    def word(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        made = words.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    word("serve", _serve, "web, workers and, without DATABASE_URL, the private PostgreSQL")
    word("web", _web, "the doors only; needs DATABASE_URL")
    word("worker", _worker, "the workers only; needs DATABASE_URL")
    word("sandbox", _sandbox, "the simulated vendors only; needs DATABASE_URL, HILO_PUBLIC_URL")
    step = word("migrate", _migrate, "bring the database to the newest schema")
    step.add_argument("--until", choices=("pre", "post"), default="post")
    admin = words.add_parser("admin", help="owners").add_subparsers(required=True, metavar="verb")
    create = admin.add_parser("create", help="make a workspace and its owner")
    create.set_defaults(run=_admin_create)
    create.add_argument("--email", required=True)
    create.add_argument("--workspace", default="Hilo")
    create.add_argument("--password", help="asked for when absent")
    reset = admin.add_parser("reset", help="make a link to choose a new password")
    reset.set_defaults(run=_admin_reset)
    reset.add_argument("--email", required=True)
    demo = words.add_parser("demo", help="the demo workspace").add_subparsers(
        required=True, metavar="verb"
    )
    for verb, run, text in (
        ("load", _demo_load, "fill a workspace with believable conversations"),
        ("drop", _demo_drop, "take them away again; what people added stays"),
    ):
        one = demo.add_parser(verb, help=text)
        one.set_defaults(run=run)
        one.add_argument("--workspace", type=UUID, help="needed where there are several")
    keep = word("backup", _backup, "write database and files into one archive")
    keep.add_argument("archive", type=Path)
    back = word("restore", _restore, "bring an archive into an empty data directory")
    back.add_argument("archive", type=Path)
    files = words.add_parser("files", help="the way between folder and bucket")
    ways = files.add_subparsers(required=True, metavar="verb")
    for verb, move, text in (
        ("push", buckets.push, "copy files from the folder of HILO_DATA to the bucket"),
        ("pull", buckets.pull, "copy files from the bucket to the folder of HILO_DATA"),
    ):
        ways.add_parser(verb, help=text).set_defaults(run=_files, move=move)
    measure = word("bench", _bench, "measure this machine")
    measure.add_argument("rows", nargs="*", help="numbers of rows; all when absent")
    stuck = word("held", _held, "jobs and events that were given up")
    stuck.add_argument("--again", metavar="job:ID|event:ID", help="try one again after a fix")
    word("doctor", _doctor, "check this installation and say how to mend each fault")
    return parser


async def _serve(config: Config, _given: argparse.Namespace) -> int:
    await serve(config, {"web", "worker"}, say)
    return 0


async def _web(config: Config, _given: argparse.Namespace) -> int:
    await serve(_scaled(config), {"web"}, say)
    return 0


async def _worker(config: Config, _given: argparse.Namespace) -> int:
    await serve(_scaled(config), {"worker"}, say)
    return 0


async def _sandbox(config: Config, _given: argparse.Namespace) -> int:
    await serve(_scaled(config), {"sandbox"}, say)
    return 0


def _scaled(config: Config) -> Config:
    if config.database_url is None:
        raise BadSetting("several processes need DATABASE_URL; `hilo serve` brings its own")
    return config


async def _migrate(config: Config, given: argparse.Namespace) -> int:
    async with bootstrap.open_store(config, say) as store:
        count = await migrations.migrate(
            store.dsn, bootstrap.MIGRATIONS, until=given.until, say=say
        )
    say(f"{count} steps" if count else "the schema is the newest already")
    return 0


async def _admin_create(config: Config, given: argparse.Namespace) -> int:
    password = given.password or await asyncio.to_thread(getpass.getpass, "password: ")
    async with bootstrap.open_house(config, say) as house:
        is_known = await first.is_known(house.state, given.email)
        owner = await first.found(
            house.state, email=given.email, password=password, name=given.workspace
        )
    say(f"{owner.email} owns the workspace {given.workspace}")
    if is_known:
        say("this login was there and keeps the password it has; see hilo admin reset")
    return 0


async def _admin_reset(config: Config, given: argparse.Namespace) -> int:
    async with bootstrap.open_house(config, say) as house:
        link = await first.reset_link(house.state, given.email)
    say(f"good once and for an hour: {link}")
    return 0


async def _demo_load(config: Config, given: argparse.Namespace) -> int:
    async with bootstrap.open_house(config, say) as house:
        count = await first.load_demo(house.state, given.workspace)
    say(f"loaded {count} conversations" if count else "the demo is there already")
    return 0


async def _demo_drop(config: Config, given: argparse.Namespace) -> int:
    async with bootstrap.open_house(config, say) as house:
        count = await first.drop_demo(house.state, given.workspace)
    say(f"dropped {count} conversations")
    return 0


async def _held(config: Config, given: argparse.Namespace) -> int:
    async with bootstrap.open_house(config, say) as house:
        if given.again is None:
            await held.show(house, say)
        else:
            await held.again(house, given.again, say)
    return 0


async def _backup(config: Config, given: argparse.Namespace) -> int:
    async with bootstrap.open_store(config, say) as store:
        await backup.backup(store.dsn, config, given.archive.absolute(), say)
    say(f"written: {given.archive}")
    return 0


async def _restore(config: Config, given: argparse.Namespace) -> int:
    config.data.mkdir(parents=True, exist_ok=True)
    async with bootstrap.open_store(config, say) as store:
        await backup.restore(store.dsn, config, given.archive.absolute(), bootstrap.MIGRATIONS, say)
    say(f"restored from {given.archive}")
    return 0


async def _files(config: Config, given: argparse.Namespace) -> int:
    if config.bucket is None:
        raise BadSetting("there is no bucket: set HILO_FILES, and HILO_S3_ENDPOINT and the keys")
    await given.move(config.data / "files", Bucket(config.bucket), say)
    return 0


async def _bench(_config: Config, given: argparse.Namespace) -> int:
    here = Path(__file__).parents[1]
    packed, checkout = here / "tools", here.parents[1] / "tools"
    tools = packed if packed.is_dir() else checkout
    paths = os.pathsep.join([str(tools), str(here.parent)])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench", *given.rows), env={**os.environ, "PYTHONPATH": paths}
    )
    return await process.wait()


async def _doctor(config: Config, _given: argparse.Namespace) -> int:
    return await examine(config, say)


if __name__ == "__main__":
    sys.exit(main())
