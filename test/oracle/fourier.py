"""PyTorch's Fourier transforms on real tensors whose last dimension holds real and imaginary parts."""
import types

import torch
from chosen import call, u
from opinfo_dump import exact

# name: whether it takes, and whether it gives, complex numbers
OPERATORS = {
    "fft.fft": (True, True),
    "fft.ifft": (True, True),
    "fft.rfft": (False, True),
    "fft.irfft": (True, False),
    "fft.hfft": (True, False),
    "fft.ihfft": (False, True),
    "fft.fft2": (True, True),
    "fft.ifft2": (True, True),
    "fft.rfft2": (False, True),
    "fft.irfft2": (True, False),
    "fft.fftn": (True, True),
    "fft.ifftn": (True, True),
    "fft.rfftn": (False, True),
    "fft.irfftn": (True, False),
    "fft.fftshift": (False, False),
    "fft.ifftshift": (False, False),
}
LENGTHS = (1, 2, 3, 4, 5, 7, 8, 12, 17, 30, 64, 97, 128)


def operator(name):
    base = exact(name)
    takes, gives = OPERATORS[name]

    def op(x, *args, **kwargs):
        result = base.op(torch.view_as_complex(x) if takes else x, *args, **kwargs)
        return torch.view_as_real(result.resolve_conj()) if gives else result

    def sample_inputs(device, dtype, requires_grad=False, **kwargs):
        kind = torch.complex64 if takes else dtype
        for sample in base.sample_inputs(device, kind, requires_grad=requires_grad, **kwargs):
            if takes:
                parts = torch.view_as_real(sample.input.detach().resolve_conj())
                sample.input = parts.contiguous().requires_grad_(requires_grad)
            sample.output_process_fn_grad = None
            yield sample

    return types.SimpleNamespace(
        name=base.name,
        variant_test_name=base.variant_test_name,
        dtypes=base.dtypes,
        supports_autograd=True,
        supports_gradgrad=True,
        sample_inputs=sample_inputs,
        op=op,
        error_inputs_func=None,
    )


def one(takes, lengths):
    """Lengths with every kind of factor; cut, filled; other dimensions; every scaling."""
    tail = (2,) if takes else ()
    for n in lengths:
        yield call(u((n, *tail), 800 + n, grad=n < 64), n=n)
    for k, n in enumerate((2, 6, 9)):
        yield call(u((2, 5, *tail), 850 + k), n=n, norm=("ortho", "forward", "backward")[k])
    yield call(u((4, 3, *tail), 860), dim=0)
    yield call(u((3, 4, 2, *tail), 861), 5, 1, "ortho")


def several(takes):
    tail = (2,) if takes else ()
    shapes = ((3, 4), (2, 3, 4), (4, 2, 3), (5, 8))
    yield from (call(u((*shape, *tail), 870 + k)) for k, shape in enumerate(shapes))
    yield call(u((3, 4, *tail), 880), s=(4, 6), norm="ortho")
    yield call(u((3, 6, *tail), 881), s=(2, 4), norm="forward")
    yield call(u((2, 3, 4, *tail), 882), dim=(0, 2))
    yield call(u((2, 3, 4, *tail), 883), s=(5, 2), dim=(2, 0), norm="backward")


def chosen():
    for name, (takes, _) in OPERATORS.items():
        if name.endswith("shift"):
            yield name, [call(u((n, 3), 890 + n), dim=0) for n in (1, 4, 5)]
        else:
            yield name, list(several(takes) if name.endswith(("2", "n")) else one(takes, LENGTHS if name == "fft.fft" else LENGTHS[:8]))


def operators():
    """(operator, its samples or None for OpInfo's own, options). OpInfo's are too large but for the shifts."""
    for name in OPERATORS:
        if name.endswith("shift"):
            yield operator(name), None, dict(max_samples=8, max_elements=150, second=True, noise=True)
    for name, calls in chosen():
        yield operator(name), calls, dict(second=True, noise=True)
