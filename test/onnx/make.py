#!/usr/bin/python3
"""Write ONNX's own node tests that map to wgrad's operations to nodes.json (Debian: apt-get install python3-onnx).

  /usr/bin/python3 make.py

[{name, op, attributes, inputs, outputs}]: tensors are {shape, dtype, data}, an input that is left out is null. Models of
several nodes (functions written out) and element types that wgrad does not have are left out and counted.
"""
import collections
import json
import math
import os
import random
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.float, np.int, np.bool, np.object = float, int, bool, object  # onnx 1.12 on numpy 1.24
import onnx  # noqa: E402
from onnx.backend.test.case.node import collect_testcases  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
MOST = 1000  # elements of a tensor

OPS = """Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization BitShift Ceil Celu Clip
 Concat Conv ConvTranspose Cos Cosh CumSum Div Einsum Elu Equal Erf Exp Expand Flatten Floor GatherElements Gemm
 GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual HardSigmoid HardSwish Identity InstanceNormalization IsNaN
 LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Mean Min Mod Mul Neg
 NegativeLogLikelihoodLoss Not Or PRelu Pow Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax
 ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Round ScatterElements Selu Shrink Sigmoid Sign Sin
 Sinh Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign Split Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile TopK
 Transpose Trilu Unsqueeze Where Xor""".split()
TYPES = {"float32": "f32", "int32": "i32", "int64": "i32", "uint32": "u32", "bool": "bool"}


def num(x):
    if isinstance(x, float) and not math.isfinite(x):
        return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"
    return x


def tensor(a):
    a = np.asarray(a)
    if str(a.dtype) not in TYPES:
        raise TypeError(str(a.dtype))
    if a.size > MOST:
        raise TypeError("large")
    if a.dtype == np.int64 and a.size and np.abs(a).max() >= 2**31:
        a = np.clip(a, -(2**31) + 1, 2**31 - 1)
    values = [float(f"{v:.9g}") for v in a.reshape(-1)] if a.dtype == np.float32 else a.reshape(-1).tolist()
    return {"shape": list(a.shape), "dtype": TYPES[str(a.dtype)], "data": [num(v) for v in values]}


def attribute(a):
    value = onnx.helper.get_attribute_value(a)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (int, float)):
        return value
    return [v.decode() if isinstance(v, bytes) else v for v in value]


def main():
    np.random.seed(0)
    random.seed(0)
    out, left = [], collections.Counter()
    for case in collect_testcases(None):
        nodes = case.model.graph.node
        if len(nodes) != 1 or nodes[0].op_type not in OPS or nodes[0].domain not in ("", "ai.onnx"):
            continue
        node = nodes[0]
        try:
            ins, outs = case.data_sets[0]
            given = iter(ins)
            out.append({
                "name": case.name,
                "op": node.op_type,
                "attributes": {a.name: attribute(a) for a in node.attribute},
                "inputs": [tensor(next(given)) if name else None for name in node.input],
                "outputs": [tensor(x) for x in outs],
            })
        except Exception as e:
            left[str(e)[:40]] += 1
    text = "[\n" + ",\n".join(json.dumps(x, allow_nan=False, separators=(",", ":")) for x in out) + "\n]\n"
    with open(os.path.join(HERE, "nodes.json"), "w") as f:
        f.write(text)
    print(f"{len(out)} tests of {len({x['op'] for x in out})} operators, left out {dict(left)}, {len(text):,} bytes")


main()
