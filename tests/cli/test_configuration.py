"""A configuration error is one sentence that names the location and no password."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from nova_docdb import config
from nova_docdb.cli import common, main
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection


@pytest.fixture(autouse=True)
def options_of_a_test():
    """Reset the options that a command has read."""
    yield
    CONF.reset()


@pytest.fixture
def version(tmp_path):
    """Run `db version` with a file of this content, alone, and return its output."""
    path = tmp_path / "nova.conf"

    def run(content=None, *arguments):
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with connection.set_aside():
            return CliRunner().invoke(
                main, ["db", "version", "--config-file", str(path), *arguments]
            )

    run.path = path
    return run


def sentence(result):
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    (line,) = result.output.splitlines()
    assert line.startswith("Error: ")
    assert line.endswith(".")
    assert "hunter2" not in line
    return line.removeprefix("Error: ").removeprefix("Invalid configuration: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[mongo]\nconnection mongodb//u.hunter2\n", "{path}, line 2: No ':' or '='"),
        ("connection = mongodb://u:hunter2@h/n\n", "{path}, line 1: Section must be started"),
        ("[mongo\nconnection = mongodb://u:hunter2@h/n\n", "{path}, line 1: Invalid section"),
        ("[]\n", "{path}, line 1: Empty section name"),
        ("[mongo]\n = mongodb://u:hunter2@h/n\n", "{path}, line 2: Unexpected continuation"),
        ("[mongo]\n= mongodb://u:hunter2@h/n\n", "{path}, line 2: Key cannot be empty"),
        ("[DEFAULT]\nenable_new_services = maybe\n", "[DEFAULT] enable_new_services: "),
        (
            "[mongo]\nconection = mongodb://u:hunter2@h/n\n",
            "{path}: [mongo] has the unknown option conection; its options are ",
        ),
        ("[MONGO]\nslow_comand_ms = 5\n", "has the unknown option slow_comand_ms; its options are"),
        ("[mongo]\nurl.u.hunter2 = 5\n", "{path}: [mongo] has an unknown option; its options are "),
        (
            "[mongodb]\nconnection = mongodb://u:hunter2@h/n\n",
            "{path}: the section [mongodb] is unknown: did you mean [mongo]?",
        ),
        ("[Mogno]\n", "the section [Mogno] is unknown: did you mean [mongo]?"),
        ("[mongo]\nallow_weak_writes = 2\n", "[mongo] allow_weak_writes: Unexpected boolean"),
        ("[mongo]\nslow_command_ms = soon\n", "[mongo] slow_command_ms: "),
        ("[mongo]\nslow_command_ms = -1\n", "[mongo] slow_command_ms: "),
        ("[DEFAULT]\nsnapshot_name_template = é\n".encode("latin-1"), "not encoded in UTF-8"),
    ],
)
def test_error_in_a_file_is_reported(version, content, message):
    assert message.format(path=version.path) in sentence(version(content))


def test_unrelated_sections_and_options_are_ignored(version):
    others = "[DEFAULT]\nmy_ip = 10.0.0.1\n[monitor]\na = b\n[database]\nconnection = c\n"
    assert version(f"{others}[MONGO]\nslow_command_ms = 5\n").exit_code == 0
    assert CONF.mongo.slow_command_ms == 5


def test_missing_file(version):
    assert sentence(version()) == f"the file {version.path} does not exist."


def test_file_that_cannot_be_read(version):
    version.path.mkdir()
    assert sentence(version()) == f"{version.path}: Is a directory."


def test_file_without_read_permission(version, monkeypatch):
    # Root can read everything, so the error is simulated.
    def refused(path):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("oslo_config.cfg.open", refused, raising=False)
    version.path.touch()
    assert sentence(version()) == f"the file {version.path} cannot be read: permission denied."


def test_error_in_the_environment(version, monkeypatch):
    monkeypatch.setenv("OS_MONGO__SLOW_COMMAND_MS", "soon")
    assert "[mongo] slow_command_ms" in sentence(version(""))


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://u:hun@ter2@127.0.0.1:1/nova",
        "mongodb://u:hun:ter2@127.0.0.1:1/nova",
        "mongodb://u:hun/ter2@127.0.0.1:1/nova",
        "mongodb://u:hun?ter2@127.0.0.1:1/nova",
        "mongodb://u:hun%ter2@127.0.0.1:1/nova",
        "mongodb://u:hun%40ter2@127.0.0.1:1/nova?w=1",
        "mongodb://u:hun%40ter2@127.0.0.1:1/nova?serverSelectionTimeoutMS=50",
        "mongodb://u:hun%40ter2@127.0.0.1:x/nova",
        "mongodb://u:hun%40ter2@[::1/nova",
        "mongodb://u:hun%40ter2@127.0.0.1/no va",
        "mongodb://127.0.0.1/nova?tlsCertificateKeyFilePassword=hunter2&no=1",
        "mongodb:/u:hunter2@127.0.0.1/nova",
        "mysql://u:hun@ter2@127.0.0.1/nova",
        "u:hunter2@127.0.0.1",
    ],
)
def test_no_part_of_a_password_is_shown(version, url):
    for result in (
        version(f"[mongo]\nconnection = {url}\n"),
        version("", "--connection", url),
    ):
        assert result.exit_code in {2, 3}
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.output.startswith("Error: ")
        for piece in ("hunter2", "hun%", "hun@", "hun:", "hun/", "hun?", "ter2@"):
            assert piece not in result.output


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hun@ter2@127.0.0.1/nova",
        "mysql+pymysql://u:hun%40ter2@127.0.0.1:1/nova",
        "postgresql://u:hun/ter2@127.0.0.1:1/nova",
        "postgresql://u:hun:ter2@127.0.0.1:x/nova",
        "mysql//u:hunter2@127.0.0.1/nova",
        "oracle-of-delphi://u:hunter2@127.0.0.1/nova",
        "u:hunter2@127.0.0.1",
    ],
)
def test_no_part_of_a_sql_password_is_shown(url):
    with connection.set_aside():
        result = CliRunner().invoke(
            main, ["import", "--from", url, "--connection", "mongomock://localhost/nova"]
        )
    assert result.exit_code in {2, 3}
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.output.startswith("Error: ")
    for piece in ("hunter2", "hun%", "hun@", "hun:", "hun/", "ter2@"):
        assert piece not in result.output


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://u:pa$hunter2@127.0.0.1:1/nova",
        "mongodb://u:pa$hunter2.x@127.0.0.1:1/nova",
        "mongodb://u:pa${hunter2}@127.0.0.1:1/nova",
        "mongodb://u:pa$connection.hunter2@127.0.0.1:1/nova",
    ],
)
def test_dollar_in_a_file_must_be_doubled_and_the_option_is_named(version, url, monkeypatch):
    wanted = f"[mongo] connection: {config.DOLLAR}."
    assert sentence(version(f"[mongo]\nconnection = {url}\n")) == wanted
    monkeypatch.setenv("OS_MONGO__CONNECTION", url)
    assert sentence(version("")) == wanted


def test_circular_template_is_reported_the_same_way(version):
    template = "[DEFAULT]\nsql_connection = mysql://u:hunter2@h/$sql_connection\n"
    assert sentence(version(template)).startswith("[DEFAULT] sql_connection: it has a $ ")


@pytest.mark.parametrize(
    "given",
    [
        ("", "--connection", "mongomock://localhost/?authSource=$external&x=$$y"),
        ("[mongo]\nconnection = mongomock://localhost/?authSource=$$external&x=$$$$y\n",),
    ],
    ids=["option", "file"],
)
def test_url_reaches_the_store_with_its_dollars(version, given):
    assert version(*given).exit_code == 0
    assert CONF.mongo.connection == "mongomock://localhost/?authSource=$external&x=$$y"


@pytest.mark.parametrize(
    "rest",
    [
        "127.0.0.1:1",
        "127.0.0.1:1/nova?",
        "127.0.0.1:1/nova?appname=a;maxPoolSize=5",
        "127.0.0.1:1/nova?serverselectiontimeoutms=50",
        "nova:s#cret@127.0.0.1:1/nova",
    ],
)
def test_server_selection_times_out_quickly_for_every_form_of_the_url(version, rest, monkeypatch):
    monkeypatch.setattr(common, "SERVER_SELECTION_MS", 50)
    assert version("", "--connection", f"mongodb://{rest}").output == (
        "Error: No MongoDB server can be reached: 127.0.0.1:1: [Errno 111] Connection refused\n"
    )


def test_url_is_shown_as_it_was_written(version):
    output = version("", "--connection", "mongodb://127.0.0.1:1/nova?foo=1").output
    assert "'mongodb://127.0.0.1:1/nova?foo=1': " in output


def test_url_from_a_variable_that_is_not_set_names_no_store(version):
    wanted = "[mongo] connection must be a mongodb:// or mongomock:// URL, not ''."
    assert sentence(version("", "--connection", "")) == wanted


def run_alone(*arguments):
    """Run the command line in a new process, because oslo.config remembers who set a value."""
    return subprocess.run(
        [sys.executable, "-c", "from nova_docdb.cli import main; main()", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "command", ["db archive", "db check", "db purge --all", "db shard --plan", "db sync"]
)
def test_default_store_in_memory_is_announced(command):
    result = run_alone(*command.split())
    assert result.returncode in {0, 1}
    assert result.stderr == (
        "No store is configured (--connection URL): using one in memory, whose rows are lost when "
        "this command ends.\n"
    )


def test_configured_store_in_memory_is_used_silently(version, monkeypatch):
    named = "mongomock://localhost/nova"
    version.path.write_text(f"[mongo]\nconnection = {named}\n")
    for how in (("--connection", named), ("--config-file", str(version.path))):
        assert run_alone("db", "archive", *how).stderr == ""
    monkeypatch.setenv("OS_MONGO__CONNECTION", named)
    assert run_alone("db", "archive").stderr == ""


def test_unknown_backend_is_reported_in_one_sentence(version):
    result = version("[DEFAULT]\ndb_backend = mango\n")
    assert "mango" in result.output
    assert "mongo" in result.output
    assert result.exit_code == 2
