"""Samples chosen by hand for the functions that are no methods: each over the inside of its domain with second
derivatives, at its kinks and ends without. `samples` has chosen.py's form.
"""
from chosen import INF, NAN, SPECIAL, call, i, once, t, u

KINK = [-3.5, -3.0, -1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0, 3.0, 3.5, 6.0, 6.5]

# name: where its ordinary numbers lie
ANGLES = {
    "asin": (-0.95, 0.95),
    "acos": (-0.95, 0.95),
    "atan": (-5, 5),
    "sinh": (-4, 4),
    "cosh": (-4, 4),
    "asinh": (-5, 5),
    "acosh": (1.05, 6),
    "atanh": (-0.95, 0.95),
    "sinc": (-4, 4),
    "exp2": (-6, 6),
    "log10": (0.05, 20),
    "frac": (-5, 5),
    "deg2rad": (-400, 400),
    "rad2deg": (-7, 7),
    "special.entr": (0.05, 3),
    "nan_to_num": (-5, 5),
    "positive": (-5, 5),
}
ENDS = {
    "asin": [-1.0, -0.5, 0.0, -0.0, 0.5, 1.0, 1.5, 1e-4, -1e-20, NAN],
    "acos": [-1.0, -0.5, 0.0, 0.5, 1.0, -1.5, 1e-4, 0.9999, -0.9999, NAN],
    "atan": [*SPECIAL, 0.41421357, 1e30, -1e-30],
    "sinh": [*SPECIAL, 88.0, 89.2, -89.2, 90.0, 10.0, 9.999, 1e-20],
    "cosh": [*SPECIAL, 88.0, 89.2, -89.2, 90.0, 10.0, 9.999, 1e-20],
    "asinh": [*SPECIAL, 9999.0, 10001.0, 1e30, -1e30, 1e-20],
    "acosh": [1.0, 1.0000001, 1.001, 2.0, 9999.0, 10001.0, 1e30, INF, 0.5, NAN],
    "atanh": [-1.0, 1.0, 0.0, -0.0, 0.25, 0.9999999, 1e-20, 2.0, NAN],
    "sinc": [0.0, 1e-20, 1e-3, -0.25, 0.5, 1.0, 2.0, 100.0, 1001.5, -12345.25],
    "exp2": [*SPECIAL, 127.0, 127.99, 128.0, -126.0, -149.0, -151.0, 3.0, 1e-20],
    "log10": [1.0, 10.0, 100.0, 0.001, 1e-37, 1e38, 0.0, -1.0, INF, NAN],
    "frac": [-2.5, -1.0, -0.0, 0.0, 0.75, 1e9, NAN],
    "special.entr": [0.0, -0.0, 1e-30, 1.0, 100.0, -1.0, INF, NAN],
    "nan_to_num": [NAN, 1.0, -1.0, 0.0],
}
PAIRED = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 400.0, INF, -INF, NAN]
PAIRS = [x for x in PAIRED for _ in PAIRED], PAIRED * len(PAIRED)


