"""Sample arguments of every function of the contract, by parameter name."""

import inspect
from datetime import datetime
from types import SimpleNamespace

from nova_docdb import db

UUID = "11111111-0000-4000-8000-000000000001"
MOMENT = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC

SAMPLES = {
    "values": {},
    "rule": {},
    "usage": {"id": 1},
    "metadata": {"key": "value"},
    "extra_specs": {"key": "value"},
    "ips": [{"address": "10.9.9.9"}],
    "filters": {},
    "conditions": {},
    "resources": {"cores": SimpleNamespace(name="cores", sync=lambda *_a, **_k: {"cores": 0})},
    "quotas": {"cores": 10},
    "deltas": {"cores": 1},
    "kwargs": {"in_use": 1},
    "network_uuids": [UUID],
    "instance_uuids": [UUID],
    "uuids": [UUID],
    "reservations": [UUID],
    "ok_states": [None],
    "columns_to_join": ["metadata"],
    "begin": MOMENT,
    "end": MOMENT,
    "time": MOMENT,
    "expire": MOMENT,
    "start_period": MOMENT,
    "period_beginning": MOMENT,
    "period_ending": MOMENT,
    "last_refreshed": MOMENT,
    "uuid": UUID,
    "instance_uuid": UUID,
    "marker": None,
    "sort_key": "id",
    "sort_dir": "asc",
    "tablename": "instances",
    "attr": "vm_state",
    "read_deleted": None,
    "constraint": None,
    "session": None,
    "reboot_window": 60,
    "confirm_window": 60,
    "until_refresh": None,
    "max_age": 0,
    "delta": 1,
    "class_name": "gold",
}

TEXT = ("address", "host", "name", "key", "project", "pool", "cidr", "domain", "topic", "binary")


def parameters(name):
    """Return the parameters of a function except the context."""
    found = inspect.signature(getattr(db, name)).parameters
    return {key: value for key, value in found.items() if key != "context"}


def sample(parameter):
    """Return a valid value of a parameter."""
    if parameter.default is not inspect.Parameter.empty and parameter.name not in SAMPLES:
        return parameter.default
    if parameter.name in SAMPLES:
        return SAMPLES[parameter.name]
    if any(part in parameter.name for part in TEXT):
        return "x"
    return 1


def call(name, context, changed=None, api=db):
    """Call a function with samples, some of them replaced.

    :param api: the namespace whose functions are called
    """
    args, kwargs = [], {}
    for key, parameter in parameters(name).items():
        value = changed[key] if changed and key in changed else sample(parameter)
        if parameter.kind is parameter.VAR_POSITIONAL:
            args.append(value)
        elif parameter.kind is parameter.VAR_KEYWORD:
            named = value if isinstance(value, dict) else {"column": value}
            kwargs.update({key: item for key, item in named.items() if isinstance(key, str)})
        else:
            args.append(value)
    if name in {"constraint", "equal_any", "not_equal"}:
        return getattr(api, name)(*args, **kwargs)
    return getattr(api, name)(context, *args, **kwargs)
