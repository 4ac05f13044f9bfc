"""Makes the HTTP API: the framework with our routes, inside our frame."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import ASGIApp, Scope
from typing_extensions import override

from hilo.domain.people import Actor
from hilo.entry.api import (
    accounts,
    agents,
    amendments,
    answers,
    channels,
    connections,
    consents,
    contacts,
    conversations,
    counts,
    crossings,
    description,
    drafts,
    events,
    files,
    guards,
    inboxes,
    invitations,
    likenesses,
    macros,
    me,
    messages,
    playground,
    problems,
    quarantine,
    sandbox,
    search,
    session,
    shops,
    snippets,
    tags,
    teams,
    tokens,
    trials,
    ways,
    workspace,
)
from hilo.entry.api.forms import Acting, Shared
from hilo.entry.api.frame import Frame, Gate, visit_of
from hilo.entry.api.rates import Meter, Rates
from hilo.entry.api.reading import Wanted, query_name
from hilo.entry.api.short import Short
from hilo.entry.state import AppState
from hilo.kit.db import Tx
from hilo.kit.errors import Bug

BASE = "/api/v1"
# The resources, one file each; a file exports ROUTES.
RESOURCES: Sequence[ModuleType] = (
    session,
    me,
    tokens,
    agents,
    invitations,
    workspace,
    teams,
    channels,
    inboxes,
    accounts,
    trials,
    snippets,
    quarantine,
    playground,
    sandbox,
    conversations,
    answers,
    messages,
    amendments,
    drafts,
    ways,
    shops,
    counts,
    connections,
    consents,
    contacts,
    macros,
    crossings,
    likenesses,
    tags,
    files,
    guards,
    search,
    events,
    description,
)


def build_api(state: AppState, rates: Rates | None = None) -> ASGIApp:
    """Return the ASGI application that serves `/api/v1`. rates: other than the configured ones."""
    read, search, write = state.config.rate_limits
    allowed = rates or Rates(read=read, search=search, write=write)
    return Frame(Short(framework(state), state), state, Meter(allowed))


def framework(state: AppState) -> Litestar:
    """Return the framework's part: routing, parameters, the description."""

    async def app_state() -> AppState:
        return state

    wanted: dict[int, Wanted] = {}

    def gate(app: ASGIApp) -> ASGIApp:
        return Gate(app, state, wanted)

    handlers = [route for resource in RESOURCES for route in resource.ROUTES]
    return _Framework(
        [Router(BASE, route_handlers=handlers)],
        dependencies={
            "actor": Provide(_actor),
            "tx": Provide(_tx),
            "app_state": Provide(app_state),
        },
        middleware=[gate],
        exception_handlers={Exception: _answer_problem},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )


class _Framework(Litestar):
    """The framework without its plugins for ways of describing data that we do not use.

    It would bring them in because pydantic is installed, which the job queue needs: 80 ms of the
    start and 9 MB.
    """

    @staticmethod
    @override
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


# Chained, though nobody needs it: the framework would start a task for each of several at once.
async def _actor(scope: Scope, app_state: Shared) -> Actor:
    del app_state
    return visit_of(scope).actor


async def _tx(scope: Scope, actor: Acting) -> Tx:
    del actor
    tx = visit_of(scope).tx
    if tx is None:
        raise Bug("this route has no transaction")
    return tx


def _answer_problem(
    request: Request[Any, Any, Any], error: Exception
) -> Response[problems.Problem]:
    taken = {}
    if isinstance(error, ValidationException):
        parameters = request.route_handler.parsed_fn_signature.parameters
        taken = {
            name: problems.Parameter(query_name(field), field.annotation)
            for name, field in parameters.items()
        }
    problem = problems.problem_of(error, visit_of(request.scope).request_id, taken)
    return Response(
        problem,
        status_code=problem.status,
        media_type=problems.MEDIA_TYPE,
        headers=problems.headers_of(problem, error),
    )
