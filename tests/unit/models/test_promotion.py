"""Promotion: only what is not worse comes into use, and whatever else is moved by force and told."""

from __future__ import annotations

import pytest

from careatlas.errors import InputError, StageError, UsageError
from models.cluster_bootstrap import Difference, Interval
from models.comparison import Comparison, MeasureDifference
from models.model_seal import seal
from models.promotion import MARGIN, judged, promoted
from models.registry import ModelRegistry


def comparison(low, high=0.1, value=0.0):
    interval = Interval(value=value, low=low, high=high, level=0.95, n=50, clusters=9, resamples=1, undefined=0)
    primary = MeasureDifference(
        name="micro_average_precision",
        first=0.5,
        second=0.5,
        difference=Difference(interval=interval, share_better=0.5),
    )
    return Comparison(
        first="old", second="new", basis="labels", passages=50, documents=9, codes=("beds",),
        measures={"micro_average_precision": primary},
    )  # fmt: skip


@pytest.fixture
def registry(tmp_path):
    return ModelRegistry(tmp_path / "models", shipped=tmp_path / "shipped")


@pytest.fixture
def added(registry, made_model):
    def add(**facts):
        with registry.draft() as draft:
            return registry.add(made_model(draft, **facts))

    return add


def never(*_):
    raise AssertionError("there was nothing to compare with")


@pytest.fixture
def promote(registry, tiny_book):
    """Return the promotion of an entry: ``promote(entry, low=0.0, ...)`` with the low end of the difference."""

    def run(entry, low=0.0, compare=None, version="1.0.0", alias="production", **facts):
        found = compare or (lambda *_: comparison(low))
        return promoted(registry, entry, alias, tiny_book(version), found, by="Ann", **facts)

    return run


@pytest.mark.parametrize(
    ("low", "allowed"), [(0.01, True), (0.0, True), (-MARGIN + 1e-9, True), (-MARGIN, False), (-0.5, False)]
)
def test_not_worse_means_not_worse_by_more_than_the_margin(low, allowed):
    found, reason = judged(comparison(low))
    assert found is allowed
    assert ("not worse than old" in reason) is allowed
    assert "on 50 passages from 9 areas or documents" in reason


def test_without_an_interval_nothing_can_be_told():
    allowed, reason = judged(comparison(None, None))
    assert not allowed
    assert reason.startswith("it cannot be told on 50 passages")


def test_the_first_model_has_nothing_to_be_compared_with(promote, registry, added):
    found = promote(added(), compare=never)
    assert found.as_dict()["promoted"]
    assert registry.find("production").model_id == found.model_id
    assert registry.aliases.current()["production"].by == "Ann"


def test_an_equal_one_follows_and_a_worse_one_does_not(promote, registry, added):
    first, second, third = added(noise=1.0), added(noise=2.0), added(noise=3.0)
    promote(first, compare=never)
    assert promote(second, low=0.0).allowed
    refused = promote(third, low=-0.1)
    assert not refused.as_dict()["promoted"]
    assert refused.instead_of == second.model_id
    assert registry.find("production").model_id == second.model_id
    assert len([row for row in registry.aliases.history() if row["event"] == "promoted"]) == 2


def test_the_comparison_is_of_the_present_model_with_the_candidate(promote, added):
    first, second = added(noise=1.0), added(noise=2.0)
    promote(first, compare=never)
    asked = []

    def compare(present, candidate):
        asked.append((present.model_id, candidate.model_id))
        return comparison(0.0)

    promote(second, compare=compare)
    assert asked == [(first.model_id, second.model_id)]


def test_force_needs_a_reason_and_leaves_a_trace(promote, registry, added):
    first, second = added(noise=1.0), added(noise=2.0)
    promote(first, compare=never)
    for why in ("", "  "):
        with pytest.raises(UsageError, match="needs a reason"):
            promote(second, low=-0.1, force=True, why=why)
    assert registry.find("production").model_id == first.model_id
    found = promote(second, low=-0.1, force=True, why="it is faster")
    assert (found.allowed, found.forced) == (False, True)
    assert registry.find("production").model_id == second.model_id
    told = registry.aliases.history()[-1]
    assert (told["why"], told["forced"]) == ("it is faster", True)
    assert told["reason"].startswith("not shown to be as good")


