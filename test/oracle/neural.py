"""Samples chosen by hand of layers, pools and losses: what OpInfo of PyTorch 1.13 has no entry for, and options that its
samples leave out. `samples(family)` yields (operator, [sample, ...]).
"""
import types

import torch
import torch.nn.functional as F

from chosen import call, i, once, t, u
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


def signs(shape, seed):
    """1 and -1."""
    return u(shape, seed, grad=False).sign()


def triplet_with_distance(anchor, positive, negative, distance=None, **options):
    """The distance by its name, which JSON can hold."""
    known = {None: None, "l1": lambda a, b: (a - b).abs().sum(-1), "squared": lambda a, b: ((a - b) ** 2).sum(-1)}
    return F.triplet_margin_with_distance_loss(anchor, positive, negative, distance_function=known[distance], **options)


def losses():
    x, y = u((3, 4), 100), u((3, 4), 101)
    tied = t([1.0, 2.0, -1.0, 0.5]), t([1.0, 1.0, 1.0, -0.5])
    yield exact("nn.functional.l1_loss"), [
        once(*tied, reduction="none"),
        call(u((2, 3), 102), u((3,), 103), reduction="sum"),
        call(u((0, 2), 104), u((0, 2), 105)),
    ]
    yield exact("nn.functional.smooth_l1_loss"), [call(*tied, reduction="none", beta=0.5), call(x, y, beta=2.0)]
    yield exact("nn.functional.huber_loss"), [call(*tied, reduction="none", delta=0.5), call(u((2, 3), 106), u((3,), 107))]
    yield exact("nn.functional.kl_div"), [
        call(u((3, 4), 108), t([[0.0, 0.2, 0.3, 0.5]] * 3, grad=False), reduction="batchmean"),
        call(u((3, 4), 109), u((4,), 110), reduction="sum", log_target=True),
    ]
    yield exact("nn.functional.poisson_nll_loss"), [
        call(x, t([[0.0, 1.0, 2.0, 7.0]] * 3, grad=False), full=True),
    ]
    yield exact("nn.functional.gaussian_nll_loss"), [
        call(x, y, u((3,), 111, 0.1, 2.0)),
        call(x, y, u((3, 1), 112, 0.1, 2.0), full=True, reduction="sum"),
        once(x, y, t([[1e-9, 0.5, 1.0, 2.0]] * 3), eps=1e-2, reduction="none"),
    ]
    yield exact("nn.functional.hinge_embedding_loss"), [call(x, signs((3, 4), 113), margin=0.5, reduction="none")]
    yield exact("nn.functional.cosine_embedding_loss"), [
        call(x, y, signs((3,), 114), margin=0.2),
        once(t([[0.0, 0.0], [1.0, -2.0]]), u((2, 2), 115), t([1.0, -1.0], grad=False), reduction="none"),
    ]
    yield exact("nn.functional.soft_margin_loss"), [
        call(t([-200.0, -10.0, 0.0, 10.0, 200.0]), t([1.0, 1.0, 1.0, -1.0, 1.0], grad=False), reduction="none"),
        call(x, signs((3, 4), 116), reduction="none"),
        call(u((2, 3), 117), signs((3,), 118)),
    ]
    yield exact("nn.functional.multi_margin_loss"), [
        call(u((3, 4), 119), i([0, 3, 1]), p=2, margin=0.5, reduction="none"),
        call(u((3, 4), 120), i([2, 2, 0]), weight=u((4,), 121, 0.0, 1.0, grad=False)),
        call(u((3, 4), 122), i([2, 2, 0]), reduction="sum"),
        call(u((4,), 123), i(2), reduction="none"),
    ]
    yield exact("nn.functional.multilabel_margin_loss"), [
        call(u((4,), 124), i([3, 0, -1, 1])),
        call(u((4,), 125), i([-1, 0, 2, 1])),
        call(u((3, 4), 126), i([[3, 0, -1, 1], [1, -1, 1, 1], [0, 1, 2, 3]]), reduction="none"),
        call(u((3, 4), 127), i([[3, 0, -1, 1], [1, -1, 1, 1], [0, 1, 2, 3]]), reduction="sum"),
        call(u((2, 3), 128), i([[1, 1, -1], [2, -1, 0]])),
    ]
    yield exact("nn.functional.multilabel_soft_margin_loss"), [
        call(x, u((3, 4), 129, 0.0, 1.0, grad=False), reduction=r) for r in ("none", "sum")
    ] + [call(x, u((3, 4), 130, 0.0, 1.0), weight=u((4,), 131)), call(u((2, 3, 4), 132), u((2, 3, 4), 133))]
    triple = u((3, 4), 134), u((3, 4), 135), u((3, 4), 136)
    yield exact("nn.functional.triplet_margin_loss"), [
        call(*triple, p=1.0, swap=True, reduction="none"),
        call(*triple, margin=3.0, eps=0.1),
        call(u((4,), 137), u((4,), 138), u((4,), 139), margin=2.0),
    ]
    yield own("nn.functional.triplet_margin_with_distance_loss", triplet_with_distance), [
        call(*triple, distance=d, margin=m, swap=s, reduction=r)
        for d, m, s, r in [
            (None, 1.0, False, "mean"),
            (None, 2.0, True, "none"),
            ("l1", 1.0, False, "sum"),
            ("l1", 3.0, True, "mean"),
            ("l1", 0.1, True, "none"),
            ("squared", 1.0, False, "mean"),
            ("squared", 5.0, True, "none"),
            ("squared", 2.0, False, "sum"),
        ]
    ]


