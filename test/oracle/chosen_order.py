"""Samples chosen by hand of what puts elements in order, adds them up in turn, or measures them."""
from chosen import INF, NAN, b, call, i, once, t, u


def norms():
    x = u((2, 3, 4), 600)
    zeros = t([[0.0, 0.0, 0.0], [1.0, 0.0, -2.0]])
    yield "nansum", [call(t([[NAN, 1.0], [NAN, NAN]]), 1), call(t([NAN, 2.0, INF])), call(x, dim=(0, 2))]
    yield "aminmax", [call(t([[1.0, NAN], [2.0, -3.0]], False), dim=1), call(t([3.0, 3.0], False)), call(u((7, 3), 601, grad=False), dim=0),
                      call(u((300,), 602, grad=False))]  # fmt: skip
    yield "norm", [call(zeros, p, 1) for p in (0, 1, INF)] + [once(zeros, 2, 1)] + [call(x, 2, (0, 2)), call(x, 2.5, 1, keepdim=True), once(zeros, 3, 1)]
    yield "norm.fro", [call(x, "fro", (0, 1)), once(zeros, "fro", 1), call(x, "fro", dim=1, keepdim=True), call(u((1,), 603)),
                       call(u((1, 300), 604), "fro", 1), call(t([NAN, 1.0]))]  # fmt: skip
    yield "norm.inf", [call(t([1.0, -1.0, 0.5]), INF), call(t([2.0, -1.0, 1.0]), -INF), call(x, INF, 1, keepdim=True), call(x, -INF, (0, 1)),
                       call(t([NAN, 1.0]), INF)]  # fmt: skip
    yield "linalg.vector_norm", [once(zeros, 2, 1), call(zeros, 0, 1), call(zeros, INF, 1), call(x, 3.5, (0, 2), True), call(x, 0.5), call(x, -2)]
    yield "dist", [call(u((3,), 605), u((2, 1), 606)), once(x, x), call(u((2, 3), 607, grad=False), u((), 607, grad=False), 0), call(x, u((4,), 608), INF)]
    yield "nn.functional.pairwise_distance", [call(u((5, 3), 609), u((5, 3), 610), p=p) for p in (1.0, 2.0, 3.0, INF)] + [
        call(u((5, 3), 611), u((3,), 612))
    ]
    yield "nn.functional.normalize", [once(zeros, dim=1), call(x, dim=-1), call(x, p=INF, dim=1)]
    yield "nn.functional.cosine_similarity", [once(zeros, u((3,), 613), dim=1), call(u((6, 2), 614), u((6, 2), 615), dim=0)]
    yield "var_mean", [call(x, (0, 2)), call(u((1, 300), 616), 1)]
    yield "std_mean", [call(x, (0, 2)), call(t([[3.0, 3.0], [1.0, 2.0]]), 1)]


def scans():
    x, long = u((2, 3, 4), 620), u((2, 300), 621)
    zeros = t([[2.0, 0.0, 3.0, 0.0], [0.0, 0.0, 1.0, 2.0], [-1.5, 2.0, 0.5, 3.0]])
    yield "cumprod", [call(zeros, 1), call(zeros, 0), call(x, -2), call(u((2, 150), 622, 0.9, 1.1), 1), call(t([1.0, NAN, 0.0, INF], False), 0)]
    ties = t([[1.0, 3.0, 3.0, 2.0, 5.0], [2.0, 2.0, -1.0, 2.0, 2.0]])
    nans = t([[1.0, NAN, 3.0, NAN, INF], [-INF, INF, INF, NAN, 0.0]], False)
    for name in ("cummax", "cummin"):
        yield name, [call(ties, 1), call(ties, 0), call(nans, 1), call(x, -1), call(long, 1), call(u((0, 2), 623), 1)]
    low = t([[-INF, 0.0, 1.0, -INF], [-INF, -INF, 2.0, 1000.0]], False)
    yield "logcumsumexp", [call(low, 1), call(u((40,), 624, -60.0, 60.0), 0), call(t([[INF, 1.0], [NAN, 1.0]], False), 1), call(x, -1),
                           call(long, 1)]  # fmt: skip
    yield "diff", [call(x, 1, 1), call(x, 2, -1, u((2, 3, 1), 625), u((2, 3, 2), 626)), call(x, 9, 0)]
    yield "trapezoid", [call(u((2, 3), 627), t([0.0, 0.5, 2.0])), call(u((3, 2), 628), t([0.0, 0.5, 2.0]), dim=0), call(u((2, 1), 629))]
    yield "cumulative_trapezoid", [call(u((2, 3), 630), t([0.0, 0.5, 2.0])), call(u((3, 2), 631), t([0.0, 0.5, 2.0]), dim=0)]


