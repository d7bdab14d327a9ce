"""One member answers a block, chosen as by the driver."""

from types import SimpleNamespace

import pytest

from nova_docdb.mongo.store.member_choice import MemberChoice, one_member


def member(number, seconds=0.001):
    return SimpleNamespace(address=("127.0.0.1", number), round_trip_time=seconds)


MEMBERS = [member(1), member(2), member(3)]


def test_outside_of_a_block_the_driver_chooses():
    assert MemberChoice()(MEMBERS) == MEMBERS


def test_one_member_answers_all_commands_of_a_block():
    choose = MemberChoice()
    for _ in range(20):
        with one_member():
            (first,) = choose(MEMBERS)
            assert all(choose(MEMBERS[::-1]) == [first] for _ in range(20))


def test_blocks_are_spread_over_the_members():
    chosen = set()
    for _ in range(200):
        with one_member():
            (first,) = MemberChoice()(MEMBERS)
            chosen.add(first.address)
    assert len(chosen) == 3


def test_another_member_answers_if_the_first_is_unreachable():
    choose = MemberChoice()
    with one_member():
        (first,) = choose(MEMBERS)
        others = [member for member in MEMBERS if member is not first]
        (second,) = choose(others)
        assert second in others
        assert choose(others) == [second]


def test_no_member_is_chosen_if_none_is_suitable():
    with one_member():
        assert MemberChoice()([]) == []


@pytest.mark.parametrize(("threshold_ms", "expected"), [(15, {1, 2}), (100, {1, 2, 3}), (0, {1})])
def test_distant_members_are_excluded_as_by_the_driver(threshold_ms, expected):
    members = [member(1), member(2, 0.01), member(3, 0.05)]
    chosen = set()
    for _ in range(200):
        with one_member():
            (first,) = MemberChoice(threshold_ms)(members)
            chosen.add(first.address[1])
    assert chosen == expected