def rms_norm(x, shape, weight=None, eps=None):
    """As newer versions of PyTorch have it."""
    dims = tuple(range(-len(shape), 0))
    y = x * torch.rsqrt(x.pow(2).mean(dims, keepdim=True) + (2**-23 if eps is None else eps))
    return y if weight is None else y * weight


def attention(query, key, value, attn_mask=None, is_causal=False, scale=None):
    """The formula that newer versions of PyTorch name scaled_dot_product_attention."""
    scores = query @ key.transpose(-2, -1) * (1 / query.shape[-1] ** 0.5 if scale is None else scale)
    if is_causal:
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if attn_mask is not None and attn_mask.dtype is torch.bool:
        scores = scores.masked_fill(~attn_mask, -float("inf"))
    elif attn_mask is not None:
        scores = scores + attn_mask
    return torch.softmax(scores, -1) @ value


def embedding(weight, index, padding_idx=None):
    """With the table first, whose gradient is asked for."""
    return F.embedding(index, weight, padding_idx=padding_idx)


def norms():
    x, far = u((2, 4, 3), 200), u((6, 8), 201, 1.0, 3.0)
    yield exact("nn.functional.layer_norm"), [
        call(far, [8], u((8,), 202), None),
        call(x, [4, 3], u((4, 3), 203), u((4, 3), 229)),
        call(u((2, 130), 204), [130]),
    ]
    yield exact("nn.functional.group_norm"), [
        call(x, 2, u((4,), 205)),
        call(x, 4),
        call(u((1, 6, 2, 2), 207), 3, u((6,), 208), u((6,), 209), eps=0.1),
    ]
    yield exact("nn.functional.instance_norm"), [call(x, weight=u((4,), 210), bias=u((4,), 211))]
    yield exact("nn.functional.batch_norm"), [
        call(x, None, None, u((4,), 212), u((4,), 213), training=True),
        call(far, u((8,), 214, grad=False), u((8,), 215, 0.5, 2.0, grad=False), u((8,), 216), None, training=True),
        call(x, u((4,), 217, grad=False), u((4,), 218, 0.5, 2.0, grad=False), None, u((4,), 219)),
    ]
    yield own("nn.functional.rms_norm", rms_norm), [
        call(x, [3]),
        call(x, [4, 3], u((4, 3), 220)),
        call(x, [3], u((3,), 221), eps=0.1),
        call(far, [8], u((8,), 222)),
        call(u((5,), 223), [5], u((5,), 224), eps=1e-5),
        call(u((2, 130), 225), [130]),
        call(u((1, 1), 226), [1]),
        call(u((0, 3), 227), [3], u((3,), 228)),
    ]


def pools():
    x = u((2, 2, 5, 4), 260)
    nan = t([[[1.0, float("nan"), 2.0, -1.0, float("inf"), -float("inf")]]])
    yield exact("nn.functional.max_pool1d"), [once(nan, 2, 1), once(t([[1.0, 1.0, 0.0, 2.0, 2.0]]), 2, 1)]
    yield exact("nn.functional.max_pool2d"), [call(x, 3, stride=1, padding=1), call(x, (2, 3), dilation=(2, 1))]
    yield exact("nn.functional.max_pool3d"), [
        call(u((1, 2, 3, 4, 3), 261), 2),
        call(u((2, 1, 3, 3, 4), 262), 2, stride=1, padding=1),
        call(u((1, 3, 3, 4), 263), (1, 2, 2), return_indices=True),
        call(u((1, 1, 4, 4, 4), 264), 2, dilation=2),
        call(u((1, 1, 4, 5, 4), 265), 3, stride=2, ceil_mode=True),
        call(u((1, 1, 4, 4, 4), 266), (2, 1, 3), stride=(1, 2, 1), return_indices=True),
        call(u((2, 2, 2, 2, 2), 267), 2),
        call(u((0, 2, 3, 3, 3), 268), 2),
    ]
    yield exact("nn.functional.avg_pool2d"), [
        call(x, 2),
        call(x, 3, 1, 1),
        call(x, 3, 2, 1, True, False),
        call(x, (2, 3), (1, 2), (1, 0), True, True),
        call(x, 2, None, 0, False, True, 3),
        call(u((2, 5, 5), 269), 3, 2, 1, False, False),
    ]
    yield exact("nn.functional.avg_pool3d"), [
        call(u((1, 2, 3, 4, 3), 270), 2),
        call(u((1, 1, 4, 4, 4), 271), 3, 2, 1),
        call(u((1, 3, 4, 5), 272), (1, 2, 3), 1, 0, True),
        call(u((1, 1, 4, 4, 4), 273), 3, 2, 1, True, False),
        call(u((1, 1, 3, 3, 3), 274), 3),
        call(u((2, 1, 2, 3, 3), 290), 2, 1),
    ]
    yield exact("nn.functional.adaptive_max_pool3d"), [
        call(u((1, 2, 3, 4, 3), 291 + k), size, True)
        for k, size in enumerate([1, 2, (2, 3, 1), (3, 4, 3), (4, 2, 2), (None, 2, 1), 3, (1, 1, 2)])
    ]
    yield exact("nn.functional.adaptive_avg_pool1d"), [call(u((2, 7), 275), n) for n in (3, 7, 10)] + [call(u((1, 2, 9), 276), 4)]
    yield exact("nn.functional.adaptive_avg_pool2d"), [call(x, (3, 3)), call(x, 1)]
    yield exact("nn.functional.adaptive_avg_pool3d"), [
        call(u((1, 2, 3, 4, 3), 277 + k), size) for k, size in enumerate([1, 2, (2, 3, 1), (3, 4, 3), (4, 2, 2), (None, 2, 1), 3])
    ]


