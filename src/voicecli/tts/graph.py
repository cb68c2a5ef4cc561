"""Cut a voice's ONNX graph in parts: phonemes -> frames, frames -> samples.

All but the first part see only a little to either side of a frame, and so can be run on a few
frames at a time: see piper_chunks.py. A graph is bytes here, in and out; the package `onnx` (18 MB)
is not needed for sorting its nodes into heaps.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from voicecli.tts import protobuf
from voicecli.tts.protobuf import Buffer

# Numbers of the fields in onnx.proto.
_MODEL_GRAPH, _MODEL_METADATA = 7, 14
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_INITIALIZER = 1, 2, 5
_GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_VALUE = 11, 12, 13
_NODE_INPUT, _NODE_OUTPUT, _NODE_OP_TYPE, _NODE_ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS = 6, 11
_TENSOR_NAME, _TENSOR_EXTERNAL = 8, 13
_VALUE_NAME, _VALUE_TYPE = 1, 2
_TYPE_TENSOR, _TENSOR_ELEMENT = 1, 1
_FLOAT = 1

DECODER_INPUT_KEY = "decoder_input"
"""In a model's metadata: the tensor to cut at, (1, channels, frames) of float32."""

_RANDOM = frozenset(
    ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial"]
    + ["Bernoulli"]
)


@dataclass(frozen=True, slots=True)
class _Node:
    content: memoryview
    op_type: str
    inputs: tuple[str, ...]
    """With those of graphs within it (the branches of an `If`), which see all of this graph."""
    outputs: tuple[str, ...]

    @classmethod
    def of(cls, content: memoryview) -> _Node:
        op_type, inputs, outputs = "", [], []
        for number, value in protobuf.fields(content):
            if number == _NODE_INPUT:
                inputs.append(str(value, "utf-8"))
            elif number == _NODE_OUTPUT:
                outputs.append(str(value, "utf-8"))
            elif number == _NODE_OP_TYPE:
                op_type = str(value, "utf-8")
            elif number == _NODE_ATTRIBUTE:
                for kind, graph in protobuf.fields(value):
                    if kind in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                        inputs += _seen_from(graph)
        return cls(content, op_type, tuple(inputs), tuple(outputs))


def _seen_from(graph: memoryview) -> Iterator[str]:
    """Every name used in a graph within a node: its own tensors' names mean nothing outside."""
    for number, content in protobuf.fields(graph):
        if number == _GRAPH_NODE:
            yield from _Node.of(content).inputs
        elif number == _GRAPH_OUTPUT:
            yield protobuf.text(content, _VALUE_NAME)


def split(model: bytes) -> tuple[bytes, ...] | None:
    """The parts of a voice, to be run one after the other; None where it can't be cut.

    The first part has the model's inputs. Each later part turns frames into frames or, the last
    one, into samples: its first input is what the part before it puts out, of shape (1, channels,
    frames). Its other inputs are outputs of the first part, by name, which has those of the model
    (but for the samples), too.

    Where to cut is told by the model's metadata (`decoder_input`). Else a model is taken for VITS:
    it is cut before its first transposed convolution, where HiFi-GAN begins to turn frames into
    samples (what a speaker's embedding adds was added before), and before the flow, which begins
    where the last noise was added.
    """
    graph = _Graph.of(model)
    if not graph.outputs or graph.outside:
        return None
    told = _told_cut(model)
    cuts = [told] if told else _cuts_of_vits(graph)
    samples = graph.outputs[0]
    parts, crossing = [], {}
    for frames, output in itertools.pairwise([*cuts, samples]):
        nodes = graph.after(frames, output)
        others = graph.computed_for(nodes, besides=frames)
        if not nodes or _draws(nodes):
            return None
        crossing.update(dict.fromkeys(others))
        inputs = {name: _float_tensor(name) for name in (frames, *others)}
        parts.append(graph.part(model, [*graph.constants(nodes), *nodes], inputs, [output]))
    if not parts:
        return None
    outputs = list(dict.fromkeys([cuts[0], *crossing, *graph.outputs[1:]]))
    first = graph.part(model, graph.towards(outputs), graph.inputs, outputs)
    return (first, *parts)


def _told_cut(model: bytes) -> str | None:
    for number, entry in protobuf.fields(model):
        if number == _MODEL_METADATA and protobuf.text(entry, _ENTRY_KEY) == DECODER_INPUT_KEY:
            return protobuf.text(entry, _ENTRY_VALUE)
    return None


def _cuts_of_vits(graph: _Graph) -> list[str]:
    """The flow's input, if there is a flow, and the decoder's."""
    upsampling = [node for node in graph.nodes if node.op_type == "ConvTranspose"]
    if len(upsampling) < 2:
        return []  # it is no HiFi-GAN: those double or more, several times
    decoder_input = upsampling[0].inputs[0]
    noise = [node for node in graph.towards([decoder_input]) if node.op_type in _RANDOM]
    if not noise:
        return [decoder_input]
    frames = noise[-1].outputs[0]
    while len(users := graph.users(frames)) == 1 and users[0].op_type in ("Mul", "Add"):
        frames = users[0].outputs[0]
    return [frames, decoder_input]


