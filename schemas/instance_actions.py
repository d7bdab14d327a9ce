"""The tables instance_actions and instance_actions_events."""

from nova_docdb.schemas.base import KeyedSchema, ShardKey, index
from nova_docdb.schemas.columns import DateTime, Integer, String, Text


class InstanceAction(KeyedSchema):
    """What was asked of an instance."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instance_actions"
        shard_key = ShardKey("instance_uuid", "every function names the instance")
        indexes = (index("instance_uuid", "request_id"),)

    action = String(255)
    instance_uuid = String(36)
    request_id = String(255)
    user_id = String(255)
    project_id = String(255)
    start_time = DateTime()
    finish_time = DateTime()
    message = String(255)


class InstanceActionEvent(KeyedSchema):
    """A step of an action."""

    class Meta:
        """Keys, indexes and relations."""

        table = "instance_actions_events"
        shard_key = ShardKey(
            "action_id", "every function names the action, whose numbers go up", hashed=True
        )
        indexes = (index("action_id", "event"),)

    event = String(255)
    action_id = Integer()
    start_time = DateTime()
    finish_time = DateTime()
    result = String(255)
    traceback = Text()
