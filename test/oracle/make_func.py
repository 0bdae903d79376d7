"""Make func.json: derivatives of functions (Jacobians, Hessians, products with them, gradients for each example),
computed by PyTorch in float64.

Run it with a Python that has PyTorch: /usr/bin/python3 test/oracle/make_func.py
"""
import json
import os

import torch
import torch.nn.functional as F
from torch.autograd.functional import hessian, hvp, jacobian, jvp, vjp

from hashed import bits, signed

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_default_dtype(torch.float64)


def drawn(stream, shape, exponent=0):
    return torch.tensor(signed(stream, shape, exponent))


def plain(x):
    if isinstance(x, (tuple, list)):
        return [plain(item) for item in x]
    return x.detach().tolist()


# Each function by the name under which func-suite.ts has it too; its inputs are drawn from `stream`, one after another.
FUNCTIONS = {
    "elementwise": (lambda x: torch.sin(x) * torch.exp(x) + x**3, [(5,)]),
    "two inputs": (lambda x, y: x[:, None] * y[None, :] + torch.tanh(y), [(3,), (4,)]),
    "softmax layer": (lambda x, w: torch.softmax(x @ w, -1), [(2, 3), (3, 4)]),
    "log-softmax and cumsum": (lambda x: torch.cumsum(torch.log_softmax(x, 0), 1), [(3, 4)]),
    "views": (lambda x: torch.cat([x.t().reshape(2, 6).flip(1), x.reshape(-1)[1:9:2].expand(2, 4)], 1), [(3, 4)]),
    "extremes": (lambda x: torch.stack([x.amax(1), x.max(1).values * x.amin(1), x.prod(1)]), [(3, 4)]),
    "statistics": (lambda x: torch.cat([x.mean(0), x.var(0), x.std(0), x.logsumexp(0)]), [(4, 3)]),
    "gather": (lambda x: torch.gather(x, 1, torch.tensor([[2, 0], [1, 1], [0, 3]])) ** 2, [(3, 4)]),
    "products": (lambda a, b: (a @ b).sigmoid() @ b.transpose(-2, -1), [(2, 2, 3), (2, 3, 2)]),
    "triangle": (lambda x: torch.tril(x @ x.t()).sum(0), [(3, 2)]),
}  # fmt: skip
SCALARS = {
    "rosenbrock": (lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(), [(4,)]),
    "log-sum-exp": (lambda x: torch.logsumexp(x.reshape(-1), 0), [(2, 3)]),
    "product": (lambda x: (x.prod(0) * x.sum(0)).mean(), [(3, 2)]),
    "gelu and tanh": (lambda x: (F.gelu(x) * torch.tanh(x)).sum(), [(5,)]),
}


def points(stream, shapes):
    return tuple(drawn(stream + k, shape, 0) for k, shape in enumerate(shapes))


def functions():
    out = []
    for k, (name, (f, shapes)) in enumerate(FUNCTIONS.items()):
        stream = 3000 + 20 * k
        xs = points(stream, shapes)
        y = f(*xs)
        cotangent = drawn(stream + 10, tuple(y.shape))
        tangents = tuple(drawn(stream + 11 + i, shape) for i, shape in enumerate(shapes))
        out.append({
            "name": name, "stream": stream, "shapes": [list(s) for s in shapes], "outShape": list(y.shape),
            "value": plain(y), "jacobians": plain(jacobian(f, xs)),
            "vjp": plain(vjp(f, xs, cotangent)[1]), "jvp": plain(jvp(f, xs, tangents)[1]),
        })  # fmt: skip
    return out


def scalars():
    out = []
    for k, (name, (f, shapes)) in enumerate(SCALARS.items()):
        stream = 3500 + 20 * k
        (x,) = points(stream, shapes)
        v = drawn(stream + 10, shapes[0])
        out.append({
            "name": name, "stream": stream, "shape": list(shapes[0]),
            "hessian": plain(hessian(f, x)), "hvp": plain(hvp(f, x, v)[1]),
        })  # fmt: skip
    return out


def network(stream=3800, examples=6, sizes=(4, 3, 1)):
    """The lecture's network with small inputs: sigmoid layers and binary cross-entropy; all second derivatives."""
    x = drawn(stream, (examples, sizes[0]))
    y = torch.tensor(bits(stream + 1, (examples, sizes[-1])))
    params = []
    for k in range(len(sizes) - 1):
        params += [drawn(stream + 2 + 2 * k, (sizes[k + 1], sizes[k]), 1), drawn(stream + 3 + 2 * k, (sizes[k + 1],))]

    def loss(*p):
        a = x
        for k in range(0, len(p), 2):
            a = torch.sigmoid(a @ p[k].t() + p[k + 1])
        return F.binary_cross_entropy(a, y)

    v = tuple(drawn(stream + 20 + k, tuple(p.shape)) for k, p in enumerate(params))
    each = []
    for i in range(examples):
        own = tuple(p.clone().requires_grad_() for p in params)
        a = x[i : i + 1]
        for k in range(0, len(own), 2):
            a = torch.sigmoid(a @ own[k].t() + own[k + 1])
        each.append(torch.autograd.grad(F.binary_cross_entropy(a, y[i : i + 1]), own))
    return {
        "stream": stream, "examples": examples, "sizes": list(sizes), "y": plain(y),
        "loss": plain(loss(*params)), "gradient": plain(torch.autograd.functional.vjp(loss, tuple(params))[1]),
        "hessian": plain(hessian(loss, tuple(params))), "hvp": plain(hvp(loss, tuple(params), v)[1]),
        "each": [plain([g[k] for g in each]) for k in range(len(params))],
    }  # fmt: skip


def main():
    doc = {"torch": torch.__version__, "functions": functions(), "scalars": scalars(), "network": network()}
    with open(os.path.join(HERE, "func.json"), "w") as f:
        json.dump(doc, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
