"""Makes tiny_turn_detector.onnx: Smart Turn v3's input and output, and one thought behind it.

The turn is over if the last 0.4 s are quieter than the 8 s are on average.
Run it where the package `onnx` is installed.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

nodes = [
    helper.make_node("Slice", ["input_features", "from", "to", "axis"], ["end"]),
    helper.make_node("ReduceMax", ["end"], ["end_level"], axes=[1, 2], keepdims=0),
    helper.make_node("ReduceMax", ["input_features"], ["level"], axes=[1, 2], keepdims=0),
    helper.make_node("Sub", ["level", "end_level"], ["fall"]),
    helper.make_node("Sub", ["fall", "half"], ["above"]),
    helper.make_node("Mul", ["above", "slope"], ["logit"]),
    helper.make_node("Sigmoid", ["logit"], ["probability"]),
]
constants = {
    "from": np.array([760]),
    "to": np.array([800]),
    "axis": np.array([2]),
    "half": np.array([0.7], np.float32),
    "slope": np.array([10.0], np.float32),
}
graph = helper.make_graph(
    nodes,
    "tiny turn detector",
    [helper.make_tensor_value_info("input_features", TensorProto.FLOAT, ["b", 80, 800])],
    [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["b"])],
    [numpy_helper.from_array(value, name) for name, value in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
save(model, Path(__file__).with_name("tiny_turn_detector.onnx"))
