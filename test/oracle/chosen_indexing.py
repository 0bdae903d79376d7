"""Samples chosen by hand for movement, indexing and products, where OpInfo has too few, or does not
know the operation at all.

`samples(family)` gives [(operator, [sample, ...]), ...]; an operator is OpInfo's, or one of OTHERS in
the same form.
"""
import types

import torch
import torch.nn.functional as F

from chosen import b, call, i, once, t, u
from opinfo_dump import exact


def other(name, op):
    """An operator that OpInfo does not know."""
    floats = {torch.float32}
    return types.SimpleNamespace(
        name=name, variant_test_name="", op=op, supports_autograd=True, supports_gradgrad=True, dtypes=floats
    )


def items_of(items):
    """The items of an index: a slice is the text that Python writes for it, '...' an Ellipsis."""

    def one(x):
        if x == "...":
            return ...
        if isinstance(x, str):
            return slice(*(int(part) if part else None for part in x.split(":")))
        return x

    return tuple(one(x) if isinstance(x, str) else x for x in items)


def setitem(x, value, *items, accumulate=False):
    y = x.clone()
    if accumulate:
        y[items_of(items)] += value
    else:
        y[items_of(items)] = value
    return y


OTHERS = {
    o.name: o
    for o in (
        other("getitem", lambda x, *items: x[items_of(items)]),
        other("setitem", setitem),
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


def subscript():
    x, m, v = u((3, 4, 5), 800), u((4, 3), 801), u((6,), 802)
    yield "getitem", [call(x, *items) for items in (
        (0,), (-1, "1:3"), ("...", 2), (":", 1, "::2"), (None, 0, "...", None), ("1:-1", "...", "-3:"), (0, 1, 2), ("5:",), ("2:1", 0),
        (i([0, 2, 2]),), (":", i([1, -1])), (i([0, 2]), i([3, -4])), (i([[0], [2]]), i([1, 3])), (i([0, 1]), ":", i([2, 4])),
        (0, ":", i([1, 0])), (i([0, 1]), None, i([2, 3])), (i([0, 1]), 2, i([2, 4])), ("...", i([1, 1, 0])), ("::2", i([0, 1]), "1:"),
        (i([]),), (i([[0, 1], [2, 0]]), "...", 0), (i(1), i([0, 2])), ("1:", i([3]), i([[0], [4]])),
    )]  # fmt: skip
    yield "setitem", [
        call(m, 2.0, 0), call(m, u((3,), 803), 1), call(m, u((4, 1), 804), ":", "1:"), call(x, u((), 805), "...", "::2"),
        call(x, u((2, 5), 806), 1, "2:"), call(m, u((2, 3), 807), i([3, 0])), call(m, u((2,), 808), i([1, 2]), i([0, -1])),
        call(x, u((2, 4), 809), i([0, 2]), ":", i([1, 3])), call(m, u((3,), 810), b([True, False, True, True])),
        call(m, 0.5, b([[True, False, True]] * 4)), call(x, u((1, 5), 811), "1:", b([True, False, False, True])), call(v, u((3,), 812), "::2"),
        call(v, u((2,), 813), "1:3", accumulate=True), call(v, 1.0, i([]),), call(m, u((1, 3), 814), "2:4", accumulate=True),
    ]  # fmt: skip


def scatter():
    x, m, v = u((3, 4, 5), 800), u((4, 3), 801), u((6,), 802)
    yield "index_put", [
        call(m, (i([2, 0]),), u((3,), 818)),
        call(v, (i([1, 1, 0, -1]),), u((4,), 815), accumulate=True), call(m, (i([0, 3]), i([2, 2])), u((2,), 816)),
        call(x, (i([[0], [1]]), i([3, 0])), u((2, 2, 5), 817), accumulate=True),
    ]  # fmt: skip
    three = i([[0, 1, 2], [2, 0, 1]])
    yield "scatter", [
        call(m, 0, three, u((2, 3), 820)), call(m, 1, i([[2, 0], [1, 2]]), u((2, 2), 821)), call(m, 1, i([[2, 0], [1, 2]]), u((3, 3), 821, grad=False)), call(m, -1, i([[0]]), 1.5), call(v, 0, i([5, 0]), u((2,), 822)),
        call(m.detach(), 0, three, u((2, 3), 823, grad=False), reduce="add"), call(m.detach(), 0, three, u((2, 3), 823, grad=False), reduce="multiply"), call(u((), 824), 0, i(0), u((), 825)),
    ]  # fmt: skip
    twice = i([0, 3, 0, 1, 3, 0])
    for kind in ("sum", "prod", "mean", "amax", "amin"):
        yield "scatter_reduce." + kind, [
            call(u((4,), 830), 0, twice, u((6,), 831), reduce=kind, include_self=s) for s in (True, False)
        ] + [call(u((3, 3), 832), 1, i([[0, 0], [2, 2], [1, 0]]), u((3, 2), 833), reduce=kind, include_self=s) for s in (True, False)]
    ties = t([1.0, 2.0, 3.0]), 0, i([0, 0, 1, 1, 2]), t([1.0, 1.0, 2.0, 0.0, 5.0])
    # PyTorch shares the gradient with x even where x is not included: no such ties here.
    apart = t([7.0, 7.0, 7.0]), *ties[1:]
    for kind in ("amax", "amin"):
        yield "scatter_reduce." + kind, [call(*ties, reduce=kind), call(*apart, reduce=kind, include_self=False)]
    zeros = t([2.0, 3.0, 4.0]), 0, i([0, 0, 1, 1, 2]), t([0.0, 2.0, 0.0, 0.0, 5.0])
    yield "scatter_reduce.prod", [once(*zeros, reduce="prod", include_self=s) for s in (True, False)]
    yield "index_add", [call(m, 0, i([3, 0, 3]), u((3, 3), 840)), call(m, 1, i([1, 1]), u((4, 2), 841), alpha=0.5)]
    yield "index_copy", [call(m, 0, i([3, 0]), u((2, 3), 842)), call(m, -1, i([2]), u((4, 1), 843)), call(v, 0, i([5, 1, 0]), u((3,), 844)),
                         call(m, 1, i([0, 1, 2]), u((4, 3), 842)), call(m, 0, i([1, 2, 3, 0]), u((4, 3), 842)), call(x, 1, i([2, 0]), u((3, 2, 5), 842))]  # fmt: skip
    yield "index_fill", [call(m, 0, i([3, 3]), 2.0), call(m, 1, i([0, 2]), t(0.5)), call(v, 0, i([]), 1.0), call(x, 1, i([0, 2, 0]), -1.0), call(x, -1, i([1]), t(2.0))]
    yield "index_reduce", [call(m, 0, i([3, 0, 3]), u((3, 3), 845), "prod"), call(m, 1, i([2, 2]), u((4, 2), 846), "amax", include_self=False)]
    yield "take", [call(m, i([0, 11, 5, 5])), call(m, i([[-1, 0], [2, -12]])), call(x, i(7)), call(v, i([])), call(v, i([5, 5, 5]))]
    yield "put", [call(m, i([0, 11, -2]), u((3,), 850)), call(m, i([[1, 1], [4, -1]]), u((2, 2), 851), accumulate=True), call(v, i(2), u((), 852))]
    yield "take_along_dim", [call(m, i([[0, 1, 1]]), 0), call(m, i([[2], [0], [1], [1]]), 1), call(m, i([3, 11])), call(x, i([[[0, 4]]]), -1)]
    mask = b([[True, False, True], [False, False, True], [True, True, True], [False, False, False]])
    yield "masked_fill", [call(m, mask, 2.0), call(m, b([True, False, False]), t(-1.0)), call(x, b([[True], [False], [True], [False]]), 0.0)]
    yield "masked_scatter", [call(m, mask, u((6,), 860)), call(m, mask, u((3, 3), 861)), call(m, b([True, False, False]), u((9,), 862)), call(v, b(True), u((7,), 863))]


def products():
    a, c, x = u((3, 4), 900), u((4, 5), 901), u((2, 3, 4), 902)
    yield "einsum", [call(list(operands), equation) for equation, operands in (
        ("ij,jk->ik", (a, c)), ("ij,jk", (a, c)), ("ii->i", (u((3, 3), 903),)), ("iij->j", (u((3, 3, 2), 904),)), ("ij->", (a,)), ("ba", (a,)),
        ("i,j->ij", (u((3,), 905), u((2,), 906))), ("bij,bjk->bik", (x, u((2, 4, 3), 907))), ("...ij,...jk->...ik", (x, u((4, 2), 908))),
        ("i...->...", (x,)), ("bn,anm,bm->ba", (u((2, 3), 909), u((4, 3, 2), 910), u((2, 2), 911))), ("ij,ij->j", (a, u((1, 4), 912))),
        ("iiij->ij", (u((2, 2, 2, 3), 913),)), ("a,ab,b", (u((3,), 914), a, u((4,), 915))), ("...,...->...", (a, u((), 916))), ("ij,kl->", (a, c)),
        ("bhqd,bhkd->bhqk", (u((1, 2, 3, 2), 917), u((1, 2, 4, 2), 918))), ("i,i->", (u((0,), 919), u((0,), 920))),
    )]  # fmt: skip
    yield "tensordot", [call(x, u((3, 4, 2), 921)), call(x, u((4, 3), 922), dims=1), call(a, c, dims=0), call(x, u((4, 2, 5), 923), dims=([0, 2], [1, 0])), call(a, a, dims=2), call(u((3,), 924), u((3,), 925), dims=1)]
    yield "inner", [call(x, a), call(a, u((), 926)), call(u((4,), 927), u((4,), 928)), call(u((2, 0), 929), u((3, 0), 930)), call(a, u((4,), 928)), call(u((), 928), x)]
    yield "vdot", [call(u((n,), 931 + n), u((n,), 941 + n)) for n in (0, 1, 2, 3, 17, 64, 80)]
    yield "addmv", [call(u(s, 950), a, u((4,), 951), beta=b_, alpha=k) for s, b_, k in (((3,), 1, 1), ((1,), 0.5, 2), ((), -1, 0.5))]
    yield "addbmm", [call(u(s, 952), u((3, m, k), 953), u((3, k, n), 954)) for s, m, k, n in (((1,), 1, 2, 3), ((2, 2), 2, 1, 2), ((), 2, 2, 1), ((2, 1), 2, 5, 3), ((2, 3), 2, 0, 3))]
    yield "baddbmm", [call(u(s, 952), u((3, m, k), 953), u((3, k, n), 954)) for s, m, k, n in (((1,), 1, 2, 3), ((2, 2), 2, 1, 2), ((), 2, 2, 1), ((2, 1), 2, 5, 3))]
    yield "addbmm", [call(u(s, 952), x, u((2, 4, 3), 953), beta=b_, alpha=k) for s, b_, k in (((3, 3), 1, 1), ((3,), 0.5, 2), ((1, 3), 0, 1))]
    yield "baddbmm", [call(u(s, 954), x, u((2, 4, 3), 955), beta=b_, alpha=k) for s, b_, k in (((2, 3, 3), 1, 1), ((1, 3, 3), 0.5, 2), ((3, 1), 0.2, 1), ((2, 3, 3), 0, 1))]
    yield "addr", [call(u(s, 956), u((3,), 957), u((4,), 958), beta=b_, alpha=k) for s, b_, k in (((3, 4), 1, 1), ((4,), 0.5, 2), ((), 2, -1), ((1, 4), 0, 1))]
    three = u((3, 4), 960), u((3, 4), 961), u((2, 3), 962)
    yield "cross", [call(*three[:2]), call(three[2], u((2, 3), 963)), call(u((3,), 964), u((3,), 965)), call(*three[:2], dim=0), call(three[2], u((2, 3), 966), dim=-1)]
    yield "linalg.cross", [call(three[2], u((2, 3), 963)), call(*three[:2], dim=0), call(u((2, 1, 3), 967), u((1, 4, 3), 968)), call(u((3,), 964), u((3,), 965)), call(u((0, 3), 969), u((0, 3), 969))]
    yield "kron", [call(u(p, 970), u(q, 971)) for p, q in (((2, 2), (3, 2)), ((3,), (2,)), ((2, 3), (2,)), ((), (2, 2)), ((1, 2), (2, 1, 2)), ((0,), (3,)), ((2,), (1, 3)), ((3, 1), (1, 2)))]
    same = t([[1.0, 2.0], [3.0, 4.0]]), t([[1.0, 2.0], [1.0, 4.0]])
    for p in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, float("inf")):
        yield "cdist", [once(u((3, 2), 972), u((4, 2), 973), p), once(*same, p)]
    yield "cdist", [once(u((2, 3, 2), 974), u((4, 2), 975)), once(u((0, 2), 976), u((3, 2), 977)), once(u((2, 0), 976), u((3, 0), 977))]
    obs = u((3, 6), 980)
    yield "cov", [
        call(obs), call(u((6,), 981)), call(obs, correction=0), call(obs, correction=2, fweights=i([1, 2, 0, 1, 3, 1])),
        call(obs, aweights=u((6,), 982, 0.2, 2, False)), call(obs, fweights=i([1, 2, 1, 1, 3, 1]), aweights=u((6,), 983, 0.2, 2, False)),
    ]  # fmt: skip
    yield "corrcoef", [call(obs), call(u((2, 5), 984)), call(u((6,), 985)), call(u((4, 3), 986)), call(u((1, 4), 987))]
    m = u((3, 3), 990)
    yield "linalg.matrix_power", [call(m, n) for n in (0, 1, 2, 3, 5, 8)] + [call(u((2, 2, 2), 991), 3), call(u((0, 2, 2), 992), 2)]
    yield "linalg.multi_dot", [
        call([u(s, 993 + k) for k, s in enumerate(shapes)])
        for shapes in (((2, 3), (3, 4)), ((3,), (3, 2), (2,)), ((2, 5), (5, 1), (1, 4)), ((4, 1), (1, 4), (4, 2), (2, 3)), ((3,), (3,)), ((2, 3), (3, 2), (2,)), ((2, 0), (0, 3), (3, 1)))
    ]  # fmt: skip


FAMILIES = {"products": products, "subscript": subscript, "scatter": scatter, "diagonal": diagonal, "arrangement": arrangement, "padding": padding}


def samples(family):
    return [(OTHERS.get(name) or exact(name), calls) for name, calls in FAMILIES[family]()]
