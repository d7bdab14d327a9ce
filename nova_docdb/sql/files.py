"""Files with rows of the store: readable only by their owner, never opened through a link."""

from __future__ import annotations

import os
import stat
from typing import TextIO

MODE = 0o600

# The files that SQLite creates beside a database, with the permissions of the database.
SIDE_FILES = ("-journal", "-wal", "-shm")


class UnsuitableFileError(Exception):
    """A file that cannot be written to; the message says why and what to do."""


def create(path: str) -> TextIO:
    """Create a text file with mode 0600, regardless of the umask, and return it open for writing.

    :raises UnsuitableFileError: if the path exists, even as a dangling link, or cannot be created
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, MODE)
    except FileExistsError as error:
        raise UnsuitableFileError(f"{_kind(path)}: name a new file") from error
    except OSError as error:
        raise UnsuitableFileError(error.strerror or str(error)) from error
    os.fchmod(descriptor, MODE)
    return os.fdopen(descriptor, "w", encoding="utf-8")


def claim_database(path: str) -> None:
    """Create the file of a new SQLite database, or check one that exists, before SQLite opens it.

    The content of an existing database is not checked here.

    :raises UnsuitableFileError: if SQLite must not open it
    """
    if not os.path.lexists(path):
        for left in filter(os.path.lexists, _side_files(path)):
            raise UnsuitableFileError(f"{left} is left from another database: remove it")
        create(path).close()
        return
    for name in (path, *filter(os.path.lexists, _side_files(path))):
        if not stat.S_ISREG(os.lstat(name).st_mode):
            raise UnsuitableFileError(f"{'' if name == path else name + ': '}{_kind(name)}")
    status = os.lstat(path)
    ours = status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == MODE
    if not status.st_size and not ours:
        # Other users may already have it open, and could read what is written to it.
        raise UnsuitableFileError("it is an empty file that no export created: remove it")


def restrict(path: str) -> None:
    """Remove all permissions of other users on a database and the files beside it.

    :raises UnsuitableFileError: if the permissions cannot be changed
    """
    for name in (path, *filter(os.path.lexists, _side_files(path))):
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise UnsuitableFileError(error.strerror or str(error)) from error
        try:
            if stat.S_IMODE(os.fstat(descriptor).st_mode) & ~MODE:
                os.fchmod(descriptor, MODE)
        except PermissionError as error:
            raise UnsuitableFileError("others can read it: run chmod 600 on it") from error
        finally:
            os.close(descriptor)


def _side_files(path: str) -> list[str]:
    return [path + ending for ending in SIDE_FILES]


def _kind(path: str) -> str:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return "it is a symbolic link"
    if stat.S_ISDIR(mode):
        return "it is a directory"
    return "it already exists" if stat.S_ISREG(mode) else "it is not a regular file"