def test_force_that_was_not_needed_is_not_called_so(promote, registry, added):
    found = promote(added(), force=True, why="to be sure")
    assert not found.forced
    assert registry.aliases.history()[-1]["forced"] is False


def test_a_model_for_another_version_is_refused_even_by_force(promote, registry, added):
    entry = added()
    for force in (False, True):
        with pytest.raises(UsageError, match=r"another codebook than tiny 2\.0\.0") as caught:
            promote(entry, compare=never, version="2.0.0", force=force, why="please")
        assert caught.value.exit_code == 2
    assert registry.aliases.current() == {}


def test_a_present_model_for_another_version_stands_in_nobodys_way(promote, registry, added):
    promote(added(version="1.0.0"), compare=never)
    entry = added(version="2.0.0", noise=2.0)
    found = promote(entry, compare=never, version="2.0.0")
    assert found.allowed
    assert "is for tiny 1.0.0, and can score nothing here" in found.reason


def test_a_damaged_candidate_is_refused(promote, registry, added):
    entry = added()
    (entry.folder / "README.md").chmod(0o644)
    (entry.folder / "README.md").write_text("Perfect.")
    with pytest.raises(InputError, match="changed"):
        promote(entry, force=True, why="please")
    assert registry.aliases.current() == {}


@pytest.mark.parametrize("damage", ["remove", "change"])
def test_where_the_present_model_cannot_be_opened_only_force_helps(promote, registry, added, damage):
    first, second = added(noise=1.0), added(noise=2.0)
    promote(first, compare=never)
    path = first.folder / "model.json"
    if damage == "remove":
        path.unlink()
    else:
        path.chmod(0o644)
        path.write_text("{}")
    assert "cannot be opened" in promote(second, compare=never).reason
    assert promote(second, compare=never, force=True, why="the old one is broken").forced
    assert registry.find("production").model_id == second.model_id


def test_where_nothing_can_be_compared_it_is_refused_with_the_way_out(promote, added):
    promote(added(noise=1.0), compare=never)

    def nothing(*_):
        raise UsageError("tested on no passage in common", mend="compare them on a file of labels: --labels FILE")

    found = promote(added(noise=2.0), compare=nothing)
    assert not found.allowed
    assert "--labels FILE" in found.reason


def test_the_model_in_use_is_not_promoted_again(promote, registry, added):
    entry = added()
    promote(entry, compare=never)
    before = registry.aliases.history()
    assert promote(entry, compare=never).as_dict()["promoted"]
    assert registry.aliases.history() == before


def test_while_nothing_is_called_production_the_shipped_model_is_in_use(promote, registry, added, made_model, tmp_path):
    folder = made_model(tmp_path / "shipped" / "tiny", synthetic=True, noise=9.0)
    seal(folder)
    entry = added()
    refused = promote(entry, low=-0.1)
    assert not refused.allowed
    assert refused.instead_of == ""
    assert promote(entry, low=-0.1, alias="candidate").allowed  # another name has no model yet
    assert promote(entry, low=0.0).allowed
    assert registry.find("production").model_id == entry.model_id


def test_a_shipped_model_without_a_seal_is_no_rival(promote, added, made_model, tmp_path):
    made_model(tmp_path / "shipped" / "tiny", synthetic=True, noise=9.0)
    assert promote(added(), compare=never).allowed


def test_whoever_comes_second_is_told(promote, registry, added):
    first, second, third = added(noise=1.0), added(noise=2.0), added(noise=3.0)
    promote(first, compare=never)

    def slow(*_):
        promote(second, low=0.0)  # somebody else is quicker
        return comparison(0.0)

    with pytest.raises(StageError, match=f"moved to {second.model_id} meanwhile"):
        promote(third, compare=slow)
    assert registry.find("production").model_id == second.model_id


def test_a_name_that_cannot_be_is_refused_before_anything_is_compared(promote, added):
    with pytest.raises(UsageError, match="cannot be an alias"):
        promote(added(), compare=never, alias="../production")
