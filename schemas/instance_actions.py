"""The tables instance_actions and instance_actions_events."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, TableMeta, index
from nova_docdb.schemas.columns import Column, DateTime, Integer, String, Text


class InstanceAction(KeyedSchema):
    """An action requested on an instance."""

    class Meta(TableMeta):
        table = "instance_actions"
        shard_key = ShardKey("instance_uuid", "every function names the instance")
        indexes = (index("instance_uuid", "request_id"),)

    action: Column = String(255)
    instance_uuid: Column = String(36)
    request_id: Column = String(255)
    user_id: Column = String(255)
    project_id: Column = String(255)
    start_time: Column = DateTime()
    finish_time: Column = DateTime()
    message: Column = String(255)


class InstanceActionEvent(KeyedSchema):
    """A step of an instance action."""

    class Meta(TableMeta):
        table = "instance_actions_events"
        shard_key = ShardKey(
            "action_id", "every function names the action; ids of actions increase", hashed=True
        )
        indexes = (index("action_id", "event"),)
        accepted = dict.fromkeys(("instance_uuid", "request_id"), "names the action")

    event: Column = String(255)
    action_id: Column = Integer()
    start_time: Column = DateTime()
    finish_time: Column = DateTime()
    result: Column = String(255)
    traceback: Column = Text()