def lookups():
    table = u((5, 3), 230)
    yield own("nn.functional.embedding", embedding), [
        call(table, i([[1, 4], [0, 1]])),
        once(table, i([1, 1, 2, 1]), padding_idx=1),
        once(table, i([[0, 4, 4]]), padding_idx=-1),
        call(table, i(3)),
        call(u((1, 1), 231), i([0, 0, 0])),
        call(u((40, 6), 232), i(list(range(39, 0, -2)))),
        call(table, i([])),
        once(u((3, 2), 233), i([[[0]], [[2]]]), padding_idx=0),
    ]
    yield own("nn.functional.one_hot", F.one_hot), [
        call(i(x), n)
        for x, n in [
            ([0, 2, 1], 3),
            ([0, 2, 1], 5),
            ([[1, 0], [2, 2]], 3),
            (1, 2),
            ([0], 1),
            ([7, 3], 9),
            ([[[0, 1]]], 2),
            ([4] * 6, 5),
        ]
    ]


def attentions():
    q, k, v = u((2, 4, 3), 240), u((2, 5, 3), 241), u((2, 5, 6), 242)
    mask = u((4, 5), 243, grad=False) > -1.2
    yield own("nn.functional.scaled_dot_product_attention", attention), [
        call(q, k, v),
        call(q, k, v, is_causal=True),
        call(q, k, v, mask),
        call(q, k, v, u((2, 4, 5), 244)),
        call(q, k, v, scale=2.0),
        call(u((2, 2, 6, 4), 245), u((2, 2, 6, 4), 246), u((2, 2, 6, 4), 247), is_causal=True),
        call(u((3, 4), 248), u((3, 4), 249), u((3, 4), 250)),
        call(u((1, 3, 2), 251), u((4, 2, 2), 252), u((4, 2, 1), 253)),
        call(u((2, 1, 8), 254, -9.0, 9.0), u((2, 9, 8), 255, -9.0, 9.0), u((2, 9, 2), 256)),
    ]


# The options of OpInfo's samples, unless a file says otherwise.
PLAIN = dict(max_samples=10, max_elements=100, errors=True, second=True)
LOSSES = """l1_loss smooth_l1_loss huber_loss kl_div poisson_nll_loss gaussian_nll_loss hinge_embedding_loss margin_ranking_loss
 cosine_embedding_loss soft_margin_loss multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss
 triplet_margin_loss"""


def functional(words):
    return ["nn.functional." + word for word in words.split()]


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
    "losses": [(functional(LOSSES), PLAIN)],
    "norm": [(functional("layer_norm group_norm instance_norm batch_norm"), {**PLAIN, "max_elements": 72})],
    "attention": [],
    "interpolate": [
        (functional("interpolate.nearest interpolate.linear interpolate.bilinear"), {**PLAIN, "max_elements": 100}),
    ],
    "pool": [
        (functional("max_pool1d avg_pool1d adaptive_avg_pool1d adaptive_max_pool1d"), {**PLAIN, "max_elements": 64}),
        (functional("max_pool2d max_pool3d avg_pool2d avg_pool3d adaptive_avg_pool2d"), {**PLAIN, "max_elements": 96}),
        (functional("adaptive_avg_pool3d adaptive_max_pool2d"), {**PLAIN, "max_elements": 96}),
    ],
}


def lookups_and_attentions():
    yield from lookups()
    yield from attentions()


# file: the samples of this file in it
CHOSEN = {"convChosen": convolutions, "losses": losses, "norm": norms, "pool": pools, "attention": lookups_and_attentions}


def samples(family):
    return CHOSEN[family]() if family in CHOSEN else ()
