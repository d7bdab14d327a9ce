import re
from pathlib import Path

import pytest
from oslo_config import cfg

from nova_docdb import config

DOCS = Path(__file__).parents[1] / "docs"
OPTIONS = [(group, option) for group, options in config.list_opts() for option in options]


@pytest.fixture
def conf():
    fresh = cfg.ConfigOpts()
    config.register_opts(fresh)
    return fresh


def test_defaults(conf):
    conf([])
    assert conf.db_backend == "mongo"
    assert conf.mongo.connection == "mongomock://localhost/nova"
    assert conf.mongo.allow_weak_writes is False
    assert conf.instance_name_template == "instance-%08x"


def test_file_sets_options(conf, tmp_path):
    path = tmp_path / "nova.conf"
    path.write_text("[DEFAULT]\nenable_new_services = false\n[mongo]\nconnection = mongodb://h/n\n")
    conf(["--config-file", str(path)])
    assert conf.enable_new_services is False
    assert conf.mongo.connection == "mongodb://h/n"


def test_environment_sets_options(conf, monkeypatch):
    monkeypatch.setenv("OS_MONGO__CONNECTION", "mongodb://h/n")
    conf([])
    assert conf.mongo.connection == "mongodb://h/n"


def test_override_in_one_configuration_does_not_affect_another(conf):
    conf([])
    conf.set_override("connection", "mongodb://h/n", group="mongo")
    other = cfg.ConfigOpts()
    config.register_opts(other)
    other([])
    assert other.mongo.connection == "mongomock://localhost/nova"


def test_option_that_nova_registered_first_is_kept():
    conf = cfg.ConfigOpts()
    conf.register_opt(cfg.StrOpt("db_backend", default="sqlalchemy", help="Nova's own words"))
    config.register_opts(conf)
    conf([])
    assert conf.db_backend == "sqlalchemy"
    assert conf.mongo.connection


@pytest.mark.parametrize("url", ["a$b", "a$$b$", r"a\$b", r"a\\$b", "a${b}", "a$mongo", "plain"])
def test_literal_value_is_read_unchanged(conf, url):
    conf.set_override("connection", config.literal(url), group="mongo")
    assert conf.mongo.connection == url


def test_every_option_has_a_help_sentence():
    for _group, options in config.list_opts():
        for option in options:
            assert option.help.endswith("."), option.name
            assert len(option.help) > 20, option.name


def test_secrets_are_marked(conf):
    secret = {
        option.name for _group, options in config.list_opts() for option in options if option.secret
    }
    assert secret == {"connection", "sql_connection"}


@pytest.mark.parametrize(("group", "option"), OPTIONS, ids=lambda part: getattr(part, "name", part))
def test_option_is_documented_with_its_default(group, option):
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    section = re.search(rf"^## \[{group}\]\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    row = re.search(rf"^\| `{option.name}` \| (.*?) ?\| (.+) \|$", section[1], re.MULTILINE)
    default = str(option.default).lower() if isinstance(option.default, bool) else option.default
    assert row[1].strip("`") == ("" if default is None else str(default))
    assert len(row[2]) > 20


def test_only_existing_options_are_documented():
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert sorted(named) == sorted(option.name for _group, option in OPTIONS)
