"""PyTorch's linear algebra as it can be compared: with what is arbitrary in a result taken out.

Eigenvectors and singular vectors have no sign: their absolute values are taken, as PyTorch's own tests do. Functions of
symmetric matrices get the symmetric part of their argument, so that a change of one element is a change of two.
`systems()` and `spectral()` give them with their samples, in the form that `dump_op` asks for.
"""
import types

import torch
from chosen import call, once, t, u
from opinfo_dump import exact


def symmetric(a):
    return (a + a.mT) / 2


def on_symmetric(op):
    return lambda a, *args, **kwargs: op(symmetric(a), *args, **kwargs)


def cholesky_ex(a, upper=False):
    """From the column of the first bad pivot on a factor has no numbers; what PyTorch leaves there means nothing."""
    factor, info = torch.linalg.cholesky_ex(symmetric(a), upper=upper)
    if not factor.numel() or not info.any():
        return factor, info.to(torch.int64)
    column = torch.arange(a.shape[-1]) - torch.zeros(a.shape, dtype=torch.int64)
    bad = (info[..., None, None] > 0) & (column >= info[..., None, None] - 1) & (column.mT >= column)
    return torch.where(bad.mT if upper else bad, torch.nan, factor), info.to(torch.int64)


def cholesky_solve(b, factor, upper=False):
    """PyTorch's gradient is that of a full matrix in the factor's place: here it is a triangle."""
    return torch.cholesky_solve(b, factor.triu() if upper else factor.tril(), upper)


def cholesky_inverse(factor, upper=False):
    return torch.cholesky_inverse(factor.triu() if upper else factor.tril(), upper)


def slogdet(a):
    sign, logabsdet = torch.linalg.slogdet(a)
    return sign.detach(), logabsdet


def det(a):
    """By expansion along the first row: PyTorch's own gradient is 0 where the determinant is, the cofactors are not."""
    n = a.shape[-1]
    if n == 0:
        return torch.linalg.det(a)
    if n == 1:
        return a[..., 0, 0]
    rest = [torch.cat([a[..., 1:, :k], a[..., 1:, k + 1 :]], -1) for k in range(n)]
    return sum((-1) ** k * a[..., 0, k] * det(rest[k]) for k in range(n))


def eigh(a, **kwargs):
    values, vectors = torch.linalg.eigh(symmetric(a), **kwargs)
    return values, vectors.abs()


def svd(a, full_matrices=True):
    u, s, vh = torch.linalg.svd(a, full_matrices=full_matrices)
    k = s.shape[-1]
    return u[..., :k].abs(), s, vh[..., :k, :].abs()


def order_of(lu, pivots):
    """For each row of L·U the row of the matrix that it is."""
    p, _, _ = torch.lu_unpack(lu.detach(), pivots)
    return p.argmax(-2) if p.numel() else torch.zeros(p.shape[:-1], dtype=torch.int64)


def lu_factor(a, pivot=True):
    lu, pivots = torch.linalg.lu_factor(a, pivot=pivot)
    return lu, order_of(lu, pivots)


def lu_solve(lu, order, b, left=True, adjoint=False):
    n = lu.shape[-1]
    p = (order.unsqueeze(-2) == torch.arange(n).unsqueeze(-1)).to(lu.dtype)
    a = p @ (lu.tril(-1) + torch.eye(n, dtype=lu.dtype)) @ lu.triu()
    return torch.linalg.solve(a.mT if adjoint else a, b, left=left)


def qr(a, mode="reduced"):
    """The columns of Q beyond those of R have no gradient."""
    m, n = a.shape[-2:]
    return torch.linalg.qr(a.detach() if mode == "complete" and m > n else a, mode)


def lstsq(a, b, driver=None):
    return torch.linalg.lstsq(a, b, driver=driver)[0]