def elementary():
    seed = 200
    for name, (lo, hi) in ANGLES.items():
        seed += 10
        inside = [call(u((3, 4), seed + k, lo, hi)) for k in range(3)] + [call(u((2, 1, 3), seed + 3, lo, hi))]
        inside += [call(u((), seed + 4, lo, hi)), call(u((0, 2), seed + 5, lo, hi))]
        yield name, inside + ([once(t(ENDS[name]))] if name in ENDS else [])
    yield "nan_to_num", [
        once(t([NAN, INF, -INF, 1.0]), nan=3.0, posinf=10.0, neginf=-10.0),
        once(t([NAN, INF, -INF, 1.0]), 0.5, 7.0, -7.0),
    ]
    for name in ("signbit", "isposinf", "isneginf"):
        yield name, [call(t(SPECIAL[:-1], False)), *(call(u((3, 4), 500 + k, grad=False)) for k in range(7))]
    for name in ("isposinf", "isneginf"):
        yield name, [call(t(SPECIAL, False))]
    for name in ("atan2", "hypot", "copysign", "fmax", "fmin"):
        yield name, [once(t(PAIRS[0]), t(PAIRS[1])), once(t([1e30, 1e-30, 3e38, 1e-37]), t([1e30, 1e-30, 1.0, 1e-37]))]
    for name in ("logaddexp", "logaddexp2"):
        pairs = [(x, y) for x, y in zip(*PAIRS) if x == x and y == y and abs(x) != INF and abs(y) != INF]
        yield name, [call(u((3, 4), 600 + k, -9, 9), u((4,), 620 + k, -9, 9)) for k in range(5)] + [
            once(t([x for x, _ in pairs]), t([y for _, y in pairs])),
            call(u((), 640), u((2, 0), 641)),
            call(t([INF, -INF, INF, -INF, NAN, 1.0], False), t([INF, -INF, -INF, 1.0, 1.0, INF], False)),
        ]
    for name in ("xlogy", "special.xlog1py"):
        yield name, [
            once(t([0.0, 0.0, 0.0, 2.0, NAN, 0.0, 1.0]), t([0.0, INF, NAN, 0.0, 1.0, -1.0, 3.0])),
            call(u((3, 4), 650), u((4,), 651, 0.1, 3)),
        ]
    yield "ldexp", [call(u((3, 4), 660), i([0, 3, -2, 10])), call(t([1.0, -1.5, 0.0]), i([100, -100, 7]))]


def activation():
    seed = 700
    for name in """relu6 hardtanh hardswish hardsigmoid mish selu celu softsign tanhshrink hardshrink softshrink
     logsigmoid""".split():
        seed += 10
        ends = [x for x in SPECIAL if x == x or name not in ("softshrink", "selu", "celu", "relu6", "hardtanh")]
        ends = [x for x in ends if abs(x) != INF or name not in ("softsign", "tanhshrink", "mish", "hardswish")]
        yield "nn.functional." + name, [call(u((3, 4), seed + k, -7, 7)) for k in range(4)] + [
            once(t(KINK)),
            once(t(ends)),
            call(u((), seed + 5)),
            call(u((2, 0, 3), seed + 6)),
        ]
    yield "nn.functional.hardtanh", [call(u((3, 4), 900, -3, 3), -0.5, 2.0)]
    yield "nn.functional.celu", [call(u((3, 4), 901, -3, 3), alpha=a) for a in (0.5, 2.0, -1.0)]
    yield "nn.functional.hardshrink", [call(u((3, 4), 902, -3, 3), lambd=1.5)]
    yield "nn.functional.softshrink", [call(u((3, 4), 903, -3, 3), lambd=1.5)]
    yield "nn.functional.threshold", [
        call(u((3, 4), 904), 0.5, -2.0),
        call(u((3, 4), 905), 0.0, 1.0),
        once(t(KINK), 0.25, 20.0),
        call(u((), 906), 0.5, 0.25),
        call(u((2, 0), 907), 0.5, 0.25),
    ]
    yield "nn.functional.rrelu", [call(u((3, 4), 910 + k), lower=0.1 * k, upper=0.1 * k + 0.3, training=False) for k in range(6)] + [
        once(t(KINK)),
        call(u((2, 0, 3), 920)),
        call(u((), 921)),
    ]
    yield "nn.functional.softmin", [call(u((3, 4), 930), 1), call(u((3, 4), 931), dim=0), call(u((5,), 932), -1)]
    yield "nn.functional.softmin", [call(t([1000.0, 999.0, -1000.0]), 0)]
    yield "nn.functional.prelu", [call(u((2, 3, 4), 940), u((3,), 941)), call(u((2, 3), 942), u((1,), 943)), once(t(KINK), t([0.25]))]
    yield "nn.functional.glu", [call(u((2, 6), 944, -6, 6)), call(u((4, 3), 945), dim=0), call(u((3, 4), 946), 1)]


