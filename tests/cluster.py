"""A cluster of real mongods without its router: no package that the tests install brings a mongos.

A config server and two shards, each a replica set of one. ``command`` does what a mongos does with
enableSharding and shardCollection: it hands them on to the config server and to the database's
primary shard. So the checks of keys, indexes and unique keys are the server's own. Nothing here
routes reads and writes.
"""

from tests import servers

MAJORITY = {"w": "majority", "wtimeout": 30_000}
PRIMARY_SHARD = "shard1"


class Cluster:
    """A config server and two shards."""

    def __init__(self):
        self.config = servers.ReplicaSet(name="config", role="configsvr")
        self.shards = {
            name: servers.ReplicaSet(name=name, role="shardsvr") for name in ("shard1", "shard2")
        }
        self._versions = {}

    def start(self):
        for member in (self.config, *self.shards.values()):
            member.start()
        for name, shard in self.shards.items():
            address = f"{name}/{shard.nodes[0].address}"
            self._config("_configsvrAddShard", address, name=name)
        return self

    def stop(self):
        for member in (self.config, *self.shards.values()):
            member.stop()

    @property
    def url(self):
        """The URL of the primary shard, which has all that is not sharded."""
        return self.shards[PRIMARY_SHARD].url

    def command(self, command, target, **options):
        """Carry out an administrative command as a mongos would."""
        if command == "enableSharding":
            self._config("_configsvrCreateDatabase", target, primaryShardId=PRIMARY_SHARD)
            with self.config.nodes[0].client() as client:
                self._versions[target] = client.config.databases.find_one({"_id": target})[
                    "version"
                ]
        else:
            assert command == "shardCollection"
            database, _, collection = target.partition(".")
            with self.shards[PRIMARY_SHARD].nodes[0].client() as client:
                client[database].command(
                    "_shardsvrCreateCollection",
                    collection,
                    shardKey=options["key"],
                    databaseVersion=self._versions[database],
                    writeConcern=MAJORITY,
                )

    def sharded(self):
        """Return the keys of the sharded collections by namespace."""
        with self.config.nodes[0].client() as client:
            return {c["_id"]: c["key"] for c in client.config.collections.find()}

    def chunks(self):
        """Return how many chunks each shard has of each sharded collection."""
        with self.config.nodes[0].client() as client:
            uuids = {c["uuid"]: c["_id"] for c in client.config.collections.find()}
            counts = {}
            for chunk in client.config.chunks.find():
                key = uuids[chunk["uuid"]], chunk["shard"]
                counts[key] = counts.get(key, 0) + 1
        return counts

    def _config(self, command, target, **options):
        with self.config.nodes[0].client() as client:
            client.admin.command(command, target, writeConcern=MAJORITY, **options)
