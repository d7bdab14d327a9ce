"""The embedded store's indexes change what commands cost, and nothing else."""

import copy
import random
from datetime import datetime

import mongomock
import pytest
from pymongo import ReturnDocument

from nova_docdb.mongo.store.embedded import Store

# Compound with the id last, partial, and unique in two ways.
INDEXES = (
    ([("a", 1)], {}),
    ([("a", 1), ("b", 1), ("_id", 1)], {}),
    ([("b", 1), ("c", 1)], {"partialFilterExpression": {"b": {"$gt": 0}}}),
    ([("d", 1)], {"unique": True, "partialFilterExpression": {"d": {"$gte": ""}}}),
    ([("c", 1), ("e", 1)], {"unique": True, "name": "pair"}),
)

MOMENT = datetime.fromisoformat("2013-04-04T12:00:00.123")
NAN = float("nan")

COMMON = (None, 0, 1, 2, True, False, "x")
# Some cannot be indexed: lists, dicts, bytes, NaN.
RARE = (-1, 0.0, 1.5, NAN, "", "y", b"x", MOMENT, [], [1, "x"], {}, {"k": 1})
FIELDS = ("a", "a", "b", "b", "c", "d", "e", "_id", "e.k")
PLAIN_FIELDS = ("a", "a", "b", "c", "d", "e")
IDS = (*range(1, 13), "x", "y", True)
COMPARISONS = ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte")
OTHER_OPERATORS = (
    *({"$exists": True}, {"$exists": False}, {"$regex": "x"}, {"$not": {"$gt": 1}}, {"$size": 2}),
    # Those that mongomock refuses.
    *({"$in": 1}, {"$in": "x"}, {"$no": 1}, {"$eq": 1, "$no": 1}, {"$regex": 1}),
)


class Commands:
    """Documents and commands, drawn from a seed."""

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def value(self):
        return self.draw.choice(COMMON if self.draw.random() < 0.8 else RARE)

    def document(self):
        names = self.draw.sample("abcde", self.draw.randint(2, 5))
        return {"_id": self.draw.choice(IDS), **{name: self.value() for name in names}}

    def asked(self):
        chance = self.draw.random()
        if chance < 0.5:
            return self.value()
        if chance < 0.7:
            members = [self.value() for _ in range(self.draw.randint(0, 12))]
            return {self.draw.choice(("$in", "$in", "$nin")): members}
        if chance < 0.92:
            signs = self.draw.sample(COMPARISONS, self.draw.randint(1, 2))
            return {sign: self.value() for sign in signs}
        return self.draw.choice(OTHER_OPERATORS)

    def flat(self):
        return {self.draw.choice(FIELDS): self.asked() for _ in range(self.draw.randint(0, 3))}

    def where(self):
        chance = self.draw.random()
        if chance < 0.6:
            return self.flat()
        if chance < 0.9:
            members = [self.flat() for _ in range(self.draw.randint(0, 3))]
            sign = self.draw.choice(("$and", "$or", "$or", "$nor"))
            return {**self.flat(), sign: members, **self.flat()}
        return {**self.flat(), "$expr": {"$eq": ["$a", {"$ifNull": ["$b", 0]}]}, **self.flat()}

    def order(self):
        names = self.draw.sample(("a", "b", "c", "e"), self.draw.randint(0, 2))
        direction = self.draw.choice((1, -1))
        order = [(name, direction) for name in names] + [("_id", direction)]
        return self.draw.choice((None, order, order, order[:1], [("b", 1), ("_id", -1)]))

    def changes(self):
        names = self.draw.sample("abcde", self.draw.randint(1, 3))
        return {name: self.value() for name in names}

    def harmless_update(self):
        return self.draw.choice(
            (
                {"$set": self.changes()},
                {"$unset": self.changes()},
                [{"$set": {self.draw.choice(PLAIN_FIELDS): "$_id"}}],
            )
        )

    def update(self):
        if self.draw.random() < 0.6:
            return self.harmless_update()
        sign = self.draw.choice(("$inc", "$max", "$push", "$addToSet"))
        other = {sign: {self.draw.choice(PLAIN_FIELDS): self.value()}}
        return self.draw.choice(
            ({"$set": self.changes(), **other}, {"$set": {"a": 1, "_id": self.draw.choice(IDS)}})
        )

    def command(self):
        """Return the name of a method, its arguments and its options."""
        number = self.draw.choice(IDS)
        limit = self.draw.randint(0, 3)
        project = self.draw.choice((None, {"a": 1}, {"_id": 0}, {"b": 0}))
        searches = (
            ("find", (self.where(), project), {"sort": self.order(), "limit": limit}),
            ("find", (self.where(),), {"skip": self.draw.randint(0, 2), "sort": self.order()}),
            ("find_one", (self.where(),), {"sort": self.order()}),
            ("count_documents", (self.where(),), {}),
            ("distinct", (self.draw.choice(FIELDS), self.where()), {}),
            ("aggregate", ([{"$match": self.where()}, {"$project": {"a": 1}}],), {}),
        )
        after = self.draw.choice((ReturnDocument.BEFORE, ReturnDocument.AFTER))
        claiming = {"sort": self.order(), "return_document": after}
        writes = (
            ("insert_one", (self.document(),), {}),
            ("insert_many", ([self.document(), self.document()],), {}),
            ("update_one", (self.where(), self.update()), {}),
            ("update_many", (self.where(), self.harmless_update()), {}),
            ("update_one", ({"_id": number}, self.update()), {"upsert": True}),
            ("replace_one", (self.where(), self.changes()), {}),
            ("delete_one", (self.where(),), {}),
            ("delete_many", ({"a": self.value(), "b": self.value()},), {}),
            ("find_one_and_update", (self.where(), self.update()), claiming),
            ("create_index", ([("e", 1), ("_id", 1)],), {"name": "late"}),
            ("drop_index", (self.draw.choice(("late", "pair", "none")),), {}),
        )
        return self.draw.choice(searches if self.draw.random() < 0.7 else writes)


def outcome(collection, name, arguments, options):
    """Return the result or exception of a command, in a form in which 1 differs from True."""
    try:
        result = getattr(collection, name)(*copy.deepcopy(arguments), **copy.deepcopy(options))
        if name in {"find", "aggregate"}:
            result = list(result)
        elif name == "distinct":
            result = sorted(map(repr, result))
        elif hasattr(result, "raw_result"):
            result = {**result.raw_result, "connectionId": None}
        elif hasattr(result, "acknowledged"):
            result = vars(result)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return repr(result)


def contents(collection):
    """Return the documents with their types, in their order."""
    return repr(list(collection.find({})))


@pytest.mark.parametrize("seed", range(40))
def test_every_command_returns_what_plain_mongomock_returns(seed):
    plain = mongomock.MongoClient()["nova"]["things"]
    indexed = Store("nova").database["things"]
    for keys, options in INDEXES:
        plain.create_index(keys, **options)
        indexed.create_index(keys, **options)
    commands = Commands(seed)
    for _ in range(20):
        row = commands.document()
        assert outcome(indexed, "insert_one", (row,), {}) == outcome(
            plain, "insert_one", (row,), {}
        )
    for _ in range(100):
        step = commands.command()
        before = copy.deepcopy(plain._store._documents)
        expected = outcome(plain, *step)
        if "Error: " in expected and step[0] in {"update_one", "find_one_and_update"}:
            # mongomock leaves a partly changed document; a server leaves it unchanged.
            plain._store._documents = before
        assert outcome(indexed, *step) == expected, (seed, step)
        assert contents(indexed) == contents(plain), (seed, step)
