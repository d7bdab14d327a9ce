"""The request context, and the decorators that check it.

The first argument of every function is a context. ``RequestContext`` is Nova's; any object with the
attributes of ``Context`` works too.
"""

from __future__ import annotations

import copy
import functools
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from nova_docdb import clock, exception

F = TypeVar("F", bound=Callable[..., Any])

READ_DELETED = ("no", "yes", "only")


class Context(Protocol):
    """The attributes of a context that the functions read."""

    user_id: Any
    project_id: Any
    is_admin: Any
    read_deleted: Any


class RequestContext:
    """The security context of a request.

    :param user_id: the id of the user, or None
    :param project_id: the id of the project (tenant), or None
    :param is_admin: whether the caller is an admin; None means if ``roles`` has "admin"
    :param read_deleted: which rows are visible: "no" live ones, "yes" all, "only" deleted ones
    :param roles: names of roles
    :param quota_class: the quota class that replaces the project's default limits, or None
    :param timestamp: a naive UTC datetime or its ISO text; now by default
    :param use_slave: whether lists and reports may be read from a secondary, and so be stale; not
        included in ``to_dict``
    :param kwargs: other fields of the request are ignored
    :raises ValueError: if read_deleted is not one of the three
    """

    def __init__(
        self,
        user_id: str | None,
        project_id: str | None,
        is_admin: bool | None = None,  # noqa: FBT001 - the reference's signature
        read_deleted: str = "no",
        roles: Iterable[str] | None = None,
        quota_class: str | None = None,
        *,
        remote_address: str | None = None,
        timestamp: datetime | str | None = None,
        request_id: str | None = None,
        auth_token: str | None = None,
        user_name: str | None = None,
        project_name: str | None = None,
        use_slave: bool = False,
        **kwargs: Any,  # noqa: ARG002 - a newer release may send more fields
    ) -> None:
        self.user_id = user_id
        self.project_id = project_id
        self.roles: list[str] = list(roles or [])
        self.is_admin: bool = (
            "admin" in [role.lower() for role in self.roles] if is_admin is None else is_admin
        )
        self.read_deleted = read_deleted
        self.quota_class = quota_class
        self.remote_address = remote_address
        self.timestamp: datetime = (
            clock.parse(timestamp) if isinstance(timestamp, str) else (timestamp or clock.utcnow())
        )
        self.request_id: str = request_id or f"req-{uuid.uuid4()}"
        self.auth_token = auth_token
        self.user_name = user_name
        self.project_name = project_name
        self.use_slave = use_slave

    def __repr__(self) -> str:
        # What decides which rows a call sees; never the auth_token.
        return (
            f"RequestContext(user_id={self.user_id!r}, project_id={self.project_id!r}, "
            f"is_admin={self.is_admin!r}, read_deleted={self.read_deleted!r})"
        )

    @property
    def read_deleted(self) -> str:
        """Which rows are visible: "no" live ones, "yes" all, "only" deleted ones."""
        return self._read_deleted

    @read_deleted.setter
    def read_deleted(self, value: str) -> None:
        if value not in READ_DELETED:
            raise ValueError(f"read_deleted can only be one of {READ_DELETED}, not {value!r}")
        self._read_deleted = value

    def elevated(self, read_deleted: str | None = None) -> RequestContext:
        """Return a copy of this context with admin rights.

        :param read_deleted: the read_deleted of the copy; None keeps this context's
        """
        context = copy.copy(self)
        context.is_admin = True
        context.roles = [*self.roles, *([] if "admin" in self.roles else ["admin"])]
        if read_deleted is not None:
            context.read_deleted = read_deleted
        return context

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, for an RPC message."""
        return {
            "user_id": self.user_id,
            "project_id": self.project_id,
            "is_admin": self.is_admin,
            "read_deleted": self.read_deleted,
            "roles": list(self.roles),
            "quota_class": self.quota_class,
            "remote_address": self.remote_address,
            "timestamp": self.timestamp.isoformat(timespec="microseconds"),
            "request_id": self.request_id,
            "auth_token": self.auth_token,
            "user_name": self.user_name,
            "project_name": self.project_name,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RequestContext:
        """Return the context with the fields that ``to_dict`` returned."""
        return cls(**values)


def get_admin_context(read_deleted: str = "no") -> RequestContext:
    """Return an admin context without a user or project."""
    return RequestContext(user_id=None, project_id=None, is_admin=True, read_deleted=read_deleted)


def elevated(context: Context) -> Context:
    """Return a copy of any context object with admin rights."""
    if isinstance(context, RequestContext):
        return context.elevated()
    context = copy.copy(context)
    context.is_admin = True
    return context


def is_user_context(context: Context) -> bool:
    """Return whether a context is a user's: not an admin's, with a user and a project."""
    user_id, project_id = (getattr(context, name, None) for name in ("user_id", "project_id"))
    return not _is_admin(context) and bool(user_id) and bool(project_id)


def _is_admin(context: Context) -> bool:
    """Return whether a context is an admin's; False for an object that is not a context."""
    return bool(getattr(context, "is_admin", False))


def require_admin_context(function: F) -> F:
    """Raise AdminRequired for a context without admin rights, before anything is read."""
    return _guarded(function, _is_admin, exception.AdminRequired)


def require_context(function: F) -> F:
    """Raise NotAuthorized for a context that is neither an admin's nor a user's."""
    return _guarded(
        function,
        lambda context: _is_admin(context) or is_user_context(context),
        exception.NotAuthorized,
    )


def _guarded(
    function: F, may_call: Callable[[Context], bool], refusal: type[exception.NovaException]
) -> F:
    @functools.wraps(function)
    def guarded(context: Context, *args: Any, **kwargs: Any) -> Any:
        if not may_call(context):
            raise refusal
        return function(context, *args, **kwargs)

    return guarded  # type: ignore[return-value]  # same signature, by functools.wraps


def authorize_project_context(context: Context, project_id: str | None) -> None:
    """Raise NotAuthorized for a user of another project."""
    if is_user_context(context) and context.project_id != project_id:
        raise exception.NotAuthorized


def authorize_user_context(context: Context, user_id: str | None) -> None:
    """Raise NotAuthorized for another user."""
    if is_user_context(context) and context.user_id != user_id:
        raise exception.NotAuthorized


def authorize_quota_class_context(context: Context, class_name: str | None) -> None:
    """Raise NotAuthorized for a user whose context has another quota class, or none."""
    own = getattr(context, "quota_class", None)
    if is_user_context(context) and (not own or own != class_name):
        raise exception.NotAuthorized