def cond(a, p=None):
    """PyTorch 1.13 overwrites the inverse that its own gradient needs."""
    if p in (None, 2, -2):
        return torch.linalg.cond(a, p)
    return torch.linalg.matrix_norm(a, p) * torch.linalg.matrix_norm(torch.linalg.inv(a), p)


def pinv_hermitian(a, hermitian=True):
    return torch.linalg.pinv(symmetric(a), hermitian=True)


def plain_tolerances(sample):
    """Tolerances given as tensors are numbers here; for several at once there are none."""
    given = {k: x for k, x in sample.kwargs.items() if isinstance(x, torch.Tensor)}
    if any(x.numel() != 1 for x in given.values()):
        return None
    sample.kwargs.update({k: float(x) for k, x in given.items()})
    return sample


def with_order(sample):
    lu, (pivots, b) = sample.input, sample.args
    if pivots.shape[:-1] != lu.shape[:-2]:
        return None
    sample.args = (order_of(lu, pivots), b)
    return sample


def no_r(sample):
    return None if "r" in sample.args or sample.kwargs.get("mode") == "r" else sample


def gelss(sample):
    return sample if sample.kwargs["driver"] == "gels" else None


# name: (function or None for OpInfo's own, what becomes of a sample)
OPERATORS = {
    "linalg.cholesky": (on_symmetric(torch.linalg.cholesky), None),
    "linalg.cholesky_ex": (cholesky_ex, None),
    "cholesky_solve": (cholesky_solve, None),
    "cholesky_inverse": (cholesky_inverse, None),
    "linalg.solve_triangular": (None, None),
    "linalg.lu": (None, None),
    "linalg.lu_factor": (lu_factor, None),
    "linalg.lu_solve": (lu_solve, with_order),
    "linalg.solve": (None, None),
    "linalg.inv": (None, None),
    "linalg.det": (None, None),
    "linalg.det.singular": (det, None),
    "linalg.slogdet": (slogdet, None),
    "logdet": (None, None),
    "linalg.qr": (qr, no_r),
    "linalg.eigh": (eigh, None),
    "linalg.eigvalsh": (on_symmetric(torch.linalg.eigvalsh), None),
    "linalg.svd": (svd, None),
    "linalg.svdvals": (None, None),
    "linalg.lstsq.grad_oriented": (lstsq, gelss),
    "linalg.pinv": (None, plain_tolerances),
    "linalg.pinv.singular": (None, None),
    "linalg.pinv.hermitian": (pinv_hermitian, None),
    "linalg.norm": (None, None),
    "linalg.norm.subgradients_at_zero": (None, None),
    "linalg.matrix_norm": (None, None),
    "linalg.cond": (cond, None),
    "linalg.matrix_rank": (None, plain_tolerances),
    "linalg.matrix_rank.hermitian": (on_symmetric(torch.linalg.matrix_rank), None),
    "matrix_exp": (None, None),
    "linalg.householder_product": (None, None),
}
# Their second derivatives are differences of numbers 1e7 times as large, or conventions at a kink.
ONCE = {"linalg.det.singular", "linalg.norm.subgradients_at_zero"}


def operator(name):
    base = exact(name)
    fn, change = OPERATORS[name]

    def sample_inputs(device, dtype, requires_grad=False, **kwargs):
        for sample in base.sample_inputs(device, dtype, requires_grad=requires_grad, **kwargs):
            changed = change(sample) if change else sample
            if changed is not None:
                if fn:
                    changed.output_process_fn_grad = None
                yield changed

    return types.SimpleNamespace(
        name=base.name,
        variant_test_name=base.variant_test_name,
        dtypes=base.dtypes,
        supports_autograd=base.supports_autograd,
        supports_gradgrad=base.supports_gradgrad and name not in ONCE,
        sample_inputs=sample_inputs,
        op=fn or base.op,
        error_inputs_func=base.error_inputs_func if not fn else None,
        error_inputs=base.error_inputs,
    )


