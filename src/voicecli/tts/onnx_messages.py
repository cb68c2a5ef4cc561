"""The messages of an ONNX file, as far as a voice's graph is looked into or cut.

Fields that are not named here are kept as they are, wherever a message is copied. The package
`onnx`, which has them all, is 18 MB.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

_FIELDS = """
ModelProto.graph 7 GraphProto
ModelProto.metadata_props 14 StringStringEntryProto*
StringStringEntryProto.key 1 string
StringStringEntryProto.value 2 string
GraphProto.node 1 NodeProto*
GraphProto.name 2 string
GraphProto.initializer 5 TensorProto*
GraphProto.input 11 ValueInfoProto*
GraphProto.output 12 ValueInfoProto*
GraphProto.value_info 13 ValueInfoProto*
NodeProto.input 1 string*
NodeProto.output 2 string*
NodeProto.op_type 4 string
NodeProto.attribute 5 AttributeProto*
AttributeProto.g 6 GraphProto
AttributeProto.graphs 11 GraphProto*
TensorProto.name 8 string
TensorProto.external_data 13 StringStringEntryProto*
ValueInfoProto.name 1 string
ValueInfoProto.type 2 TypeProto
TypeProto.tensor_type 1 TensorTypeProto
TensorTypeProto.elem_type 1 int32
"""
"""From onnx.proto, where the last message is called TypeProto.Tensor; a star means repeated."""


def _classes() -> dict[str, type]:
    file = descriptor_pb2.FileDescriptorProto(name="onnx_of_voices.proto", package="onnx_of_voices")
    messages: dict[str, Any] = {}
    for line in _FIELDS.strip().splitlines():
        path, number, kind = line.split()
        message_name, name = path.split(".")
        if message_name not in messages:
            messages[message_name] = file.message_type.add(name=message_name)
        field = messages[message_name].field.add(name=name, number=int(number))
        field.label = field.LABEL_REPEATED if kind.endswith("*") else field.LABEL_OPTIONAL
        kind = kind.rstrip("*")
        if kind in ("string", "int32"):
            field.type = getattr(field, f"TYPE_{kind.upper()}")
        else:
            field.type, field.type_name = field.TYPE_MESSAGE, f".{file.package}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    find = pool.FindMessageTypeByName
    return {
        name: message_factory.GetMessageClass(find(f"{file.package}.{name}")) for name in messages
    }


_CLASSES = _classes()
Model: Any = _CLASSES["ModelProto"]
Graph: Any = _CLASSES["GraphProto"]
Entry: Any = _CLASSES["StringStringEntryProto"]
Tensor: Any = _CLASSES["TensorProto"]
ValueInfo: Any = _CLASSES["ValueInfoProto"]


def parsed(model: bytes) -> Any:
    """The Model; an empty one where these are the bytes of no message."""
    try:
        return Model.FromString(model)
    except DecodeError:
        return Model()
