"""Samples chosen by hand for movement, indexing and products, where OpInfo has too few, or does not
know the operation at all.

`samples(family)` gives [(operator, [sample, ...]), ...]; an operator is OpInfo's, or one of OTHERS in
the same form.
"""
import types

import torch
import torch.nn.functional as F

from chosen import call, once, u
from opinfo_dump import exact


def other(name, op):
    """An operator that OpInfo does not know."""
    floats = {torch.float32}
    return types.SimpleNamespace(
        name=name, variant_test_name="", op=op, supports_autograd=True, supports_gradgrad=True, dtypes=floats
    )


OTHERS = {
    o.name: o
    for o in (
        other("nn.functional.fold", F.fold),
        # PyTorch 1.13 has no derivative of its own for it.
        other(
            "nn.functional.channel_shuffle",
            lambda x, groups: x.unflatten(1, (groups, -1)).transpose(1, 2).reshape(x.shape),
        ),
    )
}


def diagonal():
    x, m, v = u((2, 3, 4), 600), u((3, 4), 601), u((5,), 602)
    yield "trace", [call(u(s, 603)) for s in ((3, 4), (4, 3), (1, 1), (1, 5), (6, 5), (4, 4), (0, 3))]  # 1.13 gets the gradient of [5, 1] wrong
    yield "diagflat", [call(u(s, 604), k) for s, k in (((3,), 1), ((3,), -2), ((2, 2), 0), ((), 0), ((0,), 1))]
    yield "diagonal", [call(x, 1, 0, 2), call(x, -1, 2, 1), call(m, 3), call(m, -3), call(u((0, 3), 605))]
    yield "diag_embed", [call(v, 2), call(m, -1, 0, 2), call(m, 1, -1, 0), call(u((0,), 606), 1)]
    yield "diag", [call(u((0,), 611)), call(u((3, 4), 612), -1)]


def arrangement():
    x, m, v = u((2, 3, 4), 600), u((3, 4), 601), u((5,), 602)
    for name in ("fliplr", "flipud"):
        yield name, [call(u(s, 607)) for s in ((3, 4), (1, 4), (4, 1), (2, 3, 2), (0, 3), (2, 5), (6, 2))]
    yield "roll", [call(v, 7), call(v, -1, 0), call(x, (1, 2), (0, 2)), call(m, 5)]
    yield "rot90", [call(m), call(m, 2), call(m, 0), call(u((2, 0), 602)), call(m, -1), call(m, 6), call(x, 1, (2, 0)), call(x, 3, (-1, 1))]
    yield "repeat_interleave", [call(m, 2), call(m, 3, 0), call(m, 2, -1), call(m, 0, 1), call(v, 1, 0), call(x, 2, 1)]
    yield "tensor_split", [call(m, 2), call(m, 3, 1), call(v, 3), call(v, 7), call(x, [1, 3], 2), call(m, [0, 2, 9], -1), call(v, [-2]), call(v, [3, 1])]
    yield "tile", [call(u((), 613), (2,)), call(m, (1, 0)), call(v, (2, 2))]
    yield "unflatten", [call(m, 1, (2, -1)), call(u((6,), 614), 0, (3, 2)), call(u((0, 4), 615), 1, (2, 2))]
    for name in ("meshgrid.list_of_tensors", "meshgrid.variadic_tensors"):
        tensors = [[u((n,), 616 + n) for n in sizes] for sizes in ((2, 3), (1, 4, 2), (3,))]
        calls = [call(g, indexing="xy") if name.endswith("list_of_tensors") else call(*g, indexing="ij") for g in tensors]
        yield name, calls
    yield "combinations", [call(u((4,), 617), 3), call(u((3,), 618), 2, True), call(u((1,), 619), 2)]
    yield "hsplit", [call(m, 1), call(m, 2), call(m, [1, 3]), call(v, [2]), call(v, 5), call(x, 3), call(x, [-1])]
    yield "vsplit", [call(m, [2, 1]), call(m, 3), call(m, [1, 2]), call(x, 2), call(x, [5]), call(m, 1), call(m, [0, -1])]
    yield "dsplit", [call(x, [1, 9]), call(x, 2), call(x, [1, 2]), call(x, 4), call(x, [-2]), call(x, 1), call(x, []), call(x, [3, 1])]
    yield "unbind", [call(m), call(m, 1), call(x, -1), call(u((2, 0), 608))]
    for name in ("atleast_1d", "atleast_2d", "atleast_3d"):
        yield name, [call(u(s, 609)) for s in ((), (1,), (4,), (2, 3), (2, 3, 2), (0,))]
    yield "broadcast_tensors", [
        call(*(u(s, 610 + k) for k, s in enumerate(shapes)))
        for shapes in (((3,), (2, 1)), ((), (2,)), ((4, 1), (1, 3), (3,)), ((2, 3),), ((0,), (1,)), ((5,), (5,)), ((1, 1, 2), (3, 1)))
    ]  # fmt: skip
    for name in ("hstack", "vstack", "column_stack"):
        yield name, [
            call([u(s, 620 + k) for k, s in enumerate(shapes)])
            for shapes in (((3,), (3,)), ((2, 2), (2, 2)), ((), ()), ((2, 1, 2), (2, 1, 2)), ((1, 3), (1, 3), (1, 3)), ((4,),))
        ]
    yield "dstack", [
        call([u(s, 630 + k) for k, s in enumerate(shapes)])
        for shapes in (((3,), (3,)), ((2, 2), (2, 2)), ((), ()), ((2, 1, 2), (2, 1, 1)), ((1, 3), (1, 3), (1, 3)), ((4,),))
    ]
    yield "block_diag", [
        call(*(u(s, 640 + k) for k, s in enumerate(shapes)))
        for shapes in (((2, 3), (1, 2)), ((3,), (2, 2)), ((), (2,)), ((2, 2),), ((0, 2), (2, 1)))
    ]
    yield "cartesian_prod", [
        call(*(u((n,), 650 + n) for n in sizes)) for sizes in ((2, 3), (1, 2, 2), (3,), (0, 2), (4, 1))
    ]
    for name in ("nn.functional.pixel_shuffle", "nn.functional.pixel_unshuffle"):
        yield name, [call(u((4, 2, 4), 660), 2), call(u((2, 9, 3, 3), 661), 3), call(u((2, 1, 4, 2, 2), 662), 1)] + (
            [call(u((2, 8, 1, 2), 663), 2)] if name.endswith("_shuffle") else [call(u((2, 1, 4, 2), 663), 2)]
        )
    yield "nn.functional.channel_shuffle", [
        call(u(s, 670), g)
        for s, g in (((1, 4, 2), 2), ((2, 6, 2, 2), 3), ((1, 6, 3), 2), ((2, 4, 1, 2), 4), ((1, 4, 2), 1), ((1, 9, 2), 3), ((1, 8, 1, 1), 4), ((1, 4, 1, 2, 2), 2))
    ]  # fmt: skip
    yield "linalg.vander", [call(v, N=3), call(v, N=2), call(m), call(m, N=6)]
    yield "logspace", [once(0, 1, 4), once(-2, 3, 7), once(1, 1, 1), once(0, 3, 5, 2.0), once(0, 1, 0)]
    for name in ("tril_indices", "triu_indices"):
        yield name, [once(*a) for a in ((3, 3), (2, 4), (4, 2), (3, 3, 1), (3, 3, -1), (2, 4, 3), (4, 2, -5), (0, 3), (1, 1))]


