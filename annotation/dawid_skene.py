"""What passages are and how often each coder is wrong, estimated together: the model of Dawid and Skene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import UsageError

Counts = NDArray[np.integer]
Floats = NDArray[np.float64]

MINIMUM_CODERS = 3
MINIMUM_PASSAGES = 30  # of each coder, that another coder read too: an error rate from fewer is a guess
_FLOOR = 1e-12  # stands for a probability of 0, of which there is no logarithm


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DawidSkene:
    """A fitted model of Dawid and Skene.

    Attributes
    ----------
    posterior : array of float, shape (items, classes)
        The probability that an item is of a class, given what every coder said of it.
    prevalence : array of float, shape (classes,)
        The estimated share of each class.
    confusion : array of float, shape (coders, classes, classes)
        Entry ``[c, k, l]``: the estimated chance that coder c says l of an item of class k. NaN where nothing is known:
        the coder read no item that may be of that class.
    log_likelihood : float
        Of the answers under these estimates.
    iterations : int
    converged : bool
        Whether the last step moved no probability by more than the tolerance.
    """

    posterior: Floats
    prevalence: Floats
    confusion: Floats
    log_likelihood: float
    iterations: int
    converged: bool


def too_little(counts: Counts) -> str:
    """Say why a model of these coders would say nothing, or return an empty text.

    Parameters
    ----------
    counts : array of int, shape (items, coders, classes)
        How often a coder gave an item a class; all zero where the coder did not read it.
    """
    gave = counts.sum(axis=2) > 0
    shared = gave[gave.sum(axis=1) > 1]
    able = int((shared.sum(axis=0) >= MINIMUM_PASSAGES).sum())
    if able >= MINIMUM_CODERS:
        return ""
    return (
        f"it needs {MINIMUM_CODERS} coders with at least {MINIMUM_PASSAGES} passages each that another coder read too;"
        f" there are {able}"
    )


def dawid_skene(counts: Counts, *, tolerance: float = 1e-6, most_iterations: int = 5_000) -> DawidSkene:
    """Estimate what the items are and how often each coder is wrong, together, by maximum likelihood.

    Each coder is taken to err independently of the others, at rates that depend on the true class alone. EM starts from
    the shares of the coders' answers, as the authors do.

    Parameters
    ----------
    counts : array of int, shape (items, coders, classes)
        How often a coder gave an item a class; all zero where the coder did not read it.
    tolerance : float
        A step that moves no probability of an item by more than this is the last.
    most_iterations : int
        After which it ends anyway; ``converged`` is then false.

    Raises
    ------
    UsageError
        If there are fewer than three coders, or an item that nobody read: see Notes.

    Notes
    -----
    With two coders the likelihood cannot tell who is right where they differ, so that a proposal would be the starting
    point in disguise. The likelihood is also the same after any renaming of the classes. The start, in which a class
    bears the name that most coders give it, makes EM end at the right names; where it does not, the classes are renamed
    so that the coders agree with the names as far as they can.

    References
    ----------
    Dawid, A. P. and Skene, A. M. (1979), Maximum likelihood estimation of observer error-rates using the EM algorithm,
    Journal of the Royal Statistical Society C 28(1), 20-28, doi:10.2307/2346806.
    """
    every = np.asarray(counts, dtype=np.float64)
    _check(every)
    # Items of which everybody said the same are of the same class alike: three coders of a code give 26 patterns at
    # most, however many items there are.
    patterns, place, weight = np.unique(every.reshape(len(every), -1), axis=0, return_inverse=True, return_counts=True)
    given = patterns.reshape(-1, *every.shape[1:])
    votes = given.sum(axis=1)
    posterior = votes / votes.sum(axis=1, keepdims=True)
    likelihoods: Floats = np.zeros(len(given))
    iterations, converged = 0, False
    while not converged and iterations < most_iterations:
        before = posterior
        prevalence, confusion = _rates(given, posterior * weight[:, None])
        posterior, likelihoods = _classes(given, prevalence, confusion)
        iterations += 1
        converged = bool(np.abs(posterior - before).max() <= tolerance)
    prevalence, confusion = _rates(given, posterior * weight[:, None])
    order = _names(confusion)
    return DawidSkene(
        posterior=posterior[place.ravel()][:, order],
        prevalence=prevalence[order],
        confusion=confusion[:, order],
        log_likelihood=float(likelihoods @ weight),
        iterations=iterations,
        converged=converged,
    )


def _check(given: Floats) -> None:
    if given.shape[1] < MINIMUM_CODERS:
        raise UsageError(
            f"Dawid and Skene's model needs {MINIMUM_CODERS} coders, there are {given.shape[1]}",
            mend="with two coders, adjudicate where they differ",
        )
    if not given.shape[0] or (given.sum(axis=(1, 2)) == 0).any():
        raise UsageError(
            "Dawid and Skene's model needs items, each read by a coder at least", mend="leave the rest out"
        )


def _rates(given: Floats, classes: Floats) -> tuple[Floats, Floats]:
    """Return the prevalence and every coder's confusion, given what the items are: equations 2.3 and 2.4.

    Parameters
    ----------
    given : array, shape (patterns, coders, classes)
    classes : array, shape (patterns, classes)
        How many items of each pattern are of each class.
    """
    said = np.einsum("ik,icl->ckl", classes, given)
    total = said.sum(axis=2, keepdims=True)
    confusion = np.divide(said, total, out=np.full_like(said, np.nan), where=total > 0)
    return classes.sum(axis=0) / classes.sum(), confusion


def _classes(given: Floats, prevalence: Floats, confusion: Floats) -> tuple[Floats, Floats]:
    """Return what items of each pattern are, given the rates, and their log-likelihoods: equations 2.5 and 2.7."""
    chances = np.log(np.maximum(np.nan_to_num(confusion, nan=0.0), _FLOOR))
    joint = np.log(np.maximum(prevalence, _FLOOR)) + np.einsum("icl,ckl->ik", given, chances)
    highest = joint.max(axis=1, keepdims=True)
    scaled = np.exp(joint - highest)
    total = scaled.sum(axis=1, keepdims=True)
    return scaled / total, (highest + np.log(total)).ravel()


def _names(confusion: Floats) -> NDArray[np.intp]:
    """Return the order of the classes in which coders most often call a class by its name."""
    from scipy.optimize import linear_sum_assignment

    called = np.nan_to_num(confusion, nan=0.0).sum(axis=0)  # class by name
    classes, names = linear_sum_assignment(called, maximize=True)
    return np.asarray(classes[np.argsort(names)], dtype=np.intp)
