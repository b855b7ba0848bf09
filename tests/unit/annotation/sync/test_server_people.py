"""Answers of one person never go under the name of another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotation.server_people import ServerPeople
from annotation.server_replies import ServerUser


def user(number, email="", **more):
    return ServerUser(id=number, email=email, **more)


def test_a_coder_is_found_by_address_by_name_and_by_the_start_of_the_address():
    people = ServerPeople(
        [
            user(1, "ann@example.org"),
            user(2, "b@example.org", first_name="Bob", last_name="Brown"),
            user(3, "c@example.org", username="carol"),
            user(4, "Dan@Example.org"),
        ],
        ["ann@example.org", "bob brown", "carol", "dan"],
    )
    assert [people.name(number) for number in (1, 2, 3, 4)] == ["ann@example.org", "bob brown", "carol", "dan"]
    assert people.is_known("dan")


def test_who_is_no_coder_goes_by_the_address():
    people = ServerPeople(
        [user(1, "ann@example.org"), user(2, "x@example.org"), user(3, username="y"), user(4)], ["ann"]
    )
    assert [people.name(number) for number in (1, 2, 3, 4, 5)] == ["ann", "x@example.org", "y", "user 4", "user 5"]
    assert people.name(None) == "nobody"
    assert not people.is_known("bob")


def test_where_two_accounts_would_do_it_is_neither():
    people = ServerPeople([user(1, "ann@one.org"), user(2, "ann@two.org")], ["ann"])
    assert [people.name(1), people.name(2)] == ["ann@one.org", "ann@two.org"]
    twins = ServerPeople([user(1, "a@one.org", username="ann"), user(2, "b@two.org", username="Ann")], ["ann"])
    assert [twins.name(1), twins.name(2)] == ["a@one.org", "b@two.org"]


def test_the_whole_address_comes_before_its_start():
    people = ServerPeople([user(1, "ann"), user(2, "ann@example.org")], ["ann"])
    assert [people.name(1), people.name(2)] == ["ann", "ann@example.org"]


NAMES = st.sampled_from(["ann", "Ann", "bob", "ann@x.org", "ann@y.org", "", " "])


@given(
    accounts=st.lists(st.tuples(NAMES, NAMES, NAMES), max_size=5),
    coders=st.lists(NAMES.filter(str.strip), unique=True, max_size=4),
)
def test_no_two_accounts_are_one_coder(accounts, coders):
    users = [
        user(number, email, username=username, first_name=first)
        for number, (email, username, first) in enumerate(accounts, start=1)
    ]
    people = ServerPeople(users, coders)
    named = [people.name(one.id) for one in users]
    assert all(named.count(coder) <= 1 for coder in coders)
    assert all(name.strip() for name in named)