def padding():
    yield "nn.functional.pad.constant", [
        call(u((2, 3), 700), (1, 2)), call(u((2, 3), 701), (1, 0, 0, 2), "constant", 2.5), call(u((5,), 702), (-1, -2)),
        call(u((2, 3), 703), (-1, 2, 1, -1), "constant", -1.0), call(u((0, 2), 704), (0, 0, 1, 1)),
    ]  # fmt: skip
    yield "nn.functional.pad.reflect", [call(u((1, 2, 5), 705), (4, 4), "reflect"), call(u((2, 3, 4), 706), (1, 2, 2, 1), "reflect")]
    yield "nn.functional.pad.replicate", [call(u((1, 2, 3), 707), (4, 5), "replicate"), call(u((2, 2, 3), 708), (-1, 2, 0, 1), "replicate")]
    yield "nn.functional.pad.circular", [
        call(u((1, 2, 4), 709), (4, 3), "circular"), call(u((1, 1, 3, 4), 710), (1, 2, 3, 0), "circular"),
        call(u((1, 2, 4), 711), (0, 1), "circular"), call(u((1, 2, 3), 711), (3, 3), "circular"), call(u((2, 2, 3), 711), (-1, 2), "circular"),
    ]  # fmt: skip
    x = u((2, 7), 712)
    yield "unfold", [call(x, 1, 3, 1), call(x, 1, 3, 2), call(x, -1, 2, 3), call(x, 0, 2, 1), call(x, 1, 7, 4), call(u((2, 5, 3), 713), 1, 3, 2)]
    yield "nn.functional.unfold", [call(u((1, 2, 5, 4), 714), (2, 3), (2, 1), (1, 0), (1, 2)), call(u((2, 1, 4, 4), 715), 2, stride=2)]
    cols = [
        ((1, 4, 4), (3, 3), 2), ((2, 8, 4), (4, 4), 2, 1, 0, 2), ((1, 6, 8), (3, 4), (2, 3), 1, (1, 0), 1), ((1, 4, 4), (5, 4), 2, (2, 1), 0, (2, 2)),
        ((4, 9), (4, 4), 2), ((1, 2, 6), (3, 3), (1, 2), 1, 0, 1), ((1, 9, 4), (4, 4), 3), ((1, 9, 9), (3, 3), 3, 1, 1), ((1, 8, 1), (2, 2), 2),
    ]  # fmt: skip
    yield "nn.functional.fold", [call(u(s, 720 + k), *rest) for k, (s, *rest) in enumerate(cols)]


FAMILIES = {"diagonal": diagonal, "arrangement": arrangement, "padding": padding}


def samples(family):
    return [(OTHERS.get(name) or exact(name), calls) for name, calls in FAMILIES[family]()]