def chosen():
    """Calls beside OpInfo's: few or none of them have these orders, sizes, zeros."""
    square, tall = u((4, 4), 700), u((5, 3), 701)
    definite = (lambda x: (x @ x.mT + torch.eye(4)).detach().requires_grad_())(u((2, 4, 4), 702))
    zero = t([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.5, -1.0, 2.0]])
    yield "linalg.cond", [call(square, p) for p in (None, 2, -2, "fro", 1, -1, float("inf"), "nuc")] + [call(tall), call(u((2, 3, 3), 703), 1)]
    yield "matrix_exp", [call(x) for x in (square, u((2, 3, 3), 704), u((1, 1), 705), u((3, 3), 706, -9, 9), u((2, 2), 707, -0.01, 0.01))]
    yield "matrix_exp", [call(t([[0.0, 1.0], [0.0, 0.0]])), call(t([[0.0, -30.0], [30.0, 0.0]])), call(u((0, 2, 2), 708))]
    yield "linalg.det.singular", [once(zero), once(t([[0.0]])), once(t([[0.0, 0.0], [0.0, 0.0]])), once(t([[1.0, 1.0], [1.0, 1.0]]))]
    yield "linalg.cholesky", [call(definite), call(definite, upper=True), call(u((1, 1), 709, 1, 2))]
    yield "linalg.cholesky_ex", [once(t([[1.0, 2.0], [2.0, 1.0]], False)), once(t([[-1.0]], False))]
    lu, pivots = torch.linalg.lu_factor(square.detach())
    order = order_of(lu, pivots)
    yield "linalg.lu_solve", [call(lu.requires_grad_(), order, u((4, 2), 710), left=True, adjoint=a) for a in (True, False)]
    yield "linalg.lstsq.grad_oriented", [call(u((6, 2), 711), u((6, 1), 712)), call(u((2, 4, 4), 713), u((2, 4, 3), 714)), call(u((2, 5), 715), u((2, 2), 716))]
    yield "linalg.qr", [call(u((7, 3), 717)), call(u((3, 7), 718)), call(u((6, 6), 719)), call(u((5, 2), 720), "complete")]
    yield "linalg.svd", [call(u((6, 3), 721), False), call(u((3, 6), 722), False), call(u((5, 5), 723), True), call(u((2, 6, 3), 724), True)]
    yield "linalg.eigh", [call(u((6, 6), 725)), call(u((2, 3, 3), 726), UPLO="U"), call(u((1, 1), 727))]
    yield "linalg.solve", [call(u((6, 6), 728), u((6, 2), 729)), call(u((2, 1, 3, 3), 730), u((4, 3, 2), 731)), call(u((3, 3), 732), u((2, 3), 733), left=False)]
    yield "linalg.lu", [call(u((6, 6), 734)), call(u((6, 3), 735)), call(u((3, 6), 736))]


# Those of the second file: what comes of eigenvalues, singular values and orthogonal factors.
SPECTRAL = set("""linalg.qr linalg.eigh linalg.eigvalsh linalg.svd linalg.svdvals linalg.lstsq.grad_oriented linalg.pinv linalg.pinv.singular
 linalg.pinv.hermitian linalg.norm linalg.norm.subgradients_at_zero linalg.matrix_norm linalg.cond linalg.matrix_rank
 linalg.matrix_rank.hermitian matrix_exp linalg.householder_product""".split())


def operators(is_spectral):
    """(operator, its samples or None for OpInfo's own, options)."""
    for name in OPERATORS:
        if (name in SPECTRAL) == is_spectral:
            most = 30 if name == "linalg.pinv.singular" else 80
            yield operator(name), None, dict(max_samples=9, max_elements=most, errors=True, second=True, noise=True)
    for name, calls in chosen():
        if (name in SPECTRAL) == is_spectral:
            yield operator(name), calls, dict(second=True, noise=True)


def systems():
    return operators(False)


def spectral():
    return operators(True)
