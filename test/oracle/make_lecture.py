#!/usr/bin/python3
"""Make lecture.json: the lecture's examples, computed by PyTorch in float64.

  /usr/bin/python3 make_lecture.py

The worked example (4.5 everywhere) with the gradient at each node, the log-odds table, the δ
recursion of a 6-5-4-3-1 network (weights and inputs from hashed.py), and gradient, Hessian and
minimum of a logistic regression's negative log-likelihood.
"""
import json
import os
import sys

sys.dont_write_bytecode = True

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

from hashed import bits, signed  # noqa: E402

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))


def plain(v):
    """Nested lists with 12 significant digits."""
    if isinstance(v, torch.Tensor):
        return plain(v.detach().tolist())
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    return float(f"{v:.12g}") if isinstance(v, float) else v


def chain(node):
    """The names of the graph from a result to its leaf, along the first input."""
    names = []
    while node is not None:
        names.append(type(node).__name__)
        node = node.next_functions[0][0] if node.next_functions else None
    return names


def worked_example():
    result = {}
    for name, square in (("product", lambda a: a * a), ("power", lambda a: a**2)):
        x = torch.ones(2, 2, requires_grad=True)
        a = x + 2
        s = square(a)
        b = s * 3
        c = b.mean()
        for t in (a, s, b):
            t.retain_grad()
        c.backward()
        result[name] = {
            "values": {k: plain(t) for k, t in (("a", a), ("square", s), ("b", b), ("c", c))},
            "grads": {k: plain(t.grad) for k, t in (("x", x), ("a", a), ("square", s), ("b", b))},
            "nodes": chain(c.grad_fn),
        }
    return result


def log_odds():
    p = torch.tensor([0.8, 0.5, 0.1, 0.01, 0.25, 0.75, 0.9, 0.99], requires_grad=True)
    z = torch.logit(p)
    z.sum().backward()
    return {"p": plain(p), "odds": plain(p / (1 - p)), "logit": plain(z), "base10": plain(z / np.log(10)), "slope": plain(p.grad)}


def deltas(examples, stream, sizes=(6, 5, 4, 3, 1)):
    """z, a, δ = ∂C/∂z, ∂C/∂W and ∂C/∂b of each layer of a sigmoid network under mean BCE."""
    x = torch.tensor(signed(stream, (examples, sizes[0])))
    y = torch.tensor(bits(stream + 1, (examples, sizes[-1])))
    layers, a = [], x
    for k, (n, out) in enumerate(zip(sizes, sizes[1:])):
        w = torch.tensor(signed(stream + 2 * k + 2, (out, n), 1), requires_grad=True)
        b = torch.tensor(signed(stream + 2 * k + 3, (out,)), requires_grad=True)
        z = a @ w.T + b
        a = torch.sigmoid(z)
        z.retain_grad()
        layers.append((w, b, z, a))
    loss = F.binary_cross_entropy(a, y)
    loss.backward()
    return {
        "sizes": list(sizes), "examples": examples, "stream": stream, "y": plain(y), "loss": plain(loss),
        "layers": [
            {"z": plain(z), "a": plain(a), "delta": plain(z.grad), "weightGrad": plain(w.grad), "biasGrad": plain(b.grad)}
            for w, b, z, a in layers
        ],
    }  # fmt: skip


def logistic_hessian(n=24, features=3, stream=700):
    """Mean negative log-likelihood of y given σ(Xw), X with a first column of ones."""
    x = torch.cat([torch.ones(n, 1), torch.tensor(signed(stream, (n, features), 1))], 1)
    truth = torch.tensor(signed(stream + 1, (features + 1,)))
    noise = torch.tensor(signed(stream + 2, (n,), 1))
    y = ((x @ truth + noise) > 0).to(torch.float64)
    w = torch.tensor(signed(stream + 3, (features + 1,)))
    v = torch.tensor(signed(stream + 4, (features + 1,)))

    def nll(w):
        return F.binary_cross_entropy_with_logits(x @ w, y)

    at = w.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(nll(at), at)
    hessian = torch.autograd.functional.hessian(nll, w)
    p = torch.sigmoid(x @ w)
    assert torch.allclose(hessian, x.T @ torch.diag(p * (1 - p)) @ x / n)
    best = w
    for _ in range(30):
        b = best.clone().requires_grad_()
        (g,) = torch.autograd.grad(nll(b), b)
        best = best - torch.linalg.solve(torch.autograd.functional.hessian(nll, best), g)
    return {
        "examples": n, "features": features, "stream": stream, "y": plain(y), "nll": plain(nll(w)),
        "gradient": plain(gradient), "hessian": plain(hessian), "hvp": plain(hessian @ v),
        "minimum": {"w": plain(best), "nll": plain(nll(best))},
    }  # fmt: skip


def main():
    doc = {
        "torch": torch.__version__,
        "example": worked_example(),
        "logOdds": log_odds(),
        "deltas": [deltas(1, 500), deltas(5, 550)],
        "logistic": logistic_hessian(),
    }
    with open(os.path.join(HERE, "lecture.json"), "w") as f:
        json.dump(doc, f, separators=(",", ":"))
        f.write("\n")


main()
