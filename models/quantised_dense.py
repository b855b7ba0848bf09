"""The matrix product of a graph, in 32-bit floating point or in 8-bit integers."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from models.graph_nodes import CONTRIB, GraphNodes

# The range of an 8-bit value around its zero point. Symmetric, so that a weight of zero stays zero.
_STEPS = 127
_ZERO_POINT = 128
_LEAST = 1e-12  # a row of noughts must not be divided by nought


class Precision(StrEnum):
    """How the matrix products of an encoder are computed."""

    FP32 = "fp32"
    INT8 = "int8"


def quantised(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return 8-bit weights and the scale of each output, so that ``weight ~ whole * scale``.

    Parameters
    ----------
    weight : array, shape (inputs, outputs)

    Returns
    -------
    whole : array of int8, shape (inputs, outputs)
    scale : array of float32, shape (outputs,)
    """
    scale = np.maximum(np.abs(weight).max(axis=0) / _STEPS, _LEAST).astype(np.float32)
    return np.clip(np.rint(weight / scale), -_STEPS, _STEPS).astype(np.int8), scale


def product(
    nodes: GraphNodes, rows: str, weight: NDArray[np.float32], precision: Precision, *, floor: float | None = None
) -> str:
    """Add ``rows @ weight``, without a bias.

    In 8 bits every row, that is every token, is scaled by its own largest value: what comes out for a text then does
    not depend on the texts beside it, which one scale for the whole batch would make it do.

    Parameters
    ----------
    nodes : GraphNodes
        The graph.
    rows : str
        A value of shape (tokens, inputs).
    weight : array, shape (inputs, outputs)
    precision : Precision
    floor : float, optional
        A number such that no value of ``rows`` is less than minus it, where one is known: spares looking for it.
    """
    if precision is Precision.FP32:
        return nodes.node("MatMul", rows, nodes.constant(weight))
    whole, scale = quantised(weight)
    last_axis = nodes.constant([1])
    largest = nodes.node("ReduceMax", rows, last_axis, keepdims=1)
    if floor is None:
        lowest = nodes.node("Neg", nodes.node("ReduceMin", rows, last_axis, keepdims=1))
    else:
        lowest = nodes.constant(np.float32(floor))
    reach = nodes.node("Max", largest, lowest, nodes.constant(np.float32(_LEAST)))
    step = nodes.node("Mul", reach, nodes.constant(np.float32(1 / _STEPS)))
    steps = nodes.node("Squeeze", step, last_axis)
    zero_point = nodes.constant(np.uint8(_ZERO_POINT))
    zero_points = nodes.node("Expand", zero_point, nodes.node("Shape", steps))
    # Unsigned on purpose: onnxruntime's fast kernels multiply unsigned rows by signed weights.
    small = nodes.node("QuantizeLinear", rows, steps, zero_points, axis=0)
    one = nodes.constant(np.float32(1))
    inputs = (small, nodes.constant(whole), one, nodes.constant(scale), zero_point)
    return nodes.node("Mul", nodes.node("MatMulIntegerToFloat", *inputs, domain=CONTRIB), step)
