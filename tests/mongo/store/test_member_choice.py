"""One member answers a block, as near as the driver would choose it."""

from types import SimpleNamespace

import pytest

from nova_docdb.mongo.store.member_choice import MemberChoice, one_member


def member(number, seconds=0.001):
    return SimpleNamespace(address=("127.0.0.1", number), round_trip_time=seconds)


MEMBERS = [member(1), member(2), member(3)]


def test_outside_of_a_block_the_driver_chooses():
    assert MemberChoice()(MEMBERS) == MEMBERS


def test_one_answers_all_of_a_block():
    choose = MemberChoice()
    for _ in range(20):
        with one_member():
            (first,) = choose(MEMBERS)
            assert all(choose(MEMBERS[::-1]) == [first] for _ in range(20))


def test_blocks_are_spread():
    chosen = set()
    for _ in range(200):
        with one_member():
            (first,) = MemberChoice()(MEMBERS)
            chosen.add(first.address)
    assert len(chosen) == 3


def test_another_answers_where_the_first_cannot_be_reached():
    choose = MemberChoice()
    with one_member():
        (first,) = choose(MEMBERS)
        others = [member for member in MEMBERS if member is not first]
        (second,) = choose(others)
        assert second in others
        assert choose(others) == [second]


def test_none_is_chosen_where_none_is_suitable():
    with one_member():
        assert MemberChoice()([]) == []


@pytest.mark.parametrize(("threshold_ms", "expected"), [(15, {1, 2}), (100, {1, 2, 3}), (0, {1})])
def test_far_members_are_left_out_as_the_driver_does(threshold_ms, expected):
    members = [member(1), member(2, 0.01), member(3, 0.05)]
    chosen = set()
    for _ in range(200):
        with one_member():
            (first,) = MemberChoice(threshold_ms)(members)
            chosen.add(first.address[1])
    assert chosen == expected
