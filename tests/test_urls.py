"""URLs as they are shown, without secrets."""

import pytest

from nova_docdb.urls import is_ambiguous, masked


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mongodb://h/nova", "mongodb://h/nova"),
        ("mongodb://h1:1,h2:2/nova?replicaSet=rs", "mongodb://h1:1,h2:2/nova?replicaSet=rs"),
        ("mongodb://u@h/nova", "mongodb://u@h/nova"),
        ("mongodb://u:p%40ss@h:1/nova", "mongodb://u:***@h:1/nova"),
        ("mongodb://u:hunter2@h1:1,h2:2/n?w=1", "mongodb://u:***@h1:1,h2:2/n?w=1"),
        ("mongodb://:hunter2@h/nova", "mongodb://:***@h/nova"),
        ("mongodb+srv://u:hunter2@h/nova", "mongodb+srv://u:***@h/nova"),
        ("mongodb://u:hun@ter2@h/nova", "mongodb://u:***@h/nova"),
        ("mongodb://u:hun:ter2@h/nova", "mongodb://u:***@h/nova"),
        ("mongodb://u:hun/ter2@h/nova", "mongodb://u:***@h/nova"),
        ("mongodb://u:hun?ter2@h/nova", "mongodb://u:***@h/nova"),
        ("mongodb://u:hun://ter2@h/nova", "mongodb://u:***@h/nova"),
        ("mongodb://u@corp:hunter2@h/nova", "mongodb://u@corp:***@h/nova"),
        ("mysql+pymysql://u:hunter2@h/nova", "mysql+pymysql://u:***@h/nova"),
        ("mysql://u:hun@ter2@h/nova", "mysql://u:***@h/nova"),
        ("u:hunter2@h", "u:***@h"),
        ("mongodb:/u:hunter2@h", "mongodb:***@h"),
        ("postgresql:///nova?password=hunter2&host=h", "postgresql:///nova?password=***&host=h"),
        (
            "mongodb://h/?tlsCertificateKeyFilePassword=hunter2",
            "mongodb://h/?tlsCertificateKeyFilePassword=***",
        ),
        (
            "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:hunter2&tls=true",
            "mongodb://h/?authMechanismProperties=***&tls=true",
        ),
        ("sqlite:////var/lib/nova.sqlite", "sqlite:////var/lib/nova.sqlite"),
        ("", ""),
    ],
)
def test_masked_hides_secrets_and_nothing_else(url, shown):
    if "u@corp" in url:
        # It is ambiguous which @ ends the user name: less may be shown, never more.
        assert "hunter2" not in masked(url)
        return
    assert masked(url) == shown


@pytest.mark.parametrize(
    ("url", "ambiguous"),
    [
        ("mongodb://h:1/nova", False),
        ("mongodb://u:hunter2@h:1/nova?w=1", False),
        ("mongodb://u:hun%40ter2@h/nova", False),
        ("mongodb://u:hun@ter2@h/nova", True),
        ("mongodb://u:hun:ter2@h/nova", True),
        ("mongodb://u:hun/ter2@h/nova", True),
        ("mongodb://u:hun?ter2@h/nova", True),
    ],
)
def test_unencoded_login_is_ambiguous(url, ambiguous):
    assert is_ambiguous(url) is ambiguous