# name: where its ordinary numbers lie, and its ends
TAILS = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 5.0, -5.0, 9.0, 9.3, -9.3, 12.0, -30.0, INF, -INF, NAN]
TRANSCENDENTAL = {
    "lgamma": (-4.45, 9, [1.0, 2.0, 1e-10, -1e-10, 0.0, -2.0, 1.4999, 2.5001, 7.999, 8.001, 100.0, 1e10, 3e35, -2.457, -20.3, INF]),
    "digamma": (-4.45, 9, [1.0, 2.0, 1e-6, -1e-6, 0.0, -0.0, 1.4616, 5.999, 6.001, 100.0, 1e10, -20.3, INF, -INF, NAN]),
    "erfc": (-3, 3, TAILS),
    "special.erfcx": (-2, 6, [x for x in TAILS if x != -9.3]),
    "special.ndtr": (-4, 4, TAILS),
    "special.log_ndtr": (-6, 4, [x for x in TAILS if abs(x) != INF]),
    "erfinv": (-0.95, 0.95, [0.0, -0.0, 1e-20, 0.84, 0.86, -0.86, 0.9999, -0.999999, 1.0, -1.0, 1.5, NAN]),
    "special.ndtri": (0.02, 0.98, [0.0, 1.0, 0.5, 0.0749, 0.0751, 0.93, 1e-4, 1e-10, 1e-20, 1e-37, 0.99999, -0.5, NAN]),
    "i0": (-5, 5, [0.0, 1e-4, 3.74, 3.76, -20.0, 80.0, 88.9]),
    "special.i0e": (-5, 5, [1e-4, 3.74, 3.76, -20.0, 88.9, 1e10, INF, -INF, NAN]),
    "special.i1": (-5, 5, [0.0, -0.0, 1e-4, 3.74, 3.76, -20.0, 80.0, 88.9]),
    "special.i1e": (-5, 5, [1e-4, 3.74, 3.76, -20.0, 88.9, 1e10]),
}


def transcendental():
    seed = 1000
    for name, (lo, hi, ends) in TRANSCENDENTAL.items():
        seed += 10
        yield name, [call(u((3, 4), seed + k, lo, hi)) for k in range(4)] + [once(t(ends)), call(u((), seed + 5, 0.1, 0.9))]
        yield name, [call(u((2, 0), seed + 6, 0.1, 0.9)), call(u((2, 1, 3), seed + 7, 0.1, 0.9))]
    for n in range(5):
        yield f"polygamma.polygamma_n_{n}", [
            call(u((3, 4), 1200 + n, 0.3, 9), n),
            call(u((3, 4), 1210 + n, -2.8, -2.2), n),
            once(t([1e-3, 0.5, 1.0, 8.9, 9.1, 100.0, 1e5, -0.3, -7.4]), n),
        ]
    yield "polygamma.polygamma_n_4", [call(u((3, 4), 1220 + n, 0.5, 12), n) for n in (5, 6, 8)]
    for p in (1, 3, 5):
        yield f"mvlgamma.mvlgamma_p_{p}", [call(u((3, 4), 1230 + p, p / 2, p + 5), p), once(t([2.5, 3.0, 10.0, 1e4]), p)]
    yield "special.zeta", [
        call(u((3, 4), 1240, 1.2, 6, False), u((4,), 1241, 0.3, 9, False)),
        call(t([2.0, 3.0, 4.0, 2.0, 3.0, 1.0, 0.5, 2.5], False), t([-0.5, -1.3, -2.7, 0.0, -3.0, 2.0, 2.0, -0.5], False)),
        call(t([1.01, 2.0, 20.0, 50.0], False), t([1.0, 1e5, 1.5, 1.0], False)),
    ]


def samples(*subjects):
    """{subject: {OpInfo name: [sample, ...]}}"""
    tables = {}
    for subject in subjects:
        table = tables[subject.__name__] = {}
        for name, calls in subject():
            table.setdefault(name, []).extend(calls)
    return tables
