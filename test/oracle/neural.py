"""Samples chosen by hand of layers, pools and losses: what OpInfo of PyTorch 1.13 has no entry for, and options that its
samples leave out. `samples(family)` yields (operator, [sample, ...]).
"""
import types

import torch
import torch.nn.functional as F

from chosen import call, once, u
from opinfo_dump import exact

FLOATS = {torch.float32, torch.float64}


def own(name, fn):
    """An operator that OpInfo does not know, in the form that dump_op reads."""
    return types.SimpleNamespace(
        name=name,
        variant_test_name="",
        op=fn,
        dtypes=FLOATS,
        supports_autograd=True,
        supports_gradgrad=True,
        error_inputs_func=None,
    )


def convolutions():
    yield own("nn.functional.conv3d", F.conv3d), [
        call(u((1, 2, 3, 4, 3), 1), u((2, 2, 2, 2, 2), 2), u((2,), 3)),
        call(u((2, 2, 3, 3, 3), 4), u((4, 1, 2, 3, 1), 5), None, 1, 0, 1, 2),
        call(u((1, 1, 4, 4, 4), 6), u((1, 1, 2, 2, 2), 7), stride=2, padding=1),
        call(u((2, 3, 2, 3), 8), u((1, 2, 1, 2, 2), 9), u((1,), 10), padding=(1, 0, 1)),
        call(u((1, 1, 5, 4, 3), 11), u((2, 1, 2, 2, 2), 12), dilation=(3, 2, 1)),
        call(u((1, 2, 3, 3, 3), 13), u((1, 2, 3, 3, 3), 14), padding="same"),
        call(u((1, 2, 3, 3, 3), 15), u((1, 2, 3, 2, 3), 16), padding="valid"),
        call(u((0, 2, 3, 3, 3), 17), u((1, 2, 2, 2, 2), 18), u((1,), 19)),
    ]
    yield exact("nn.functional.conv2d"), [
        call(u((1, 3, 7, 6), 20), u((5, 3, 3, 2), 21), u((5,), 22), stride=(2, 1), padding=(1, 2), dilation=(1, 2)),
        call(u((2, 6, 5, 5), 23), u((6, 1, 3, 3), 24), padding=1, groups=6),
        call(u((2, 4, 4, 5), 25), u((10, 2, 1, 1), 26), u((10,), 27), groups=2),
        call(u((1, 1, 9, 9), 28), u((1, 1, 9, 9), 29)),
        call(u((1, 2, 5, 5), 30), u((3, 2, 2, 4), 31), padding="same", dilation=(2, 1)),
        call(u((3, 2, 8, 4), 32), u((4, 2, 3, 3), 33), stride=3, padding=1),
    ]
    yield exact("nn.functional.conv1d"), [
        call(u((2, 1, 150), 34), u((1, 1, 5), 35), u((1,), 36), stride=2),
        call(u((2, 3, 9), 37), u((7, 3, 4), 38), padding="same"),
    ]
    yield exact("nn.functional.conv_transpose2d"), [
        call(u((2, 5, 3, 4), 40), u((5, 3, 3, 2), 41), u((3,), 42), stride=(3, 2), padding=1, output_padding=(2, 1)),
        call(u((1, 4, 3, 3), 43), u((4, 5, 2, 2), 44), groups=2, dilation=2),
        call(u((6, 3, 3), 45), u((6, 1, 3, 3), 46), groups=6, stride=2, padding=1),
        call(u((1, 3, 1, 4), 60), u((3, 1, 3, 2), 61), padding=(1, 0)),
        call(u((1, 3, 2, 2), 62), u((3, 4, 1, 1), 63), u((4,), 64)),
    ]
    yield exact("nn.functional.conv_transpose1d"), [
        call(u((2, 3, 20), 47), u((3, 6, 4), 48), stride=2, padding=1),
        call(u((4, 7), 49), u((4, 2, 3), 50), u((4,), 51), groups=2, dilation=2),
    ]
    yield exact("nn.functional.conv_transpose3d"), [
        call(u((1, 2, 2, 3, 2), 52), u((2, 3, 2, 1, 3), 53), u((3,), 54), stride=(1, 2, 1), output_padding=(0, 1, 0)),
        call(u((2, 2, 2, 2, 2), 55), u((2, 1, 2, 2, 2), 56), groups=2, padding=1, stride=2),
        call(u((1, 2, 2, 3), 57), u((1, 2, 1, 2, 2), 58), dilation=(1, 2, 1)),
        call(u((1, 2, 1, 1, 2), 65), u((2, 1, 1, 2, 2), 66), u((1,), 67), stride=2),
        call(u((2, 1, 2, 1, 2), 68), u((1, 2, 2, 1, 1), 69)),
    ]


# file: OpInfo's samples in it
FAMILIES = {
    "conv": [
        (
            "nn.functional.conv1d nn.functional.conv2d nn.functional.conv_transpose1d".split(),
            dict(max_elements=200, max_samples=8, errors=True, second=True),
        ),
        (
            "nn.functional.conv_transpose2d nn.functional.conv_transpose3d".split(),
            dict(max_elements=200, max_samples=3, errors=True, second=True),
        ),
    ],
    "convChosen": [],
}
# file: the samples of this file in it
CHOSEN = {"convChosen": convolutions}


def samples(family):
    return CHOSEN[family]() if family in CHOSEN else ()
