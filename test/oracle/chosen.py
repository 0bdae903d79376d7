"""Samples chosen by hand where OpInfo's own say too little: kinks and ties, special values,
numbers as operands, empty and broadcast shapes, the options of the losses.

`samples()` gives {OpInfo name: [sample, ...]}; the operators are OpInfo's, so the file has the
same form as the generated ones.
"""
import types

import torch

NAN, INF = float("nan"), float("inf")


def t(data, grad=True, dtype=torch.float32):
    x = torch.tensor(data, dtype=dtype)
    return x.requires_grad_(grad and dtype.is_floating_point)


def i(data):
    return torch.tensor(data, dtype=torch.int64)


def b(data):
    return torch.tensor(data, dtype=torch.bool)


def u(shape, seed=0, lo=-2.0, hi=2.0, grad=True):
    """Uniform numbers of a seed."""
    g = torch.Generator().manual_seed(seed + 7)
    x = torch.rand(shape, generator=g) * (hi - lo) + lo
    return x.requires_grad_(grad)


def call(first, *args, **kwargs):
    """A sample whose second derivatives are taken too."""
    return types.SimpleNamespace(input=first, args=args, kwargs=kwargs, output_process_fn_grad=None, second=True)


def once(first, *args, **kwargs):
    """A sample without second derivatives: at a kink or a pole PyTorch's own are conventions, NaN or 1e23."""
    sample = call(first, *args, **kwargs)
    sample.second = False
    return sample


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1e-3, 30.0, -30.0, INF, -INF, NAN]


