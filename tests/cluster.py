"""A cluster of real mongods without its router: no package that the tests install brings a mongos.

A config server and two shards, each a replica set of one. ``command`` runs enableSharding and
shardCollection like a mongos: it forwards them to the config server and to the database's primary
shard, so the servers check keys, indexes and unique keys. Reads and writes are not routed.
"""

import contextlib

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
        self.database = ""

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

    def new_database(self):
        """Create a database and set ``database`` to its name."""
        self.database = f"nova{len(self._versions)}"
        self.command("enableSharding", self.database)

    @property
    def url(self):
        """The URL of the database on its primary shard, which has the unsharded collections."""
        return self.shards[PRIMARY_SHARD].url.replace("/?", f"/{self.database}?")

    @property
    def catalogue_url(self):
        """The URL of the config database, which a mongos presents as its own."""
        return self.config.url.replace("/?", f"/{self.database}?")

    def command(self, command, target, **options):
        """Run an administrative command as a mongos does."""
        if command == "enableSharding":
            self._config("_configsvrCreateDatabase", target, primaryShardId=PRIMARY_SHARD)
            with self._catalogue() as catalogue:
                self._versions[target] = catalogue.databases.find_one({"_id": target})["version"]
            return
        assert command == "shardCollection"
        database, _, collection = target.partition(".")
        with self.on(PRIMARY_SHARD, collection) as sharded:
            sharded.database.command(
                "_shardsvrCreateCollection",
                collection,
                shardKey=options["key"],
                databaseVersion=self._versions[database],
                writeConcern=MAJORITY,
            )

    def move(self, collection, shard):
        """Move the first chunk of a collection to a shard, as the balancer does."""
        with self._catalogue() as catalogue:
            entry = catalogue.collections.find_one({"_id": f"{self.database}.{collection}"})
            chunk = catalogue.chunks.find_one({"uuid": entry["uuid"]}, sort=[("min", 1)])
        self._config(
            "_configsvrMoveRange",
            entry["_id"],
            toShard=shard,
            min=chunk["min"],
            epoch=entry["lastmodEpoch"],
            collectionTimestamp=entry["timestamp"],
            waitForDelete=True,
        )

    def sharded(self):
        """Return the keys of the sharded collections by name."""
        with self._catalogue() as catalogue:
            keys = {entry["_id"]: entry["key"] for entry in catalogue.collections.find()}
        start = f"{self.database}."
        return {name.removeprefix(start): keys[name] for name in keys if name.startswith(start)}

    def shards_with(self, collection):
        """Return the names of the shards that have chunks of a collection."""
        with self._catalogue() as catalogue:
            entry = catalogue.collections.find_one({"_id": f"{self.database}.{collection}"})
            return set(catalogue.chunks.distinct("shard", {"uuid": entry["uuid"]}))

    @contextlib.contextmanager
    def on(self, shard, collection):
        """Return a collection on one shard."""
        with self.shards[shard].nodes[0].client() as client:
            yield client[self.database][collection]

    @contextlib.contextmanager
    def _catalogue(self):
        with self.config.nodes[0].client() as client:
            yield client.config

    def _config(self, command, target, **options):
        with self.config.nodes[0].client() as client:
            client.admin.command(command, target, writeConcern=MAJORITY, **options)
