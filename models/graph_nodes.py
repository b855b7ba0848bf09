"""An ONNX graph under construction: nodes and constants, each result named by us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Operator sets that onnxruntime 1.22 and later know, and the domain of its own operators.
OPSET, IR_VERSION = 21, 10
CONTRIB = "com.microsoft"


class GraphNodes:
    """Collects nodes and constants; every method returns the name of the value that it made."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, values: NDArray[Any] | np.generic | Sequence[int]) -> str:
        """Add a constant; a sequence of whole numbers becomes 64-bit integers, as shapes and axes must be."""
        from onnx import numpy_helper

        array = np.asarray(values, dtype=None if isinstance(values, np.ndarray | np.generic) else np.int64)
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name))
        return name

    def node(self, kind: str, *inputs: str, name: str = "", domain: str = "", **attributes: Any) -> str:
        """Add a node with one output; an empty input is one that is left out."""
        return self._add(kind, inputs, [name or f"n{len(self._nodes)}"], domain, attributes)[0]

    def split(self, value: str, parts: int) -> list[str]:
        """Cut a value into equal parts along its last axis."""
        outputs = [f"n{len(self._nodes)}_{part}" for part in range(parts)]
        return self._add("Split", (value,), outputs, "", {"axis": -1, "num_outputs": parts})

    def model(self, inputs: dict[str, tuple[int, tuple[str, ...]]], outputs: dict[str, tuple[str | int, ...]]) -> bytes:
        """Return the graph as the bytes of an ONNX model.

        Parameters
        ----------
        inputs : dict
            Name to element type (of ``onnx.TensorProto``) and the names of the axes.
        outputs : dict
            Name to axes, all of them 32-bit floating point.
        """
        from onnx import TensorProto, helper

        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(name, kind, axes) for name, (kind, axes) in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, axes) for name, axes in outputs.items()],
            self._constants,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION).SerializeToString())

    def _add(
        self, kind: str, inputs: Sequence[str], outputs: list[str], domain: str, attributes: dict[str, Any]
    ) -> list[str]:
        from onnx import helper

        self._nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs
