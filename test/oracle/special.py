"""Special values for every operator that calculates: zeros of both signs, ones, the ends of exp's
range, numbers far beyond it, infinities, NaN; each with its gradient.

`samples()` gives {OpInfo name: [sample, ...]}, as chosen.py does.
"""
from chosen import INF, NAN, i, once, t

SMALL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1e-3, -1e-3, 1e-30]
LARGE = [2.0, -3.0, 20.0, -20.0, 88.0, -88.0, 89.0, -104.0, 400.0, -400.0, 1e10, -1e10, 3e38, -3e38]
ENDS = [INF, -INF, NAN]
PAIRED = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 400.0, -400.0, INF, -INF, NAN]
LINES = [
    [1.0, 2.0, NAN],
    [INF, 1.0, -1.0],
    [-INF, 1.0, -1.0],
    [INF, -INF, 0.0],
    [-INF, -INF, -INF],
    [INF, INF, 1.0],
    [400.0, -400.0, 0.0],
    [400.0, 400.0, 400.0],
    [-0.0, 0.0, -0.0],
    [3e38, 3e38, -3e38],
]
REDUCED = "sum mean amax amin logsumexp softmax log_softmax cumsum prod var std argmax argmin any all"


def samples(unary, binary):
    """`unary` and `binary`: names of functions of one and of two tensors."""
    pairs = [[x for x in PAIRED for _ in PAIRED], PAIRED * len(PAIRED)]
    table = {name: [once(t(SMALL + LARGE + ENDS))] for name in unary}
    modes = {"div.trunc_rounding": "trunc", "div.floor_rounding": "floor"}
    for name in binary:
        rounding = {"rounding_mode": modes[name]} if name in modes else {}
        table[name] = [once(t(pairs[0]), t(pairs[1]), **rounding)]
    for name in REDUCED.split():
        # PyTorch's cumsum on the CPU adds in float64, where 3e38 + 3e38 - 3e38 does not overflow.
        lines = LINES[:-1] if name == "cumsum" else LINES
        table[name] = [once(t(lines), (1,) if name in ("var", "std") else 1)]
    for name in ("max.reduction_with_dim", "min.reduction_with_dim"):
        table[name] = [once(t(LINES), 1)]
    p = t([0.0, 1.0, 0.0, 1.0, 0.5, 1e-30, 1.0 - 2**-24]), t([0.0, 1.0, 1.0, 0.0, 0.5, 1.0, 0.0], False)
    table["nn.functional.binary_cross_entropy"] = [once(*p, reduction=r) for r in ("none", "sum")]
    z = SMALL + LARGE + ENDS
    table["nn.functional.binary_cross_entropy_with_logits"] = [
        once(t(z), t([y] * len(z), False), reduction="none") for y in (0.0, 0.25, 1.0)
    ]
    k = i([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    table["nn.functional.cross_entropy"] = [once(t(LINES), k, reduction="none")]
    table["nn.functional.mse_loss"] = [once(t(z), t([1.0] * len(z)), reduction="none")]
    return table
