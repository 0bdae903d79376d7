#!/usr/bin/python3
"""Dump PyTorch's own test samples (OpInfo), with outputs and gradients, as JSON.

PyTorch keeps, for every operator, a generator of the inputs its own test suite runs
(torch.testing._internal.common_methods_invocations.op_db). Debian's python3-torch ships it.
This script runs chosen operators over those inputs and writes the inputs, the outputs, a
seeded grad_output, the gradients of the inputs and the second derivatives, so that wgrad can
be compared with PyTorch and no test needs Python. `make.py` calls it for every committed file.

  /usr/bin/python3 opinfo_dump.py --list                   # every name, one a line
  /usr/bin/python3 opinfo_dump.py -o f.json add mul matmul # a name takes all its variants
  /usr/bin/python3 opinfo_dump.py -o f.json --reference --second max.binary

File: {meta, ops: [{name, source, dtype, samples: [...], skipped: {why: count}, errors?: [...]}]}
Sample: {args, kwargs, output, grad_output, grads[, grads2][, output32][, grads32]}

The truth. Floating results of float32 samples are computed in float64: `output`, `grads` and
`grads2` hold those. A tensor with "wide": true has data of float64, rounded to 10 significant
digits; without it every number is a float32, written as the shortest decimal that rounds to it
(Math.fround restores it). `output32` and `grads32` are there only where PyTorch's own float32
result is another number (rtol 1e-4, atol 1e-5): a quotient rounded across an integer, an
overflow. Either answer is then right.

`noise` (with the option of that name): {output, grads, grads2}, how far each part moves when the
inputs move by half a ULP of their largest element.

Values: tensor {shape, dtype, data[, wide][, requires_grad]} with data flat, row-major, NaN and
infinities as the strings "NaN", "Infinity", "-Infinity", bools as 0 and 1; lists and tuples as
arrays; a tensor given again {"same": "args.0"}; a dtype {"dtype": "float64"}; other torch constants {"torch": "torch.strided"}. An
integer over 2^53 is a string. args[0] is the operator's first input. `output` is one value or
an array (an operator that returns several tensors). grad_output holds one tensor per
differentiable output, in order, [] when there is none. grads: {"args.0": tensor | null,
"kwargs.weight": ...}, keyed by the path of each input that requires a gradient; null means that
none flows there. grads2 = {v, grads}: with L = the sum of <grads[p], v[p]> over every p of v,
grads holds the gradients of L for the same inputs and for "grad_output.0" and so on.
"""
import argparse
import json
import math
import random
import sys
import types
import unittest
import warnings
import zlib

warnings.simplefilter("ignore")

# common_utils imports `expecttest`, which Debian does not ship; a stub is enough.
_stub = types.ModuleType("expecttest")
_stub.ACCEPT = False
_stub.TestCase = type("TestCase", (unittest.TestCase,), {})
sys.modules.setdefault("expecttest", _stub)

# torch 1.13 calls random.sample(set), which Python 3.11 no longer takes.
_sample = random.sample
random.sample = lambda population, k, **kw: _sample(
    sorted(population) if isinstance(population, (set, frozenset)) else population, k, **kw
)

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

torch.set_num_threads(1)  # reductions that give the same bits each time

DIGITS = 10  # of a float64 number: 5e-11, far below any float32 tolerance


class NotEncodable(Exception):
    pass


def full_name(op):
    return op.name + ("." + op.variant_test_name if op.variant_test_name else "")


def seed_all(seed):
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


# ---------------------------------------------------------------- JSON


def num(x):
    """A number that JSON can hold."""
    if isinstance(x, bool):
        return x
    if isinstance(x, int):
        return x if abs(x) <= 2**53 else str(x)
    if isinstance(x, complex):
        raise NotEncodable("complex number")
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    whole = abs(x) < 1e6 and x == int(x) and (x != 0 or math.copysign(1, x) > 0)  # -0 stays -0.0
    return int(x) if whole else x


def plain(t):
    d = t.detach()
    if d.is_sparse or d.is_quantized or d.is_complex():
        raise NotEncodable("sparse, quantized or complex tensor")
    if d._is_zerotensor():  # zeros without memory, which numpy would read from anywhere
        d = torch.zeros(d.shape, dtype=d.dtype)
    return d.contiguous().reshape(-1).numpy()


