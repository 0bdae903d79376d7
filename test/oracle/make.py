#!/usr/bin/python3
"""Make every fixture of PyTorch's samples in this folder, the same bytes each time.

  /usr/bin/python3 make.py            # all families (20 s; needs Debian's python3-torch, 1.13)
  /usr/bin/python3 make.py loss       # one of them

`make_training.py` and `make_lecture.py` make the others. Float32 results may differ in their last
bit on another processor; what is compared is the float64 truth, rounded to 10 digits.
"""
import os
import sys
from collections import Counter

sys.dont_write_bytecode = True

import chosen_functions  # noqa: E402
import chosen_order  # noqa: E402
import neural  # noqa: E402
import fourier  # noqa: E402
import linalg  # noqa: E402
import special  # noqa: E402
import chosen_indexing  # noqa: E402
from chosen import samples  # noqa: E402
from opinfo_dump import dump_op, exact, options, report, write  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))

UNARY = """neg abs sign exp expm1 log log1p log2 sqrt rsqrt reciprocal square sin cos tan tanh sigmoid nn.functional.relu
 nn.functional.leaky_relu nn.functional.elu nn.functional.softplus nn.functional.gelu nn.functional.silu erf logit
 floor ceil round trunc""".split()
BINARY = """add sub mul div.no_rounding_mode div.trunc_rounding div.floor_rounding pow maximum minimum max.binary min.binary
 fmod remainder""".split()
CHOICE = ["where", "clamp"]
ROUNDED = ["div.trunc_rounding", "div.floor_rounding"]  # whose reference inputs forget the rounding mode
COMPARISON = "eq ne lt le gt ge logical_and logical_or logical_not logical_xor isnan isinf isfinite".split()
REDUCTION = """sum mean prod var std max.reduction_with_dim max.reduction_no_dim min.reduction_with_dim
 min.reduction_no_dim amax amin argmax argmin any all logsumexp softmax log_softmax cumsum""".split()
MATMUL = "matmul mm bmm dot mv addmm nn.functional.linear outer".split()
MOVEMENT = """reshape view permute transpose t T squeeze unsqueeze expand broadcast_to flatten cat stack split
 split.list_args chunk narrow select flip repeat tril triu movedim""".split()
INDEXING = "slice index_select gather scatter_add".split()
LOSS = """nn.functional.binary_cross_entropy nn.functional.binary_cross_entropy_with_logits nn.functional.nll_loss
 nn.functional.cross_entropy nn.functional.mse_loss""".split()
SUMMARY = """nansum aminmax var_mean std_mean count_nonzero norm norm.fro norm.inf linalg.vector_norm dist
 nn.functional.pairwise_distance nn.functional.normalize nn.functional.cosine_similarity""".split()
PRODUCTS = """einsum tensordot inner vdot addmv addbmm baddbmm addr cross linalg.cross kron cdist cov corrcoef
 linalg.matrix_power linalg.multi_dot""".split()
SCATTER = """index_add index_copy index_fill index_reduce index_put scatter scatter_reduce.sum scatter_reduce.prod
 scatter_reduce.mean scatter_reduce.amax scatter_reduce.amin take take_along_dim put masked_fill masked_scatter""".split()
DIAGONAL = "diagonal diag_embed diag diagflat trace".split()
ARRANGEMENT = """roll rot90 fliplr flipud tile repeat_interleave unflatten tensor_split hsplit vsplit dsplit unbind atleast_1d
 atleast_2d atleast_3d broadcast_tensors hstack vstack dstack column_stack block_diag meshgrid.list_of_tensors
 meshgrid.variadic_tensors cartesian_prod combinations nn.functional.pixel_shuffle nn.functional.pixel_unshuffle
 linalg.vander tril_indices triu_indices logspace""".split()
PADDING = """nn.functional.pad.constant nn.functional.pad.reflect nn.functional.pad.replicate nn.functional.pad.circular unfold
 nn.functional.unfold""".split()
SCANS = "cumprod cummax cummin logcumsumexp diff trapezoid cumulative_trapezoid".split()
ORDER = "argsort sort msort topk kthvalue median nanmedian mode quantile nanquantile searchsorted bucketize isin histc".split()
SELECTION = "unique unique_consecutive nonzero argwhere masked_select".split()
CREATION = "arange linspace eye zeros ones zeros_like ones_like full_like".split()
ACTIVATION = """relu6 hardtanh hardswish hardsigmoid mish selu celu softsign tanhshrink hardshrink softshrink threshold glu prelu
 softmin logsigmoid""".split()
