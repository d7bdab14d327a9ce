"""Selects the backend of ``nova_docdb.db`` and passes calls to it.

A backend is an entry point in the group ``nova_docdb.backends``: a module (or any object) with
``get_backend()``, which returns an object that has the functions as attributes. The option
db_backend names the entry point, which is loaded on the first call.
"""

from __future__ import annotations

import functools
import importlib.metadata
import inspect
import logging
import os
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

LOG = logging.getLogger(__name__)

# Called with the name of the function, its outcome ("ok" or the class name of the exception that it
# raised) and its duration in seconds.
CallHook = Callable[[str, str, float], None]

_call_hooks: list[CallHook] = []
_failed_hooks: list[CallHook] = []

# The function of the contract that is running, for logs and traces of commands.
current_function: ContextVar[str | None] = ContextVar("current_function", default=None)


class LazyPluggable:
    """A backend that an option names, loaded on first use.

    :param option: the name of the option in CONF
    :param group: the entry point group in which backends are registered
    """

    def __init__(self, option: str, group: str) -> None:
        self._option = option
        self._group = group
        self._loaded: dict[str, Any] = {}
        self.renew_lock()

    def renew_lock(self) -> None:
        """Replace the lock: in a forked child a thread of the parent may hold the old one."""
        self._lock = threading.Lock()

    def backend(self) -> Any:
        """Return the backend that CONF names now.

        :raises BackendNotFound: if no installed distribution registers a backend with that name
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
        """Return a function of the backend.

        :raises NotImplementedError: if the backend lacks it
        """
        backend = self.backend()
        function: Callable[..., Any] | None = getattr(backend, name, None)
        if function is None:
            raise NotImplementedError(
                f"the backend {getattr(CONF, self._option)!r} does not implement {name}"
            )
        return function

    def _load(self, name: str) -> Any:
        installed = {
            point.name: point for point in importlib.metadata.entry_points(group=self._group)
        }
        if name not in installed:
            raise exception.BackendNotFound(
                name=name, known=", ".join(sorted(installed)) or "none (is nova_docdb installed?)"
            )
        return installed[name].load().get_backend()


IMPL = LazyPluggable("db_backend", ENTRY_POINTS)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=IMPL.renew_lock)


def backend_function(declaration: Callable[P, R]) -> Callable[P, R]:
    """Return a function that calls the configured backend in place of a declaration.

    The declaration provides name, signature and documentation; it has no body.
    """
    name = declaration.__name__

    @functools.wraps(declaration)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        function = IMPL.function(name)
        token = current_function.set(name)
        try:
            if not _call_hooks:
                return function(*args, **kwargs)  # type: ignore[no-any-return]
            return _call_observed(name, function, *args, **kwargs)  # type: ignore[no-any-return]
        except RecursionError as error:
            # Python parses, compares and formats nested values recursively.
            reason = f"{name}: a value is nested too deeply"
            raise exception.InvalidInput(reason=reason) from error
        finally:
            current_function.reset(token)

    call.__signature__ = inspect.signature(declaration)  # type: ignore[attr-defined]
    return call


def add_call_hook(hook: CallHook) -> CallHook:
    """Add a hook that is called after every function of the contract, in the caller's thread.

    A hook must be quick, because the caller waits for it. An exception that it raises is logged,
    once for each hook, and does not reach the caller.

    :returns: the hook, so that this can be used as a decorator
    """
    _call_hooks.append(hook)
    return hook


def remove_call_hook(hook: CallHook) -> None:
    """Remove a call hook.

    :raises ValueError: if it was not added
    """
    if hook not in _call_hooks:
        raise ValueError(f"{hook!r} was not added")
    _call_hooks.remove(hook)
    if hook in _failed_hooks:
        _failed_hooks.remove(hook)


def _call_observed(name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    started = time.perf_counter()
    outcome = "ok"
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        seconds = time.perf_counter() - started
        for hook in tuple(_call_hooks):
            _run_hook(hook, name, outcome, seconds)


def _run_hook(hook: CallHook, name: str, outcome: str, seconds: float) -> None:
    try:
        hook(name, outcome, seconds)
    except Exception:
        if hook not in _failed_hooks:
            _failed_hooks.append(hook)
            LOG.exception(
                "A call hook failed: %r; it stays registered, further failures are not logged", hook
            )