def _draws(nodes: Sequence[_Node]) -> bool:
    """What draws random numbers gives other ones when it is run piece by piece."""
    return any(node.op_type in _RANDOM for node in nodes)


@dataclass(frozen=True)
class _Graph:
    nodes: Sequence[_Node]
    """In an order in which they can be run."""
    initializers: Mapping[str, memoryview]
    inputs: Mapping[str, Buffer]
    outputs: Sequence[str]
    values: Mapping[str, memoryview]
    """What is known of the type of tensors; outputs, too."""
    outside: bool
    """Some weights are in other files."""

    @classmethod
    def of(cls, model: bytes) -> _Graph:
        nodes, initializers, inputs, outputs, values, outside = [], {}, {}, [], {}, False
        # Of several graphs all fields count: so an output may have been appended.
        graphs = [graph for number, graph in protobuf.fields(model) if number == _MODEL_GRAPH]
        for number, content in itertools.chain.from_iterable(map(protobuf.fields, graphs)):
            if number == _GRAPH_NODE:
                nodes.append(_Node.of(content))
            elif number == _GRAPH_INITIALIZER:
                initializers[protobuf.text(content, _TENSOR_NAME)] = content
                outside = outside or len(protobuf.last(content, _TENSOR_EXTERNAL)) > 0
            elif number == _GRAPH_INPUT:
                inputs[protobuf.text(content, _VALUE_NAME)] = content
            elif number in (_GRAPH_OUTPUT, _GRAPH_VALUE):
                name = protobuf.text(content, _VALUE_NAME)
                values[name] = content
                if number == _GRAPH_OUTPUT:
                    outputs.append(name)
        fed = {name: value for name, value in inputs.items() if name not in initializers}
        return cls(nodes, initializers, fed, outputs, values, outside)

    def towards(self, outputs: Iterable[str]) -> list[_Node]:
        """The nodes that `outputs` need."""
        wanted, needed = set(outputs), []
        for node in reversed(self.nodes):
            if wanted.intersection(node.outputs):
                needed.append(node)
                wanted.update(node.inputs)
        return needed[::-1]

    def after(self, tensor: str, output: str) -> list[_Node]:
        """The nodes that `output` needs and that need `tensor`."""
        reached, found = {tensor}, []
        for node in self.towards([output]):
            if reached.intersection(node.inputs):
                reached.update(node.outputs)
                found.append(node)
        return found

    def users(self, tensor: str) -> list[_Node]:
        return [node for node in self.nodes if tensor in node.inputs]

    def computed_for(self, nodes: Sequence[_Node], besides: str) -> list[str]:
        """The other inputs of some nodes: what is made outside, and is no constant."""
        own = {name for node in nodes for name in node.outputs} | {besides}
        outside = dict.fromkeys(name for node in nodes for name in node.inputs if name not in own)
        return [name for name in outside if name in self._varying]

    def constants(self, nodes: Sequence[_Node]) -> list[_Node]:
        """The nodes that give these ones what is the same in every run."""
        used = {name for node in nodes for name in node.inputs} - self._varying
        return self.towards(used)

    @cached_property
    def _varying(self) -> Set[str]:
        """The tensors that depend on the inputs or on chance."""
        varying = set(self.inputs)
        for node in self.nodes:
            if varying.intersection(node.inputs) or node.op_type in _RANDOM:
                varying.update(node.outputs)
        return varying

    def part(
        self,
        model: bytes,
        nodes: Sequence[_Node],
        inputs: Mapping[str, Buffer],
        outputs: Sequence[str],
    ) -> bytes:
        """The model with these nodes alone, and the weights that they need."""
        used = {name for node in nodes for name in node.inputs}
        tensors = [value for name, value in self.initializers.items() if name in used]
        results = [
            self.values.get(name) or protobuf.field(_VALUE_NAME, name.encode()) for name in outputs
        ]
        graph = b"".join(
            [
                *(protobuf.field(_GRAPH_NODE, node.content) for node in nodes),
                protobuf.field(_GRAPH_NAME, b"part"),
                *(protobuf.field(_GRAPH_INITIALIZER, tensor) for tensor in tensors),
                *(protobuf.field(_GRAPH_INPUT, value) for value in inputs.values()),
                *(protobuf.field(_GRAPH_OUTPUT, value) for value in results),
            ]
        )
        rest = [whole for n, whole, _ in protobuf.records(model) if n != _MODEL_GRAPH]
        return b"".join([*rest, protobuf.field(_MODEL_GRAPH, graph)])


def _float_tensor(name: str) -> bytes:
    """An input of any shape."""
    tensor = protobuf.integer(_TENSOR_ELEMENT, _FLOAT)
    kind = protobuf.field(_TYPE_TENSOR, tensor)
    return protobuf.field(_VALUE_NAME, name.encode()) + protobuf.field(_VALUE_TYPE, kind)
