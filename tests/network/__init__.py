"""A simulated network: servers and clients behind proxies that hold, drop and break traffic.

``proxy`` is one proxy, ``cluster`` three members, each behind one. ``worker`` makes calls and
records a history, ``judge`` compares the history with what a majority has at the end, and
``scenarios`` are the faults. ``python -m tests.network`` runs all of them and writes the table of
``docs/reliability.md``.
"""

from tests.network.proxy import TO_CLIENT, TO_SERVER, Proxy

__all__ = ["TO_CLIENT", "TO_SERVER", "Proxy"]
