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
DOLLAR = "it has a $ that is not followed by the name of an option: write $$ for a literal $"

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
        "--from is not given. The option [mongo] connection names the document store.",
    ),
    cfg.BoolOpt(
        "enable_new_services",
        default=True,
        help="Whether service_create creates enabled services. If false, new services are "
        "disabled, even if the caller passes disabled=False.",
    ),
    cfg.StrOpt(
        "instance_name_template",
        default="instance-%08x",
        help="The name of an instance: a printf template with the integer id as its argument, or "
        "with columns of the row as named fields, such as %(uuid)s.",
    ),
    cfg.StrOpt(
        "snapshot_name_template",
        default="snapshot-%s",
        help="The name of a snapshot: a printf template with the id as its argument.",
    ),
    cfg.StrOpt(
        "osapi_compute_unique_server_name_scope",
        default="",
        help="The scope in which host names of instances must be unique, ignoring case: project, "
        "global, or empty for no check. Any other value is treated as empty.",
    ),
    cfg.StrOpt(
        "compute_topic",
        default="compute",
        help="The RPC topic of nova-compute services.",
    ),
    cfg.BoolOpt(
        "fatal_exception_format_errors",
        default=False,
        help="Raise an error if the message of an exception cannot be formatted with its "
        "arguments, instead of using the unformatted template. For tests.",
    ),
]

MONGO_OPTS = [
    cfg.StrOpt(
        "connection",
        default="mongomock://localhost/nova",
        secret=True,
        help="The URL of the store: mongodb://host[:port]/database with the driver's URL options "
        "(replicaSet, tls, maxPoolSize, readPreference, timeouts), or "
        "mongomock://localhost/database for the embedded store, whose rows are in the memory of "
        "the process.",
    ),
    cfg.BoolOpt(
        "allow_weak_writes",
        default=False,
        help="Accept a connection URL whose write concern is weaker than majority with journal. "
        "Acknowledged writes can then be lost when a server crashes: only for disposable data.",
    ),
    cfg.BoolOpt(
        "allow_weakened_tls",
        default=False,
        help="Accept a connection URL that disables a check of the server's certificate "
        "(tlsInsecure, tlsAllowInvalidCertificates, tlsAllowInvalidHostnames). Anyone on the "
        "network path can then read and modify the traffic.",
    ),
    cfg.IntOpt(
        "call_timeout_ms",
        default=30_000,
        min=0,
        help="The timeout of a call of the API with all its commands, in milliseconds; 0 means no "
        "timeout. timeoutMS in the connection URL takes precedence. For archiving, expiring "
        "reservations, bulk creation of addresses and creating indexes it applies to each command. "
        "Read when the connection is opened.",
    ),
    cfg.BoolOpt(
        "strict",
        default=False,
        help="Raise InvalidInput for columns and filters that do not exist, instead of ignoring "
        "them as Nova does. For tests and new code.",
    ),
    cfg.IntOpt(
        "regex_timeout_ms",
        default=1000,
        min=0,
        help="The time limit for a search of instances with a caller's regular expression, in "
        "milliseconds, after which the call raises InvalidInput; 0 means no limit. The embedded "
        "store has no limit.",
    ),
    cfg.IntOpt(
        "slow_command_ms",
        default=0,
        min=0,
        help="Log every command that takes at least this many milliseconds as a warning of the "
        "logger nova_docdb.slow, without the values in it; 0 disables the log. Read when the "
        "connection is opened.",
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