def narrow_data(a):
    """Flat list of JSON numbers of a numpy vector."""
    if a.dtype == np.float32:  # shortest decimal that rounds back to the same float32
        return [num(float(str(v))) for v in a]
    return [int(v) if a.dtype == bool else num(v) for v in a.tolist()]


def tensor(t):
    r = {"shape": list(t.shape), "dtype": str(t.dtype).replace("torch.", ""), "data": narrow_data(plain(t))}
    if t.requires_grad and t.is_leaf:
        r["requires_grad"] = True
    return r


def enc(v):
    if v is None or isinstance(v, (str, bool)):
        return v
    if isinstance(v, (int, float, complex)):
        return num(v)
    if isinstance(v, torch.Tensor):
        return tensor(v)
    if isinstance(v, np.generic):
        return num(v.item())
    if isinstance(v, (list, tuple)):  # torch.Size and named tuples too
        return [enc(x) for x in v]
    if isinstance(v, dict):
        return {str(k): enc(x) for k, x in v.items()}
    if isinstance(v, torch.dtype):
        return {"dtype": str(v).replace("torch.", "")}
    if isinstance(v, (torch.device, torch.layout, torch.memory_format)):
        return {"torch": str(v)}
    raise NotEncodable(type(v).__name__)


def truth(v):
    """`enc` of a float64 result: float32 numbers where they are exact, else "wide" ones."""
    if isinstance(v, (list, tuple)):
        return [truth(x) for x in v]
    if isinstance(v, dict):
        return {k: truth(x) for k, x in v.items()}
    if not isinstance(v, torch.Tensor) or v.dtype is not torch.float64:
        return enc(v)
    with np.errstate(over="ignore"):
        a64 = plain(v)
        a32 = a64.astype(np.float32)
    r = {"shape": list(v.shape), "dtype": "float32"}
    if ((a32.astype(np.float64) == a64) | np.isnan(a64)).all():
        r["data"] = narrow_data(a32)
    else:
        r["data"] = [num(x if math.isnan(x) or math.isinf(x) else float(f"{x:.{DIGITS}g}")) for x in a64.tolist()]
        r["wide"] = True
    return r


def differs(narrow, wide):
    """Whether a float32 result is another number than the float64 one (not merely rounded)."""
    if isinstance(narrow, (list, tuple)):
        return any(differs(a, b) for a, b in zip(narrow, wide))
    if isinstance(narrow, dict):
        return any(differs(narrow[k], wide[k]) for k in narrow)
    if not isinstance(narrow, torch.Tensor):
        return False
    if not narrow.is_floating_point():
        return not torch.equal(narrow, wide)
    return not torch.allclose(narrow, wide.to(narrow.dtype), rtol=1e-4, atol=1e-5, equal_nan=True)


# ---------------------------------------------------------------- samples


def walk(v, path=""):
    """Every tensor inside v with its dotted path."""
    if isinstance(v, torch.Tensor):
        yield path, v
    elif isinstance(v, (list, tuple)):
        for i, x in enumerate(v):
            yield from walk(x, f"{path}.{i}" if path else str(i))
    elif isinstance(v, dict):
        for k, x in v.items():
            yield from walk(x, f"{path}.{k}" if path else str(k))


def convert(v, f):
    if isinstance(v, torch.Tensor):
        return f(v)
    if isinstance(v, (list, tuple)) and not isinstance(v, torch.Size):
        return type(v)(convert(x, f) for x in v)
    if isinstance(v, dict):
        return {k: convert(x, f) for k, x in v.items()}
    return v


def leaves(sample):
    """(path, tensor) of each input that requires a gradient; one used twice has its first path."""
    seen = set()
    for p, t in paths(sample):
        if t.requires_grad and id(t) not in seen:
            seen.add(id(t))
            yield p, t


def mark_shared(args, kwargs, sample):
    """Write {"same": first path} where the call is given a tensor again."""
    first = {}
    for path, t in paths(sample):
        at = first.setdefault(id(t), path)
        if at != path:
            head, *keys = path.split(".")
            place = args if head == "args" else kwargs
            keys = [int(k) if k.isdigit() else k for k in keys]
            for k in keys[:-1]:
                place = place[k]
            place[keys[-1]] = {"same": at}


def mapped(sample, f):
    """The sample with f over every tensor; a tensor used twice stays one tensor."""
    seen = {}

    def once(t):
        if id(t) not in seen:
            seen[id(t)] = f(t)
        return seen[id(t)]

    return types.SimpleNamespace(
        input=convert(sample.input, once),
        args=convert(sample.args, once),
        kwargs=convert(sample.kwargs, once),
        output_process_fn_grad=sample.output_process_fn_grad,
    )


def paths(sample):
    yield from walk([sample.input, *sample.args], "args")
    yield from walk(sample.kwargs, "kwargs")


def leaves_of(sample):
    """Every input that requires a gradient made a leaf of its own: some reference inputs are
    views taken under no_grad of a leaf, and autograd gives those no gradient at all."""
    return mapped(sample, lambda t: t.detach().requires_grad_() if t.requires_grad else t)


def to64(sample):
    s = mapped(
        sample,
        lambda t: t.detach().to(torch.float64).requires_grad_(t.requires_grad) if t.is_floating_point() else t,
    )
    # a dtype argument would bring the result back down
    s.kwargs = {k: (torch.float64 if v is torch.float32 else v) for k, v in s.kwargs.items()}
    return s


def differentiable(out):
    return [t for _, t in walk(out) if t.requires_grad and t.is_floating_point()]


def draw(shape, generator, dtype):
    """Normal numbers that float32 holds exactly, in any dtype."""
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(torch.float32).to(dtype)


def run(op, sample, seed, second=False):
    """Run one sample: (output, grad_outputs, grads, grads2)."""
    seed_all(seed)
    out = op.op(sample.input, *sample.args, **sample.kwargs)
    processed = sample.output_process_fn_grad(out) if sample.output_process_fn_grad else out
    wanted = list(leaves(sample))
    outs = differentiable(processed)
    if not wanted or not outs:
        return out, [], {}, None
    g = torch.Generator().manual_seed(seed + 1)
    gos = [draw(o.shape, g, o.dtype).requires_grad_(second) for o in outs]
    grads = torch.autograd.grad(outs, [t for _, t in wanted], gos, allow_unused=True, create_graph=second)
    table = {p: (x.detach().clone() if x is not None else None) for (p, _), x in zip(wanted, grads)}
    two = None
    live = [(p, x) for (p, _), x in zip(wanted, grads) if x is not None and x.requires_grad] if second else []
    if live:
        v = {p: draw(x.shape, g, x.dtype) for p, x in live}
        loss = sum((x * v[p]).sum() for p, x in live)
        names = [p for p, _ in wanted] + [f"grad_output.{i}" for i in range(len(gos))]
        gg = torch.autograd.grad(loss, [t for _, t in wanted] + gos, allow_unused=True)
        two = {"v": v, "grads": dict(zip(names, gg))}
    return out, [x.detach() for x in gos], table, two


def entry(op, sample, seed, second, skip, noise=False):
    """The JSON of one sample; float32 samples carry the float64 truth."""
    args, kwargs = enc([sample.input, *sample.args]), enc(sample.kwargs)
    mark_shared(args, kwargs, sample)
    out, gos, grads, _ = run(op, sample, seed)
    is_float = any(t.dtype is torch.float32 for _, t in paths(sample))
    d = {"args": args, "kwargs": kwargs}
    if not is_float:
        return {**d, "output": enc(out), "grad_output": [], "grads": {}}
    wide = to64(sample)
    try:
        out64, _, grads64, two = run(op, wide, seed, second)
    except RuntimeError:
        if not second:
            raise
        skip("second derivative not available")
        out64, _, grads64, two = run(op, wide, seed)
    d.update({"output": truth(out64), "grad_output": enc(gos), "grads": truth(grads64)})
    if two:
        d["grads2"] = truth(two)
    if differs(out, out64):
        d["output32"] = enc(out)
    if differs(grads, grads64):
        d["grads32"] = enc(grads)
    if noise:
        d["noise"] = noise_of(op, wide, seed, second and two is not None)
    return d


NOISE = 2.0**-24  # half a ULP of a float32


def noise_of(op, wide, seed, second):
    """How far results move when the inputs are moved as rounding to float32 moves them: the largest of four tries, for
    each part of the sample. What an algorithm does to the numbers beyond that is its own fault."""

    def moved(t, g):
        if not t.is_floating_point() or t.numel() == 0:
            return t
        by = torch.randn(t.shape, generator=g, dtype=t.dtype) * t.detach().abs().max() * NOISE
        return (t.detach() + by).requires_grad_(t.requires_grad)

    def distance(a, b):
        pairs = zip([t for _, t in walk(a)], [t for _, t in walk(b)])
        moves = [(x - y).abs() for x, y in pairs if x.is_floating_point()]
        return max([float(x[x.isfinite()].max()) for x in moves if x.isfinite().any()], default=0.0)

    before = run(op, wide, seed, second)
    most = {"output": 0.0, "grads": 0.0, "grads2": 0.0}
    for k in range(4):
        g = torch.Generator().manual_seed(seed + 100 + k)
        after = run(op, mapped(wide, lambda t: moved(t, g)), seed, second)
        for part, i in (("output", 0), ("grads", 2), ("grads2", 3)):
            most[part] = max(most[part], distance(before[i] or {}, after[i] or {}) if i != 0 else distance(before[0], after[0]))
    return {part: float(f"{x:.2g}") for part, x in most.items()}


# ---------------------------------------------------------------- operators


def small(sample, limit):
    return all(t.numel() <= limit for _, t in paths(sample))


def spread(items, n):
    """At most n items, evenly spaced, first and last kept."""
    if len(items) <= n:
        return items
    return [items[round(i * (len(items) - 1) / max(1, n - 1))] for i in range(n)]


def is_special(sample):
    """Whether a sample has numbers beyond the ordinary: NaN, infinities, |x| > 400."""
    return any(t.is_floating_point() and not bool((t.abs() <= 400).all()) for _, t in paths(sample))