ELEMENTARY_UNARY = """asin acos atan sinh cosh asinh acosh atanh exp2 log10 frac sinc deg2rad rad2deg signbit nan_to_num isposinf
 isneginf special.entr positive""".split()
ELEMENTARY_BINARY = """atan2 hypot logaddexp logaddexp2 copysign ldexp floor_divide true_divide float_power heaviside xlogy
 special.xlog1py clamp_min clamp_max rsub fmax fmin addcmul addcdiv""".split()
BITWISE = """bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift gcd lcm""".split()
TRANSCENDENTAL = """lgamma digamma polygamma.polygamma_n_0 polygamma.polygamma_n_1 polygamma.polygamma_n_2
 polygamma.polygamma_n_3 polygamma.polygamma_n_4 mvlgamma.mvlgamma_p_1 mvlgamma.mvlgamma_p_3 mvlgamma.mvlgamma_p_5 erfc erfinv
 special.erfcx special.ndtr special.log_ndtr special.ndtri i0 special.i0e special.i1 special.i1e special.zeta""".split()
INTEGER = """add sub mul div.no_rounding_mode div.trunc_rounding div.floor_rounding neg abs sign square pow maximum minimum
 fmod remainder eq ne lt le gt ge logical_and logical_or logical_not logical_xor where clamp sum prod
 max.reduction_with_dim max.reduction_no_dim min.reduction_with_dim amax amin argmax argmin any all cumsum matmul reshape permute transpose expand cat stack
 select flip repeat tril triu slice index_select gather scatter_add sigmoid sqrt""".split()
BOOLEAN = """add mul eq ne logical_and logical_or logical_not logical_xor where sum any all reshape permute cat stack flip select index_select gather""".split()

# Variants of the operators above that no fixture holds, and why.
LEFT_OUT = {
    "softmax.with_dtype": "float64 results",
    "log_softmax.dtype": "float64 results",
    "round.decimals_0": "decimals are not offered",
    "round.decimals_3": "decimals are not offered",
    "round.decimals_neg_3": "decimals are not offered",
    "nn.functional.silu.complex": "complex numbers",
    "addmm.decomposed": "the same as addmm",
    "__getitem__": "slices are no JSON; getitem stands for it",
}

