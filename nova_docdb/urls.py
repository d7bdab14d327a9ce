"""URLs as they may be shown: with secrets masked."""

from __future__ import annotations

import re

# URL options whose value is secret.
SECRET_OPTION = re.compile(
    r"([?&;][^=&;]*(?:password|passwd|properties|token)[^=&;]*=)[^&;]*", re.IGNORECASE
)

UNENCODED = (
    "In a user name or password, characters such as @ : / ? must be percent-encoded "
    "(%40, %3A, %2F, %3F)."
)


def masked(url: str) -> str:
    """Return a URL with its password and secret options masked, even if it is malformed.

    Everything between the first colon and the last @ is taken as the password, so that a password
    with an unencoded @ or / is masked too.
    """
    scheme, slashes, rest = url.partition("://")
    if not slashes:
        scheme, rest = "", url
    login, at, place = rest.rpartition("@")
    user, colon, _password = login.partition(":")
    if at and colon:
        rest = f"{user}:***@{place}"
    return SECRET_OPTION.sub(r"\1***", f"{scheme}{slashes}{rest}")


def is_ambiguous(url: str) -> bool:
    """Return whether the user name or password has characters that should be percent-encoded."""
    login = url.partition("://")[2].rpartition("@")[0]
    return login.count(":") > 1 or any(character in login for character in "@/?")
