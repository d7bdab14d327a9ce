"""Which backend serves the functions of ``nova_docdb.db``, and the way of a call to it.

A backend is an entry point in the group ``nova_docdb.backends``: a module (or any object) with
``get_backend()``, which returns an object that has the functions as attributes. The option
db_backend names it; it is loaded on the first call.
"""

from __future__ import annotations

import functools
import importlib.metadata
import inspect
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from nova_docdb import exception
from nova_docdb.config import CONF

ENTRY_POINTS = "nova_docdb.backends"

P = ParamSpec("P")
R = TypeVar("R")

# Called after every function of the contract with its name, its outcome ("ok" or the name of the
# exception's class) and its seconds. A metrics library appends its own.
call_hooks: list[Callable[[str, str, float], None]] = []

# The function of the contract that is running, for logs and traces of commands.
current_function: ContextVar[str | None] = ContextVar("current_function", default=None)


class LazyPluggable:
    """The backend that an option names, loaded on the first use.

    :param option: the name of the option in CONF
    :param group: the group of entry points where backends announce themselves
    """

    def __init__(self, option: str, group: str) -> None:
        self._option = option
        self._group = group
        self._lock = threading.Lock()
        self._loaded: dict[str, Any] = {}

    def backend(self) -> Any:
        """Return the backend that CONF names now.

        :raises BackendNotFound: if no installed distribution offers one of that name
        """
        name = getattr(CONF, self._option)
        backend = self._loaded.get(name)
        if backend is not None:
            return backend
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = self._load(name)
            return self._loaded[name]

    def function(self, name: str) -> Callable[..., Any]:
        """Return one function of the backend.

        :raises NotImplementedError: if the backend lacks it
        """
        backend = self.backend()
        function: Callable[..., Any] | None = getattr(backend, name, None)
        if function is None:
            raise NotImplementedError(
                f"the backend {getattr(CONF, self._option)!r} has no function {name}"
            )
        return function

    def _load(self, name: str) -> Any:
        found = {point.name: point for point in importlib.metadata.entry_points(group=self._group)}
        if name not in found:
            raise exception.BackendNotFound(
                name=name, known=", ".join(sorted(found)) or "none (is nova_docdb installed?)"
            )
        return found[name].load().get_backend()


IMPL = LazyPluggable("db_backend", ENTRY_POINTS)


def backend_function(declaration: Callable[P, R]) -> Callable[P, R]:
    """Turn a declaration of the contract into a call of the configured backend.

    The declaration gives name, signature and documentation; it has no body.
    """
    name = declaration.__name__

    @functools.wraps(declaration)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        function = IMPL.function(name)
        token = current_function.set(name)
        try:
            if not call_hooks:
                return function(*args, **kwargs)  # type: ignore[no-any-return]
            return _observed(name, function, *args, **kwargs)  # type: ignore[no-any-return]
        finally:
            current_function.reset(token)

    call.__signature__ = inspect.signature(declaration)  # type: ignore[attr-defined]
    return call


def _observed(name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    started = time.perf_counter()
    outcome = "ok"
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        seconds = time.perf_counter() - started
        for hook in call_hooks:
            hook(name, outcome, seconds)
