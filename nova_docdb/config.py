"""The options, registered on oslo.config's global ``CONF``.

If Nova has already registered an option (a program may load both), its definition is kept and both
read the same value.
"""

from __future__ import annotations

from oslo_config import cfg

CONF = cfg.CONF

# What oslo.config raises for a $ in a value, which starts the name of another option. Its message
# shows the name, which may be part of a password: DOLLAR replaces it.
UNRESOLVED = (cfg.Error, RecursionError)
DOLLAR = "a $ in it names no option: write $$ for the character $"

DEFAULT_OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "db_backend",
        default="mongo",
        help="The backend that serves nova_docdb.db: the name of an entry point in the group "
        "nova_docdb.backends.",
    ),
    cfg.StrOpt(
        "sql_connection",
        secret=True,
        help="The SQLAlchemy URL of the Grizzly SQL database that `nova-docdb import` reads when "
        "it is given no --from. The document store is named by [mongo] connection.",
    ),
    cfg.BoolOpt(
        "enable_new_services",
        default=True,
        help="Whether a service is enabled when service_create records it. When false, new "
        "services start disabled, whatever the caller says.",
    ),
    cfg.StrOpt(
        "instance_name_template",
        default="instance-%08x",
        help="The name of an instance: a printf template that takes the integer id, or, with "
        "named fields such as %(uuid)s, the columns of the row.",
    ),
    cfg.StrOpt(
        "snapshot_name_template",
        default="snapshot-%s",
        help="The name of a snapshot: a printf template that takes its id.",
    ),
    cfg.StrOpt(
        "osapi_compute_unique_server_name_scope",
        default="",
        help="Where the host name of an instance must be unique, ignoring case: project, global, "
        "or empty for nowhere, as anything else.",
    ),
    cfg.StrOpt(
        "compute_topic",
        default="compute",
        help="The topic that nova-compute services listen to.",
    ),
    cfg.BoolOpt(
        "fatal_exception_format_errors",
        default=False,
        help="Raise an error when the text of an exception cannot be filled from its arguments, "
        "instead of showing the bare template. For tests.",
    ),
]

MONGO_OPTS = [
    cfg.StrOpt(
        "connection",
        default="mongomock://localhost/nova",
        secret=True,
        help="Where the rows are kept. mongodb://host[:port]/database with the driver's own URL "
        "options (replicaSet, tls, maxPoolSize, readPreference, timeouts), or "
        "mongomock://localhost/database: the embedded store, in memory, gone with the process.",
    ),
    cfg.BoolOpt(
        "allow_weak_writes",
        default=False,
        help="Accept a connection URL whose write concern is weaker than majority with journal. "
        "Acknowledged rows can then be lost when a server dies; for throw-away data only.",
    ),
    cfg.BoolOpt(
        "allow_weakened_tls",
        default=False,
        help="Accept a connection URL that leaves out a check of the server's certificate "
        "(tlsInsecure, tlsAllowInvalidCertificates, tlsAllowInvalidHostnames). Anybody on the way "
        "can then read and change what is sent.",
    ),
    cfg.IntOpt(
        "call_timeout_ms",
        default=30_000,
        min=0,
        help="The longest that a call of the API takes, in milliseconds, with all its commands; 0 "
        "is no limit. timeoutMS in the connection URL counts more. Archiving, expiring "
        "reservations, bulks of addresses and making indexes are limited a command at a time. Read "
        "when the connection is opened.",
    ),
    cfg.BoolOpt(
        "strict",
        default=False,
        help="Refuse columns and filters that do not exist with InvalidInput, instead of ignoring "
        "them as the original does. For tests and new code.",
    ),
    cfg.IntOpt(
        "regex_timeout_ms",
        default=1000,
        min=0,
        help="How many milliseconds a server may search instances with a regular expression of a "
        "caller before the call ends in InvalidInput; 0 does not limit it. The embedded store "
        "does not either.",
    ),
    cfg.IntOpt(
        "slow_command_ms",
        default=0,
        min=0,
        help="Log, as a warning of the logger nova_docdb.slow, every command to the store that "
        "takes at least so many milliseconds, without the values in it; 0 logs none. Read when "
        "the connection is opened.",
    ),
]

MONGO_GROUP = "mongo"


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Register every option on ``conf``; an option that is already registered is kept."""
    # An OptGroup holds the values of its options, so each ``conf`` needs its own.
    conf.register_group(cfg.OptGroup(MONGO_GROUP, title="The MongoDB backend"))
    for opt in DEFAULT_OPTS:
        _register(conf, opt, None)
    for opt in MONGO_OPTS:
        _register(conf, opt, MONGO_GROUP)


def list_opts() -> list[tuple[str, list[cfg.Opt]]]:
    """Return the options by group, for ``oslo-config-generator --namespace nova_docdb``."""
    return [("DEFAULT", DEFAULT_OPTS), (MONGO_GROUP, MONGO_OPTS)]


def literal(value: str) -> str:
    r"""Escape a value for ``CONF.set_override``, so that a $ in it is read literally.

    It is escaped as \$ because oslo.config misreads $$ after a backslash.
    """
    return value.replace("$", r"\$")


def _register(conf: cfg.ConfigOpts, opt: cfg.Opt, group: str | None) -> None:
    try:
        conf.register_opt(opt, group)
    except cfg.DuplicateOptError:
        # Nova's own modules declare some of these names with their own help text.
        return


register_opts(CONF)
