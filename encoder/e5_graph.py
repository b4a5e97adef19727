"""The encoder of E5 as an ONNX graph: weights of four bits, multiplied in eight.

Devlin et al., "BERT", NAACL 2019, for the layers; `MatMulNBits` and the fused operators are those of ONNX
Runtime (domain com.microsoft).  Activations get a scale for each block of 32, as the weights have: so a text
gives the same vector whatever is encoded beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from encoder.e5_file import BLOCK, E5File, nibbles

INPUT, OUTPUT = "embedded", "sentence"
_OURS = "com.microsoft"
_EIGHT_BITS = 4  # accuracy_level of MatMulNBits: activations in int8


def graph_of(file: E5File) -> bytes:
    """texts x tokens x hidden, embedded but not normalised -> texts x hidden, the mean over the tokens."""
    return _Builder(file).build()


class _Builder:
    def __init__(self, file: E5File) -> None:
        self._file = file
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def build(self) -> bytes:
        file = self._file
        norm = [self._numbers("emb.ln.w"), self._numbers("emb.ln.b")]
        self._node("LayerNormalization", [INPUT, *norm], ["l0.in"], "", axis=-1, epsilon=file.epsilon)
        self._constant("three", np.full(3, file.hidden, np.int64))
        for layer in range(file.layers):
            self._layer(f"l{layer}", f"l{layer}.in", f"l{layer + 1}.in")
        self._node("ReduceMean", [f"l{file.layers}.in"], [OUTPUT], "", axes=[1], keepdims=0)
        shape = ["texts", "tokens", file.hidden]
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [shape[0], shape[2]])],
            self._constants,
        )
        versions = [helper.make_opsetid("", 17), helper.make_opsetid(_OURS, 1)]
        return bytes(helper.make_model(graph, opset_imports=versions, ir_version=8).SerializeToString())

    def _layer(self, at: str, entering: str, leaving: str) -> None:
        attention = [f"{at}.query", f"{at}.key", f"{at}.value"]
        self._multiplied(f"{at}.qkv", entering, [f"{at}.q", f"{at}.k", f"{at}.v"])
        self._node("Split", [f"{at}.qkv", "three"], attention, "", axis=-1)
        self._node("MultiHeadAttention", attention, [f"{at}.context"], num_heads=self._file.heads)
        self._multiplied(f"{at}.attended", f"{at}.context", [f"{at}.ao"])
        self._added(f"{at}.middle", [entering, f"{at}.attended"], f"{at}.aln")
        self._multiplied(f"{at}.wide", f"{at}.middle", [f"{at}.fi"])
        self._node("Gelu", [f"{at}.wide"], [f"{at}.bent"])
        self._multiplied(f"{at}.narrow", f"{at}.bent", [f"{at}.fo"])
        self._added(leaving, [f"{at}.middle", f"{at}.narrow"], f"{at}.oln")

    def _added(self, leaving: str, summands: list[str], norm: str) -> None:
        """Layer norm of a sum."""
        norms = [self._numbers(f"{norm}.w"), self._numbers(f"{norm}.b")]
        self._node("SkipLayerNormalization", summands + norms, [leaving], epsilon=self._file.epsilon)

    def _multiplied(self, leaving: str, entering: str, names: list[str]) -> None:
        """entering times the matrices of these names side by side, and their biases."""
        columns = self._file.inner if names[0].endswith(".fo") else self._file.hidden
        blocks = np.concatenate([self._file.matrix(f"{name}.w", columns) for name in names])
        each = nibbles(blocks)
        packed = self._constant(f"{leaving}.weights", each[..., 0::2] | (each[..., 1::2] << 4))
        scales = self._constant(f"{leaving}.scales", blocks["scale"].astype(np.float32).reshape(-1))
        biases = np.concatenate([self._file.numbers(f"{name}.b") for name in names])
        self._node(
            "MatMulNBits",
            [entering, packed, scales, "", "", self._constant(f"{leaving}.bias", biases)],
            [leaving],
            K=columns,
            N=len(blocks),
            bits=4,
            block_size=BLOCK,
            accuracy_level=_EIGHT_BITS,
        )

    def _numbers(self, name: str) -> str:
        return self._constant(name, self._file.numbers(name))

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _node(self, kind: str, given: list[str], made: list[str], domain: str = _OURS, **more: Any) -> None:
        self._nodes.append(helper.make_node(kind, given, made, domain=domain, **more))
