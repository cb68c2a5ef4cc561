"""Cut a voice's ONNX graph in parts: phonemes -> frames, frames -> samples.

All but the first part see only a little to either side of a frame, and so can be run on a few
frames at a time: see parts.py. A graph is bytes here, in and out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voicecli.tts.alignment import durations_of
from voicecli.tts.onnx_messages import Model, ValueInfo, parsed

FLOAT = 1
"""TensorProto.DataType.FLOAT."""

DECODER_INPUT_KEY = "decoder_input"
"""In a model's metadata: the tensor to cut at, (1, channels, frames) of float32."""

_RANDOM = frozenset(
    ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial"]
    + ["Bernoulli"]
)


@dataclass(frozen=True, slots=True)
class _Node:
    message: Any
    op_type: str
    inputs: tuple[str, ...]
    """With those of graphs within it (the branches of an `If`), which see all of this graph."""
    outputs: tuple[str, ...]

    @classmethod
    def of(cls, message: Any) -> _Node:
        within = (graph for it in message.attribute for graph in (it.g, *it.graphs))
        seen = (name for graph in within for name in _seen_from(graph))
        return cls(message, message.op_type, (*message.input, *seen), tuple(message.output))


def _seen_from(graph: Any) -> Iterator[str]:
    """Every name used in a graph within a node: its own tensors' names mean nothing outside."""
    for node in graph.node:
        yield from _Node.of(node).inputs
    yield from (output.name for output in graph.output)


def split(model: bytes) -> tuple[bytes, ...] | None:
    """The parts of a voice, to be run one after the other; None where it can't be cut.

    The first part has the model's inputs. Each later part turns frames into frames or, the last
    one, into samples: its first input is what the part before it puts out, of shape (1, channels,
    frames). Its other inputs are outputs of the first part, by name, which has those of the model
    (but for the samples), too, and the phonemes' durations (see `durations_of`).

    Where to cut is told by the model's metadata (`decoder_input`). Else a model is taken for VITS:
    it is cut before its first transposed convolution, where HiFi-GAN begins to turn frames into
    samples (what a speaker's embedding adds was added before), and before the flow, which begins
    where the last noise was added.
    """
    about = parsed(model)
    whole = about.graph
    about.ClearField("graph")  # all that is no graph, whether its fields are known here or not
    whole.output.extend(durations_of(whole))
    graph = _Graph.of(whole)
    if not graph.outputs or graph.outside:
        return None
    told = _told_cut(about)
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
        parts.append(graph.part(about, [*graph.constants(nodes), *nodes], inputs, [output]))
    if not parts:
        return None
    outputs = list(dict.fromkeys([cuts[0], *crossing, *graph.outputs[1:]]))
    first = graph.part(about, graph.towards(outputs), graph.inputs, outputs)
    return (first, *parts)


def _told_cut(model: Any) -> str | None:
    told = (entry.value for entry in model.metadata_props if entry.key == DECODER_INPUT_KEY)
    return next(told, None)


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
    initializers: Mapping[str, Any]
    inputs: Mapping[str, Any]
    outputs: Sequence[str]
    values: Mapping[str, Any]
    """What is known of the type of tensors; outputs, too."""
    outside: bool
    """Some weights are in other files."""

    @classmethod
    def of(cls, graph: Any) -> _Graph:
        weights = {tensor.name: tensor for tensor in graph.initializer}
        return cls(
            nodes=[_Node.of(node) for node in graph.node],
            initializers=weights,
            inputs={value.name: value for value in graph.input if value.name not in weights},
            outputs=[value.name for value in graph.output],
            values={value.name: value for value in (*graph.value_info, *graph.output)},
            outside=any(tensor.external_data for tensor in graph.initializer),
        )

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
        self, about: Any, nodes: Sequence[_Node], inputs: Mapping[str, Any], outputs: Sequence[str]
    ) -> bytes:
        """The model with these nodes alone, and the weights that they need.

        about: the model without its graph.
        """
        used = {name for node in nodes for name in node.inputs}
        part = Model()
        part.CopyFrom(about)
        graph = part.graph  # filled here: weights are copied once, and are all there is to copy
        graph.name = "part"
        graph.node.extend(node.message for node in nodes)
        graph.initializer.extend(one for name, one in self.initializers.items() if name in used)
        graph.input.extend(inputs.values())
        graph.output.extend(self.values.get(name) or ValueInfo(name=name) for name in outputs)
        return part.SerializeToString()


def _float_tensor(name: str) -> Any:
    """An input of any shape."""
    value = ValueInfo(name=name)
    value.type.tensor_type.elem_type = FLOAT
    return value
