"""URLs as they may be shown: without what is secret in them."""

from __future__ import annotations

import re

# Options of a URL that are secret as a whole.
SECRET_OPTION = re.compile(
    r"([?&;][^=&;]*(?:password|passwd|properties|token)[^=&;]*=)[^&;]*", re.IGNORECASE
)

UNENCODED = (
    "In a user name or password, characters such as @ : / ? must be percent-encoded "
    "(%40, %3A, %2F, %3F)."
)


def masked(url: str) -> str:
    """Return a URL without its password and secret options, however badly they are written.

    Where the URL has an @, everything between the first colon and the last @ is taken for the
    password, so that one with an @ or / of its own, which should be encoded, is hidden as well.
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
    """Tell whether a login has characters that should be encoded, so that parts get mistaken."""
    login = url.partition("://")[2].rpartition("@")[0]
    return login.count(":") > 1 or any(character in login for character in "@/?")