def choose(samples, n):
    """At most n samples: every special one first, the others evenly spaced, in their order.
    Of samples without elements and without numbers of their own, one of each shape."""
    shapes, distinct = set(), []
    for s in samples:
        key = str([list(t.shape) for _, t in paths(s)]) + str(enc(s.kwargs))
        if any(t.numel() == 0 for _, t in paths(s)) and not any(isinstance(x, (int, list)) for x in s.args):
            if key in shapes:
                continue
            shapes.add(key)
        distinct.append(s)
    special = [s for s in distinct if is_special(s)][: n // 2]
    others = spread([s for s in distinct if not any(s is x for x in special)], n - len(special))
    return [s for s in distinct if any(s is x for x in special + others)]


def generated(op, a, dtype, grad, seed, skip):
    seed_all(seed)
    gen = op.reference_inputs if a.reference else op.sample_inputs
    try:
        return list(gen("cpu", dtype, requires_grad=grad))
    except ValueError as e:  # torch 1.13's reference_inputs of `where` asks for a bool that requires grad
        if not a.reference:
            raise
        skip(f"reference_inputs failed ({e}); sample_inputs used")
        seed_all(seed)
        return list(op.sample_inputs("cpu", dtype, requires_grad=grad))


def error_entries(op, a, seed, skip):
    seed_all(seed)
    for e in op.error_inputs("cpu"):
        s = e.sample_input
        if "out" in s.kwargs:
            skip("error input about out=")
            continue
        if not small(s, a.max_elements):
            skip(f"error input over {a.max_elements} elements")
            continue
        try:
            yield {
                "args": enc([s.input, *s.args]),
                "kwargs": enc(s.kwargs),
                "error_type": getattr(e.error_type, "__name__", str(e.error_type)),
                "error_regex": e.error_regex,
            }
        except NotEncodable as x:
            skip(f"cannot encode {x} (error input)")


def dump_op(op, a, chosen=None):
    """The record of one operator; `chosen` (a list of samples) takes the place of OpInfo's own."""
    dtype = getattr(torch, a.dtype)
    name = full_name(op)
    seed = (zlib.crc32(name.encode()) + a.seed) % 2**31
    source = "chosen" if chosen is not None else "reference_inputs" if a.reference else "sample_inputs"
    r = {"name": name, "source": source, "dtype": a.dtype, "skipped": {}, "samples": []}

    def skip(why):
        r["skipped"][why] = r["skipped"].get(why, 0) + 1

    if chosen is None and dtype not in op.dtypes:
        skip("dtype not supported")
        return r
    grad = bool(op.supports_autograd and dtype.is_floating_point)
    every = chosen if chosen is not None else generated(op, a, dtype, grad, seed, skip)
    fit = [s for s in every if small(s, a.max_elements)]
    for _ in range(len(every) - len(fit)):
        skip(f"over {a.max_elements} elements")
    second = bool(a.second and grad and getattr(op, "supports_gradgrad", False))
    for i, s in enumerate(fit if chosen is not None else choose(fit, a.max_samples)):
        try:
            twice = second and getattr(s, "second", True)
            r["samples"].append(entry(op, leaves_of(s), seed + i, twice, skip, a.noise))
        except NotEncodable as e:
            skip(f"cannot encode {e}")
        except Exception as e:  # a sample PyTorch itself cannot run on the CPU
            if chosen is not None:
                raise RuntimeError(f"{name}, chosen sample {i}") from e
            skip(f"{type(e).__name__}: {str(e)[:80]}")
    if a.errors and chosen is None and getattr(op, "error_inputs_func", None):
        r["errors"] = list(error_entries(op, a, seed, skip))
    return r


def options(**changed):
    """The options of `dump_op`, by name."""
    known = dict(
        dtype="float32", max_samples=8, max_elements=400, seed=0, reference=False, errors=False, second=False, noise=False
    )
    assert set(changed) <= set(known), changed
    return types.SimpleNamespace(**{**known, **changed})


def exact(name):
    """The one operator of a full name."""
    (op,) = [o for o in op_db if full_name(o) == name]
    return op


def named(word):
    """The operators of a name; a bare name takes all its variants."""
    hit = [o for o in op_db if word in (o.name, full_name(o))]
    if not hit:
        raise SystemExit(f"unknown operator: {word} (see --list)")
    return hit


def write(path, records):
    """Write a file of records, one operator a line, so that a change can be read."""
    meta = {"source": "PyTorch OpInfo (torch.testing._internal.common_methods_invocations)", "torch": torch.__version__}
    lines = [json.dumps(r, allow_nan=False, separators=(",", ":")) for r in records]
    with open(path, "w") as f:
        f.write('{"meta":' + json.dumps(meta) + ',"ops":[\n' + ",\n".join(lines) + "\n]}\n")


def report(r):
    more = f", {len(r['errors'])} errors" if r.get("errors") else ""
    why = f", skipped {r['skipped']}" if r["skipped"] else ""
    return f"{r['name']} ({r['source']}, {r['dtype']}): {len(r['samples'])} samples{more}{why}"


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("ops", nargs="*")
    p.add_argument("-o", "--out", default="/dev/stdout")
    p.add_argument("--list", action="store_true", help="print every operator's name and stop")
    p.add_argument("--dtype", default="float32", help="float32, int32, int64, bool, ...")
    p.add_argument("--max-samples", type=int, default=8, help="per operator and variant, evenly spread")
    p.add_argument("--max-elements", type=int, default=400, help="per input tensor")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--reference", action="store_true", help="the longer reference_inputs (broadcasts, special values)")
    p.add_argument("--errors", action="store_true", help="also the inputs PyTorch must reject")
    p.add_argument("--noise", action="store_true", help="also how far results move when inputs are rounded")
    p.add_argument("--second", action="store_true", help="also second derivatives")
    a = p.parse_args()
    if a.list:
        print("\n".join(full_name(o) for o in op_db))
        return 0
    if not a.ops:
        p.error("name at least one operator")
    records = [dump_op(o, a) for w in a.ops for o in named(w)]
    write(a.out, records)
    for r in records:
        print(report(r), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