def elementwise():
    x = u((2, 3), 1)
    kink = [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    yield "abs", [call(t(SPECIAL))]
    yield "sign", [call(t(SPECIAL))]
    yield "nn.functional.relu", [call(t(SPECIAL))]
    yield "nn.functional.leaky_relu", [call(t(SPECIAL[:-1])), call(t(kink), 0.2), call(t(kink), 0.0)]
    yield "nn.functional.elu", [once(t(kink)), once(t(SPECIAL[:-1]), alpha=2.0), call(u((3, 4), 2), alpha=0.5)]
    yield "nn.functional.softplus", [
        call(t([-100.0, -20.0, -1.0, 0.0, 1.0, 19.0, 21.0, 100.0])),
        call(u((3, 4), 3), beta=2.0),
        call(t([-1.0, 0.0, 0.4, 0.6, 5.0]), beta=2.0, threshold=1.0),
    ]
    yield "nn.functional.gelu", [call(t([-12.0, -6.0, -3.0, 0.0, 3.0, 6.0, 12.0])), call(t(kink), approximate="tanh")]
    yield "nn.functional.silu", [call(t([-100.0, -20.0, -1.0, 0.0, 1.0, 20.0, 100.0]))]
    yield "sigmoid", [call(t([-200.0, -88.0, -20.0, -1.0, 0.0, 1.0, 20.0, 88.0, 200.0]))]
    yield "tanh", [call(t([-100.0, -9.0, -1e-3, -1e-5, 0.0, 1e-5, 1e-3, 0.5, 0.7, 9.0, 100.0]))]
    yield "erf", [call(t([-6.0, -3.0, -1.0, -1e-4, 0.0, 1e-4, 0.5, 1.0, 2.0, 3.0, 6.0]))]
    yield "log1p", [call(t([-0.999, -0.5, -1e-4, -1e-7, 0.0, 1e-7, 1e-4, 0.5, 10.0, 1e6]))]
    yield "expm1", [call(t([-100.0, -1.0, -1e-4, -1e-7, 0.0, 1e-7, 1e-4, 1.0, 10.0]))]
    yield "log", [call(t([1e-30, 1e-3, 0.5, 0.999999, 1.0, 1.000001, 2.0, 1e30])), call(t([0.0, -1.0, INF]))]
    yield "sqrt", [call(t([1e-20, 0.25, 1.0, 2.0, 1e20])), call(t([0.0, -1.0, INF]))]
    yield "sin", [call(t([-100.0, -3.1415927, -1e-4, 0.0, 1e-4, 1.5707964, 6.2831855, 100.0, 1000.0]))]
    yield "cos", [call(t([-100.0, -3.1415927, -1e-4, 0.0, 1e-4, 1.5707964, 6.2831855, 100.0, 1000.0]))]
    yield "floor", [call(t(kink))]
    yield "ceil", [call(t(kink))]
    yield "trunc", [call(t(kink))]
    yield "round", [call(t([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 0.49999997]))]
    yield "clamp", [
        call(t(kink), min=-0.5, max=1.0),
        call(t(kink), min=0.5),
        call(t(kink), max=0.5),
        call(t(kink), min=1.0, max=-1.0),
        call(t([NAN, INF, -INF, 0.0]), min=-1.0, max=1.0),
        call(u((3, 4), 4), min=u((4,), 5, -2, 0), max=u((3, 1), 6, 0, 2)),
    ]
    ties = t([1.0, 2.0, 2.0, -3.0, 0.0]), t([1.0, 1.0, 2.0, -4.0, 0.5])
    nans = t([1.0, NAN, NAN, INF, -INF], False), t([NAN, 1.0, NAN, NAN, 1.0], False)
    for name in ("maximum", "minimum"):
        yield name, [call(*ties), call(*nans)]
    yield "where", [
        call(u((2, 3), 8), b([[True, False, True], [False, False, True]]), u((3,), 9)),
        call(u((3,), 10), b([[True], [False]]), u((), 11)),
        call(t([1.0, 2.0]), b([True, False]), t([NAN, INF])),
    ]
    base = t([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0])
    yield "pow", [call(base, e) for e in (0, 1, 2, 3, 5, -1, -2)] + [
        call(t([0.0, 0.25, 1.0, 4.0]), 0.5),
        call(t([0.25, 1.0, 4.0]), -0.5),
        call(t([0.25, 1.0, 4.0]), 2.5),
        call(t([0.5, 1.0, 2.0, 3.0]), t([2.0, -1.0, 3.0, 0.5])),
        once(t([0.0, 0.0, 2.0, -2.0, -8.0]), t([0.0, 2.0, 3.0, 3.0, 2.0])),
        call(2.0, u((2, 3), 12)),
    ]
    signs = t([5.0, -5.0, 5.0, -5.0, 0.0, 5.5]), t([3.0, 3.0, -3.0, -3.0, 2.0, 0.5])
    yield "fmod", [call(*signs), call(t([5.5, -5.5, 1.0]), 2.0), call(t([1.0, INF, 1.0], False), t([0.0, 2.0, INF], False))]
    yield "remainder", [
        call(*signs),
        call(t([5.5, -5.5, 1.0]), -2.0),
        call(t([1.0, INF, 1.0], False), t([0.0, 2.0, INF], False)),
    ]
    yield "div.no_rounding_mode", [
        call(t([1.0, -1.0, 0.0, 6.0], False), t([0.0, 0.0, 0.0, 3.0], False)),
        call(x, 4.0),
        call(2.0, u((2, 3), 13, 1, 2)),
    ]
    yield "sub", [call(3.0, x), call(x, 0.25)]
    yield "add", [call(3.0, x), call(x, u((4, 1, 3), 14))]
    yield "mul", [call(3.0, x), call(x, x), call(u((4, 1, 3), 15), u((2, 1), 16))]
    yield "logit", [call(t([0.8, 0.5, 0.1])), once(t([0.0, 1.0, 0.5])), once(t([0.0, 0.001, 0.5, 1.0]), 1e-2)]
    values = t([0.0, -0.0, 1.0, INF, -INF, NAN], False)
    for name in ("isnan", "isinf", "isfinite", "logical_not"):
        yield name, [call(values)]
    for name in ("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor"):
        yield name, [call(values.unsqueeze(1), values)] + ([] if name.startswith("logical") else [call(values, 1.0)])


def reduction():
    x = u((2, 3, 4), 20)
    for name in ("sum", "mean", "amax", "amin", "argmax", "argmin", "any", "all"):
        dims = [call(x), call(x, dim=1), call(x, dim=-1, keepdim=True)]
        many = [call(x, dim=(0, 2)), call(x, dim=(0, 1, 2), keepdim=True)]
        yield name, dims + (many if name in ("sum", "mean", "amax", "amin") else [])
    yield "sum", [call(u((0,), 21)), call(u((2, 0, 3), 22), dim=1), call(u((1, 300), 23), dim=1)]
    yield "mean", [call(u((0,), 24)), call(u((300,), 25))]
    yield "prod", [call(t([[1.0, 2.0], [0.0, 3.0]])), call(t([[0.0, 2.0], [0.0, 3.0]]), 0), call(t([2.0, 0.0, 0.0]))]
    yield "var", [call(u((1,), 26, grad=False)), call(t([3.0, 3.0, 3.0])), call(t([1e4, 1e4 + 1, 1e4 + 2])), call(x, dim=(0, 2))]
    yield "std", [call(u((3, 1), 27), dim=1, correction=0), call(x, dim=(1, 2), keepdim=True)]
    ties = t([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    nans = t([[1.0, NAN, 3.0], [INF, -INF, NAN]], False)
    for name in ("max", "min"):
        yield name + ".reduction_with_dim", [call(ties, 1), call(nans, 1), call(x, 0), call(x, -1, keepdim=True)]
        yield name + ".reduction_no_dim", [call(ties), call(nans), call(x), call(u((), 30)), call(u((300,), 31))]
        yield "a" + name, [call(ties), call(ties, dim=1), call(ties, dim=(0, 1)), call(nans, dim=1)]
        yield "arg" + name, [call(ties), call(ties, dim=1), call(ties, dim=0), call(nans, dim=1), call(nans)]
    for name in ("any", "all"):
        yield name, [call(nans, dim=1), call(t([[0.0, -0.0], [0.0, 2.0]], False), dim=1), call(t([], False))]
    low = t([[-INF, 0.0, 1.0], [-INF, -INF, 2.0]])
    yield "logsumexp", [call(low, 1), call(t([[-INF, -INF]], False), 1), call(t([1000.0, 1000.0, -1000.0]), 0), call(x, (0, 2))]
    for name in ("softmax", "log_softmax"):
        yield name, [call(t([1000.0, 999.0, -1000.0]), 0), call(x, 1), call(x, 0)]
    yield "softmax", [call(low, 1), call(t([[-INF, -INF]], False), 1), call(t([[INF, 0.0], [NAN, 0.0]], False), 1)]
    yield "cumsum", [call(x, -1), call(x, 0), call(u((0, 3), 28), 1), call(u((300,), 29), 0)]


def matmul():
    shapes = [
        ((3, 4), (4, 2)), ((1, 300), (300, 1)), ((7,), (7,)), ((7,), (7, 3)), ((3, 7), (7,)), ((2, 3, 4), (2, 4, 5)),
        ((2, 1, 3, 4), (5, 4, 2)), ((2, 3, 4), (4,)), ((4,), (2, 4, 3)), ((3, 0), (0, 2)), ((0, 3), (3, 2)), ((1, 1), (1, 1)),
        ((17, 19), (19, 16)),
    ]  # fmt: skip
    yield "matmul", [call(u(p, 40 + k), u(q, 60 + k)) for k, (p, q) in enumerate(shapes)]
    yield "mm", [call(u(p, 80 + k), u(q, 90 + k)) for k, (p, q) in enumerate(
        [((3, 4), (4, 2)), ((1, 64), (64, 4)), ((4, 64), (64, 1)), ((2, 0), (0, 3)), ((5, 1), (1, 6)), ((4, 100), (100, 3)), ((9, 7), (7, 8))]
    )]  # fmt: skip
    yield "bmm", [call(u(p, 100 + k), u(q, 110 + k)) for k, (p, q) in enumerate(
        [((2, 3, 4), (2, 4, 5)), ((1, 1, 5), (1, 5, 1)), ((3, 2, 1), (3, 1, 2)), ((2, 3, 0), (2, 0, 1)), ((0, 2, 3), (0, 3, 2)),
         ((2, 1, 40), (2, 40, 2)), ((4, 5, 6), (4, 6, 3))]
    )]  # fmt: skip
    yield "dot", [call(u((n,), 120 + n), u((n,), 121 + n)) for n in (0, 1, 2, 3, 17, 64, 300)]
    yield "mv", [call(u((m, n), 130 + m), u((n,), 131 + n)) for m, n in ((1, 1), (1, 9), (9, 1), (3, 0), (0, 3), (4, 90), (8, 8))]
    yield "outer", [call(u((m,), 140 + m), u((n,), 141 + n)) for m, n in ((1, 1), (1, 9), (9, 1), (3, 0), (0, 3), (4, 20), (8, 8))]
    yield "addmm", [call(u(s, 150), u((3, 4), 151), u((4, 2), 152)) for s in ((3, 2), (2,), (3, 1), (1, 1), ())]


def movement():
    x = u((2, 3, 4), 200)
    yield "reshape", [call(x, (4, 6)), call(x, (-1,)), call(u((2, 0), 201), (0, 5))]
    yield "view", [call(x, (4, 6))]
    yield "permute", [call(x, (2, 0, 1)), call(x, (0, -1, 1)), call(x, (0, 1, 2)), call(u((2, 0, 3), 202), (2, 1, 0))]
    yield "t", [call(u(s, 203)) for s in ((3, 4), (4, 1), (0, 2), (5,), (1, 1))]
    yield "T", [call(u(s, 204)) for s in ((3, 4), (4, 1), (0, 2), (1, 1), (2, 5), (7, 2))]
    yield "squeeze", [call(u((1, 3, 1), 205)), call(u((2, 3), 206), 0)]
    yield "flatten", [call(x, 0, 1), call(x, 1, 2), call(x, -2, -1)]
    yield "cat", [call([u((2, n), 210 + n) for n in (1, 2, 3)], 1), call([x, x], -1), call([u((1, 2), 213)], 0)]
    yield "split", [call(u((7, 2), 220), 3), call(u((7, 2), 221), 7), call(u((2, 7), 222), 2, 1), call(u((2, 7), 223), 10, -1)]
    yield "split.list_args", [call(u((7, 2), 224), [1, 0, 6]), call(u((2, 7), 225), [7], 1)] + [
        call(u((6,), 226 + n), [n, 6 - n]) for n in (1, 2, 3)
    ]
    yield "split", [call(u((6,), 227), 4), call(u((3, 4), 228), 1, -1)]
    yield "broadcast_to", [call(u((3, 1), 229), (2, 3, 4)), call(u((), 229), (2, 2))]
    yield "chunk", [call(u((n, 2), 230 + n), k) for n, k in ((7, 3), (6, 4), (5, 5), (2, 4), (1, 1))]
    yield "select", [call(u((2, 3), 240), 0, 1), call(u((2, 3), 241), 1, -1), call(u((4,), 242), 0, -4)]
    yield "narrow", [call(u((5, 2), 245), 0, 1, 3), call(u((5,), 246), -1, -2, 2), call(u((2, 3), 247), 1, 0, 3)]
    yield "flip", [call(u((2, 3), 250), dims=(1,)), call(u((3,), 251), dims=(0,)), call(x, dims=(0, -1))]
    yield "repeat", [call(u((2, 1), 260), (1, 3)), call(u((2,), 261), (2, 2, 2))]
    yield "tril", [call(u((3, 4), 270), k) for k in (-5, -1, 0, 1, 5)]
    yield "triu", [call(u((3, 4), 271), k) for k in (-5, -1, 0, 1, 5)]
    yield "movedim", [call(x, 0, 2), call(x, -1, 0), call(x, (0, 1), (1, 0)), call(u((2, 3), 272), 0, 1), call(u((5,), 273), 0, 0),
                      call(x, 1, 1)]  # fmt: skip


def indexing():
    x = u((4, 3), 300)
    yield "slice", [call(x, *a) for a in ((0, 1, 3), (0, None, 2), (1, 1, None), (1, 0, 3, 2), (0, -2, 9), (0, 3, 1), (0, 0, 4, 3))]
    yield "index_select", [call(x, 0, i([3, 0, 3])), call(x, 1, i([2])), call(x, -1, i([0, 0, 0, 1])), call(x, 0, i([])),
                           call(u((2, 3, 2), 301), 1, i([1, 1]))]  # fmt: skip
    yield "gather", [call(x, 0, i([[0, 1, 2], [3, 3, 3]])), call(x, 1, i([[0, 0], [1, 1], [2, 2], [0, 2]])), call(x, -1, i([[2]]))]
    yield "scatter_add", [
        call(u((3,), 302), 0, i([1, 1, 1, 0]), u((4,), 303)),
        call(u((2, 3), 304), 1, i([[0, 0, 2, 1], [2, 2, 2, 2]]), u((2, 4), 305)),
    ]


def loss():
    p, y = t([0.0, 1.0, 0.5, 0.25]), t([1.0, 0.0, 1.0, 0.0], False)
    name = "nn.functional.binary_cross_entropy"
    yield name, [once(p, y, reduction=r) for r in ("none", "mean", "sum")]
    yield name, [call(u((3, 4), 400, 0.05, 0.95), t([[1.0, 0, 1, 0]] * 3, False), weight=u((4,), 401, 0.5, 2, False))]
    z = t([-1000.0, -100.0, -10.0, 0.0, 10.0, 100.0, 1000.0])
    for target in (0.0, 0.5, 1.0):
        yield name + "_with_logits", [call(z, torch.full((7,), target))]
    x, k = u((4, 5), 402, -5, 5), i([1, 4, 0, 2])
    w = u((5,), 403, 0.5, 2, False)
    for smoothing in (0.0, 0.1, 0.5):
        for more in ({}, {"weight": w}, {"ignore_index": 4}, {"reduction": "none"}, {"reduction": "sum"}):
            yield "nn.functional.cross_entropy", [call(x, k, label_smoothing=smoothing, **more)]
    soft = torch.softmax(u((4, 5), 404, grad=False), 1)
    yield "nn.functional.cross_entropy", [
        call(x, soft, label_smoothing=0.2),
        call(t([[1000.0, -1000.0], [-1000.0, 1000.0]]), i([0, 0])),
        call(x, i([4, 4, 4, 4]), ignore_index=4),
        call(x, i([-100, 1, 2, -100])),
    ]
    yield "nn.functional.nll_loss", [call(x, i([4, 4, 4, 4]), ignore_index=4), call(x, i([-100, 1, 2, -100]), weight=w)]
    yield "nn.functional.mse_loss", [call(u((2, 3), 405), u((2, 3), 406), reduction=r) for r in ("mean", "sum", "none")]


def creation():
    yield "arange", [call(0, 1, 0.25), call(5), call(5, 0, -2), call(0, 0), call(-2, 2), call(0.5, 3)]
    yield "linspace", [call(-1, 1, 5), call(3, 3, 3), call(2, -2, 4), call(0, 1, 2)]
    yield "eye", [call(1), call(3), call(2, 5)]
    for name in ("zeros_like", "ones_like"):
        yield name, [call(u((2, 1, 3), 500)), call(b([True, False])), call(i([1, 2]))]
    yield "full_like", [call(u((2, 1, 3), 501), 0.5), call(u((2,), 502), -1), call(i([1, 2]), 7)]
    for name in ("zeros", "ones"):
        yield name, [call(s) for s in ((), (0,), (1,), (2, 3), (2, 0, 3), (2, 1, 2, 1))]


FAMILIES = (elementwise, reduction, matmul, movement, indexing, loss, creation)


def samples():
    """{family: {operator: [sample, ...]}}"""
    table = {}
    for family in FAMILIES:
        ops = table.setdefault(family.__name__, {})
        for name, calls in family():
            ops.setdefault(name, []).extend(calls)
    return table