# file: [(operators, options of the samples)]
FAMILIES = {
    "elementwise": [(UNARY + BINARY + CHOICE, dict(errors=True, second=True))],
    "comparison": [(COMPARISON, dict(errors=True))],
    "reduction": [(REDUCTION, dict(max_samples=14, errors=True, second=True))],
    "matmul": [(MATMUL, dict(max_samples=12, max_elements=600, errors=True, second=True))],
    "movement": [(MOVEMENT, dict(max_samples=10, errors=True, second=True))],
    "indexing": [(INDEXING, dict(max_elements=600, errors=True, second=True))],
    "diagonal": [(DIAGONAL, dict(max_elements=150, errors=True, second=True))],
    "arrangement": [(ARRANGEMENT, dict(max_samples=6, max_elements=100, errors=True, second=True))],
    "products": [(PRODUCTS, dict(max_samples=8, max_elements=80, errors=True, second=True))],
    "scatter": [(SCATTER, dict(max_samples=7, max_elements=70, errors=True, second=True))],
    "padding": [(PADDING, dict(max_samples=8, max_elements=150, errors=True, second=True))],
    "loss": [(LOSS, dict(max_samples=26, errors=True, second=True))],
    "summary": [(SUMMARY, dict(max_samples=10, max_elements=130, errors=True, second=True))],
    "scan": [
        (SCANS, dict(max_samples=10, max_elements=130, errors=True, second=True)),
        (SCANS[:3] + ["diff"], dict(dtype="int32", max_samples=4, max_elements=130)),
    ],
    "order": [
        (ORDER, dict(max_samples=10, max_elements=130, errors=True, second=True)),
        (ORDER[:4] + ["median", "mode", "isin", "searchsorted"], dict(dtype="int32", max_samples=4, max_elements=130)),
    ],
    "selection": [
        (SELECTION, dict(max_samples=30, max_elements=130, second=True)),
        (SELECTION + ["bincount"], dict(dtype="int32", max_samples=12, max_elements=130)),
    ],
    "creation": [(CREATION, dict(max_samples=12, errors=True))],
    "activation": [(["nn.functional." + name for name in ACTIVATION], dict(max_elements=100, errors=True, second=True))],
    "elementary": [
        (ELEMENTARY_UNARY, dict(max_elements=30, errors=True, second=True)),
        (ELEMENTARY_BINARY, dict(max_elements=25, max_samples=5, errors=True, second=True)),
        # the largest float64 overflows when it is rounded to ten digits
        ([n for n in ELEMENTARY_UNARY if n != "nan_to_num"], dict(reference=True, max_elements=30, max_samples=5)),
        (ELEMENTARY_BINARY, dict(reference=True, max_elements=25, max_samples=5)),
    ],
    "bitwise": [
        (BITWISE, dict(dtype="int32", max_elements=130, max_samples=9, errors=True)),
        (["bitwise_not"], dict(dtype="int32", reference=True, max_elements=130, max_samples=9)),
        (["bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"], dict(dtype="bool", max_elements=130, max_samples=4)),
        # addcmul: PyTorch cuts off the fraction of its factor
        ([n for n in ELEMENTARY_UNARY + ELEMENTARY_BINARY if n != "addcmul"], dict(dtype="int32", max_elements=60, max_samples=3)),
    ],
    "transcendental": [
        (TRANSCENDENTAL, dict(max_elements=30, max_samples=6, second=True, errors=True)),
        (TRANSCENDENTAL, dict(reference=True, max_elements=30, max_samples=6)),
        # at its poles, PyTorch's polygamma is a number that its sine's rounding makes
        ([n for n in TRANSCENDENTAL if "polygamma" not in n], dict(dtype="int32", max_elements=30, max_samples=2)),
    ],
    "reference": [
        (UNARY, dict(reference=True, max_elements=100, max_samples=12)),
        ([b for b in BINARY if b not in ROUNDED] + COMPARISON, dict(reference=True, max_elements=60, max_samples=16)),
        (REDUCTION, dict(reference=True, max_elements=60, max_samples=10)),
    ],
    "integer": [
        (INTEGER, dict(dtype="int32", max_elements=130, max_samples=4)),
        (BOOLEAN, dict(dtype="bool", max_elements=130, max_samples=4)),
    ],
}
FAMILIES.update(neural.FAMILIES)
# Files of calls that are chosen by hand.
CHOSEN = {
    "chosen": samples,
    "chosen_order": chosen_order.samples,
    "chosen_activation": lambda: chosen_functions.samples(chosen_functions.activation),
    "chosen_transcendental": lambda: chosen_functions.samples(chosen_functions.transcendental),
    "chosen_elementary": lambda: chosen_functions.samples(chosen_functions.elementary),
}

# Files of operators that are compared by other functions than OpInfo's own.
WRAPPED = {"linalg": linalg.systems, "spectral": linalg.spectral, "fourier": fourier.operators}


def records(family):
    for words, chosen in FAMILIES[family]:
        for word in words:
            yield dump_op(exact(word), options(**chosen))


def make(family):
    done = [r for r in records(family) if r["samples"] or r.get("errors")] if family in FAMILIES else []
    if family in CHOSEN:
        for ops in CHOSEN[family]().values():
            for name, calls in ops.items():
                done.append(dump_op(exact(name), options(second=True), calls))
    if family in chosen_indexing.FAMILIES:
        done += [dump_op(op, options(second=True), calls) for op, calls in chosen_indexing.samples(family)]
    if family in WRAPPED:
        done += [dump_op(op, options(**chosen), calls) for op, calls, chosen in WRAPPED[family]()]
    if family == "special":
        for name, calls in special.samples(UNARY, BINARY).items():
            done.append(dump_op(exact(name), options(max_elements=1000), calls))
    for op, calls in neural.samples(family):
        done.append(dump_op(op, options(second=True), calls))
    path = os.path.join(HERE, family + ".json")
    write(path, done)
    for r in done:
        print(" ", report(r))
    count = sum(len(r["samples"]) for r in done)
    print(f"{family}: {len(done)} operators, {count} samples, {os.path.getsize(path):,} bytes")
    return Counter({r["name"]: len(r["samples"]) for r in done if r["dtype"] == "float32"})


def main():
    families = sys.argv[1:] or [*FAMILIES, *WRAPPED, *CHOSEN, "special"]
    total = Counter()
    for family in families:
        total += make(family)
    if not sys.argv[1:]:
        few = {name: n for name, n in sorted(total.items()) if n < 8}
        print(f"float32: {len(total)} operators, {sum(total.values())} samples; fewer than 8: {few or 'none'}")
        for name, why in LEFT_OUT.items():
            print(f"  left out: {name}: {why}")


if __name__ == "__main__":
    main()
