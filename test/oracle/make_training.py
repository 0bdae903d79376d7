#!/usr/bin/python3
"""Make training.json: PyTorch's loss over 200 steps of three networks under four optimisers.

  /usr/bin/python3 make_training.py

Neither weights nor inputs are stored: both sides make them from hashed.py / hashed.ts. The file
holds the labels, the loss before each step in float64 and float32, and of the trained float64
parameters the sum and the norm, and the accuracy over all examples.
"""
import json
import os
import sys

sys.dont_write_bytecode = True

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

from hashed import bits, signed, unit  # noqa: E402

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = 200

# Layer sizes; exponent: weights and biases of a layer are signed(stream, shape, exponent).
# Streams: layer k has weights 2k + 1 and biases 2k + 2, each plus `stream`.
MODELS = {
    "lecture": dict(sizes=[16384, 4, 1], exponents=[-7, 0], activation="sigmoid", loss="binaryCrossEntropy",
                    stream=100, examples=64, batch=16),
    "mlp": dict(sizes=[20, 16, 8, 3], exponents=[-1, -1, -1], activation="relu", loss="crossEntropy",
                stream=200, examples=96, batch=32),
    "logistic": dict(sizes=[12, 1], exponents=[-1], activation="none", loss="binaryCrossEntropyWithLogits",
                     stream=300, examples=64, batch=64),
}  # fmt: skip

OPTIMISERS = {
    "lecture": {
        "sgd": dict(lr=0.02),
        "momentum": dict(lr=0.004, momentum=0.9),
        "nesterov": dict(lr=0.004, momentum=0.9, nesterov=True, weightDecay=0.001),
        "adam": dict(lr=0.0005),
    },
    "mlp": {
        "sgd": dict(lr=0.1),
        "momentum": dict(lr=0.02, momentum=0.9),
        "nesterov": dict(lr=0.02, momentum=0.9, nesterov=True, weightDecay=0.001),
        "adam": dict(lr=0.005, betas=[0.9, 0.99], eps=1e-7),
    },
    "logistic": {
        "sgd": dict(lr=0.5),
        "momentum": dict(lr=0.2, momentum=0.9),
        "nesterov": dict(lr=0.2, momentum=0.9, nesterov=True, weightDecay=0.01),
        "adam": dict(lr=0.05, weightDecay=0.01),
    },
}


def dataset(name, m):
    """(inputs [examples, features], labels). Kept in step with `inputsOf` in training.ts."""
    n, features, s = m["examples"], m["sizes"][0], m["stream"]
    if name == "lecture":  # noise, and a faint pattern where the label is 1
        y = bits(s + 91, (n,))
        x = unit(s + 90, (n, features)) * 0.5 + y[:, None] * bits(s + 92, (features,)) * 2.0**-6
        return x, y
    x = signed(s + 90, (n, features))
    outputs = m["sizes"][-1]
    scores = x @ signed(s + 91, (features, outputs)) + 0.5 * signed(s + 92, (n, outputs))
    return x, (scores.argmax(1) if outputs > 1 else (scores[:, 0] > 0)).astype(np.float64)


def parameters(m, dtype):
    made = []
    for k, (n, out, e) in enumerate(zip(m["sizes"], m["sizes"][1:], m["exponents"])):
        for stream, shape in ((2 * k + 1, (out, n)), (2 * k + 2, (out,))):
            made.append(torch.tensor(signed(m["stream"] + stream, shape, e), dtype=dtype).requires_grad_())
    return made


def forward(m, params, x):
    layers = len(m["sizes"]) - 1
    for k in range(layers):
        x = F.linear(x, params[2 * k], params[2 * k + 1])
        last = k == layers - 1
        if m["activation"] == "sigmoid":
            x = torch.sigmoid(x)
        elif m["activation"] == "relu" and not last:
            x = torch.relu(x)
    return x


def loss_of(m, out, y):
    if m["loss"] == "crossEntropy":
        return F.cross_entropy(out, y.long())
    f = F.binary_cross_entropy if m["loss"] == "binaryCrossEntropy" else F.binary_cross_entropy_with_logits
    return f(out[:, 0], y)


def accuracy(m, out, y):
    if m["loss"] == "crossEntropy":
        return (out.argmax(1) == y).double().mean().item()
    cut = 0.5 if m["loss"] == "binaryCrossEntropy" else 0.0
    return ((out[:, 0] > cut).double() == y).double().mean().item()


def optimiser(kind, params, o):
    names = {"weightDecay": "weight_decay"}
    return (torch.optim.Adam if kind == "adam" else torch.optim.SGD)(params, **{names.get(k, k): v for k, v in o.items()})


def train(m, data, kind, o, dtype):
    x, y = (torch.tensor(a, dtype=dtype) for a in data)
    params = parameters(m, dtype)
    opt = optimiser(kind, params, o)
    losses = []
    for step in range(STEPS):
        at = (step * m["batch"]) % m["examples"]
        rows = slice(at, at + m["batch"])
        loss = loss_of(m, forward(m, params, x[rows]), y[rows])
        losses.append(loss.item())
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        return losses, params, accuracy(m, forward(m, params, x), y)


def digits(x, n=12):
    return float(f"{x:.{n}g}")


def main():
    runs = []
    for name, m in MODELS.items():
        data = dataset(name, m)
        for kind, o in OPTIMISERS[name].items():
            wide, params, correct = train(m, data, kind, o, torch.float64)
            narrow, _, _ = train(m, data, kind, o, torch.float32)
            gap = max(abs(a - b) / abs(a) for a, b in zip(wide, narrow))
            runs.append({
                "model": name,
                "optimiser": kind,
                "options": o,
                "losses64": [digits(v) for v in wide],
                "losses32": [digits(v, 9) for v in narrow],
                "parameters": [
                    {"shape": list(p.shape), "sum": digits(p.sum().item()), "norm": digits(p.norm().item())} for p in params
                ],
                "accuracy": correct,
            })
            print(f"{name:9} {kind:9} loss {wide[0]:.4f} → {wide[49]:.4f} → {wide[-1]:.4f} (least {min(wide):.4f}), "
                  f"accuracy {correct:.3f}, float32 within {gap:.1e}")
    models = {n: {**m, "labels": [int(v) for v in dataset(n, m)[1]]} for n, m in MODELS.items()}
    checks = {"signed": [digits(v, 17) for v in signed(7, (8,), -3)], "unit": list(unit(7, (8,))),
              "bits": [int(v) for v in bits(7, (16,))]}  # fmt: skip
    with open(os.path.join(HERE, "training.json"), "w") as f:
        json.dump({"torch": torch.__version__, "steps": STEPS, "hashed": checks, "models": models, "runs": runs}, f,
                  separators=(",", ":"))  # fmt: skip
        f.write("\n")


main()