def order():
    x, long = u((2, 3, 4), 640), u((370,), 641)
    ties = t([[3.0, 1.0, 2.0, 1.0, 3.0], [0.0, -0.0, 2.0, 2.0, -1.0]])
    wild = t([[1.0, NAN, -INF, 0.0, INF], [NAN, 2.0, NAN, -1.0, 1e-40]], False)
    for down in (False, True):
        yield "sort", [call(s, dim=d, descending=down, stable=True) for s, d in ((ties, 1), (ties, 0), (wild, 1), (x, 1), (long, 0))]
        yield "argsort", [call(s, dim=d, descending=down, stable=True) for s, d in ((wild, 1), (x, 1), (u((370,), 642, grad=False), 0))]
    yield "argsort", [call(u((), 643, grad=False)), call(u((0, 3), 644, grad=False), 0)]
    yield "msort", [call(x), call(u((5,), 645)), call(u((9, 2), 646)), call(u((0, 2), 647)), call(u((1, 2), 648)), call(u((370,), 649)), call(u((3, 1), 650))]
    yield "topk", [call(x, 2, largest=False), call(x, 0), call(x, 2, 0), call(u((100,), 651), 80), call(u((300,), 652), 5)]
    yield "kthvalue", [call(x, 3, 1), call(long, 100), call(wild, 3, 1)]
    for name in ("median", "nanmedian"):
        yield name, [call(wild), call(wild, 1), call(wild, 0), call(x), call(long, 0), call(t([1.0, 2.0, 2.0, 5.0])), call(t([NAN, NAN], False))]
    yield "mode", [call(ties, 1), call(t([1.0, 2.0, 2.0, 1.0, 5.0], False)), call(t([[5.0, 5.0, 1.0], [1.0, 5.0, 1.0]], False), 0)]
    for name in ("quantile", "nanquantile"):
        for how in ("linear", "lower", "higher", "midpoint", "nearest"):
            yield name, [call(x, t([0.0, 0.3, 0.75, 1.0], False), dim=1, interpolation=how), call(wild[:, :2], 0.25, dim=1, interpolation=how)]
        yield name, [call(long, t([0.1, 0.77])), call(x, 0.4, keepdim=True), call(x, t([0.2, 0.4], False), dim=0, keepdim=True)]
    steps = t([[1.0, 2.0, 2.0, 2.0, 5.0, NAN], [-INF, 0.0, 1.0, 1.0, INF, INF]], False)
    values = t([[2.0, NAN, 5.5], [1.0, INF, -INF]], False)
    for right in (False, True):
        yield "searchsorted", [call(steps, values, right=right), call(steps[0], values, right=right), call(steps[1], 1.0, right=right)]
        yield "bucketize", [call(values, steps[1], right=right)]
    yield "searchsorted", [call(t([3.0, 1.0, 2.0], False), t([1.5, 3.0], False), sorter=i([1, 2, 0])), call(i([1, 3, 5]), i([[3], [4]]))]
    for invert in (False, True):
        yield "isin", [call(wild, t([NAN, 1.0, INF], False), invert=invert), call(i([[1, 2], [3, 4]]), i([2, 4, 9, 2]), invert=invert)]
    yield "msort", [call(u((4, 1, 2), 655))]
    flat = u((700,), 656, -3, 3, grad=False)[:390]
    yield "histc", [call(flat, 200), call(flat, 7, -1, 1), call(t([1.0, 2.0, 2.0, 3.0, 9.0], False), 4, 1, 3), call(t([2.0, 2.0], False), 3)]
    yield "isin", [call(u((0,), 653, grad=False), u((3,), 654, grad=False)), call(t([1.0, 2.0], False), t([], False)), call(i([1, 2]), 2)]


FAMILIES = (norms, scans, order)


def samples():
    """{family: {operator: [sample, ...]}}"""
    table = {}
    for family in FAMILIES:
        ops = table.setdefault(family.__name__, {})
        for name, calls in family():
            ops.setdefault(name, []).extend(calls)
    return table
