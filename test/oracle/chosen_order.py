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


FAMILIES = (norms, scans)


def samples():
    """{family: {operator: [sample, ...]}}"""
    table = {}
    for family in FAMILIES:
        ops = table.setdefault(family.__name__, {})
        for name, calls in family():
            ops.setdefault(name, []).extend(calls)
    return table
