// How exact each operation must be in float32, as data. Knows the operations by their names in PyTorch, and no backend's code.
import { SMALLEST_NORMAL, type Tolerance } from './compare.ts';

/**
 * What an operation does to rounding errors:
 * - `exact`: moves numbers, or counts in integers; the bits are the same.
 * - `choice`: takes one of several numbers; its gradient is shared out among equals.
 * - `arithmetic`: one correctly rounded + − × an element.
 * - `division`: /, sqrt, rsqrt (WGSL allows 2.5 ULP).
 * - `elementary`: exp, log, pow and what is made of them.
 * - `trigonometric`: our own sin and cos, absolute.
 * - `accumulation`: sums of K terms; the bound grows with √K and the size of the terms.
 * - `loss`: softmax, losses, norms: exponentials under a sum.
 * - `conditioned`: decompositions, systems and transforms, whose errors no element-wise bound knows: NOISE times what
 *   rounding the inputs does to the exact result (measured by PyTorch in f64: `noise` of the sample), which holds the
 *   condition of the problem. A backward stable algorithm errs by so many roundings of its inputs.
 */
export type ToleranceClass =
  | 'exact'
  | 'choice'
  | 'arithmetic'
  | 'division'
  | 'elementary'
  | 'trigonometric'
  | 'accumulation'
  | 'loss'
  | 'conditioned';

const EPS = 1.2e-7; // one rounding of a float32, relative

/** The table. `accumulation` has its absolute part from `accumulated`. */
export const classes: Readonly<Record<ToleranceClass, Tolerance>> = {
  exact: { rtol: 0, atol: 0 },
  choice: { rtol: 0, atol: 0 },
  arithmetic: { rtol: EPS, atol: SMALLEST_NORMAL },
  division: { rtol: 6e-7, atol: SMALLEST_NORMAL },
  elementary: { rtol: 4e-6, atol: 1e-6 },
  trigonometric: { rtol: 0, atol: 1e-6 },
  accumulation: { rtol: 1.3e-6, atol: SMALLEST_NORMAL },
  loss: { rtol: 5e-6, atol: 1e-6 },
  conditioned: { rtol: 1.3e-6, atol: SMALLEST_NORMAL },
};

/** How many roundings of its inputs a decomposition of a small matrix may err by. */
const NOISE = 16;

/** The class of each operation. One that is not named here has no tolerance, and its test fails. */
export const classOf: Readonly<Record<string, ToleranceClass>> = {
  ...named('arithmetic', 'add sub mul square nn.functional.leaky_relu'),
  ...named('division', 'div.no_rounding_mode sqrt rsqrt reciprocal'),
  ...named('elementary', 'exp expm1 log log1p log2 pow tan tanh sigmoid erf logit'),
  ...named('elementary', 'nn.functional.elu nn.functional.softplus nn.functional.gelu nn.functional.silu'),
  ...named('trigonometric', 'sin cos'),
  ...named(
    'exact',
    'neg abs sign nn.functional.relu floor ceil round trunc div.trunc_rounding div.floor_rounding',
  ),
  ...named('exact', 'where clamp'),
  ...named('choice', 'maximum minimum max.binary min.binary fmod'),
  ...named('arithmetic', 'remainder'),
  ...named('elementary', 'asin acos atan atan2 sinh cosh asinh acosh atanh hypot sinc exp2 log10'),
  ...named('elementary', 'logaddexp logaddexp2 float_power xlogy special.xlog1py special.entr'),
  ...named('elementary', 'nn.functional.mish nn.functional.selu nn.functional.celu nn.functional.softsign'),
  ...named('elementary', 'nn.functional.tanhshrink nn.functional.glu nn.functional.logsigmoid'),
  ...named('elementary', 'nn.functional.hardswish nn.functional.hardsigmoid'),
  ...named('elementary', 'lgamma digamma erfc erfinv i0 special.i0e special.i1 special.i1e special.zeta'),
  ...named('elementary', 'special.erfcx special.ndtr special.log_ndtr special.ndtri'),
  ...named('elementary', 'polygamma.polygamma_n_0 polygamma.polygamma_n_1 polygamma.polygamma_n_2'),
  ...named('elementary', 'polygamma.polygamma_n_3 polygamma.polygamma_n_4'),
  ...named('elementary', 'mvlgamma.mvlgamma_p_1 mvlgamma.mvlgamma_p_3 mvlgamma.mvlgamma_p_5'),
  ...named('arithmetic', 'deg2rad rad2deg ldexp rsub copysign nn.functional.softshrink'),
  ...named('arithmetic', 'nn.functional.prelu nn.functional.rrelu'),
  ...named('accumulation', 'addcmul addcdiv'),
  ...named('division', 'true_divide'),
  ...named('exact', 'frac signbit heaviside nan_to_num isposinf isneginf positive floor_divide'),
  ...named('exact', 'clamp_min clamp_max nn.functional.relu6 nn.functional.hardtanh'),
  ...named('exact', 'nn.functional.hardshrink nn.functional.threshold'),
  ...named('choice', 'fmax fmin'),
  ...named('exact', 'bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_left_shift bitwise_right_shift'),
  ...named('exact', 'gcd lcm'),
  ...named('loss', 'nn.functional.softmin'),
  ...named('exact', 'eq ne lt le gt ge logical_and logical_or logical_not logical_xor isnan isinf isfinite'),
  ...named('accumulation', 'sum mean prod var std cumsum'),
  ...named(
    'choice',
    'max.reduction_with_dim max.reduction_no_dim min.reduction_with_dim min.reduction_no_dim',
  ),
  ...named('choice', 'amax amin'),
  ...named('exact', 'argmax argmin any all'),
  ...named('loss', 'logsumexp softmax log_softmax'),
  ...named('accumulation', 'matmul mm bmm dot mv addmm nn.functional.linear'),
  ...named('arithmetic', 'outer'),
  ...named(
    'exact',
    'reshape view permute transpose t T squeeze unsqueeze expand broadcast_to flatten cat stack',
  ),
  ...named('exact', 'split split.list_args chunk narrow select flip repeat tril triu movedim'),
  ...named('exact', 'slice index_select gather'),
  ...named(
    'exact',
    'diagonal diag_embed diag diagflat roll rot90 fliplr flipud tile repeat_interleave unflatten',
  ),
  ...named(
    'exact',
    'tensor_split hsplit vsplit dsplit unbind atleast_1d atleast_2d atleast_3d broadcast_tensors',
  ),
  ...named('exact', 'hstack vstack dstack column_stack block_diag meshgrid.list_of_tensors'),
  ...named('exact', 'meshgrid.variadic_tensors cartesian_prod combinations tril_indices triu_indices'),
  ...named(
    'exact',
    'nn.functional.pixel_shuffle nn.functional.pixel_unshuffle nn.functional.channel_shuffle',
  ),
  ...named('exact', 'nn.functional.pad.constant nn.functional.pad.reflect nn.functional.pad.replicate'),
  ...named('exact', 'nn.functional.pad.circular unfold nn.functional.unfold'),
  ...named('accumulation', 'trace linalg.vander nn.functional.fold'),
  ...named('arithmetic', 'logspace'),
  ...named(
    'accumulation',
    'scatter_add index_add index_put put scatter scatter_reduce.sum scatter_reduce.mean',
  ),
  ...named('exact', 'index_copy index_fill take take_along_dim masked_fill masked_scatter getitem'),
  ...named('accumulation', 'scatter_reduce.prod index_reduce setitem'),
  ...named('choice', 'scatter_reduce.amax scatter_reduce.amin'),
  ...named('accumulation', 'einsum tensordot inner vdot addmv addbmm baddbmm addr cross linalg.cross cov'),
  ...named('accumulation', 'linalg.matrix_power linalg.multi_dot'),
  ...named('arithmetic', 'kron'),
  ...named('loss', 'cdist corrcoef'),
  ...named('loss', 'nn.functional.binary_cross_entropy nn.functional.binary_cross_entropy_with_logits'),
  ...named('loss', 'nn.functional.nll_loss nn.functional.cross_entropy nn.functional.mse_loss'),
  ...named('choice', 'sort msort topk kthvalue median nanmedian mode'),
  ...named('exact', 'argsort searchsorted bucketize isin histc'),
  ...named('loss', 'quantile nanquantile'),
  ...named('choice', 'cummax cummin'),
  ...named('accumulation', 'cumprod diff trapezoid cumulative_trapezoid'),
  ...named('loss', 'logcumsumexp'),
  ...named('accumulation', 'nansum var_mean std_mean'),
  ...named('exact', 'count_nonzero aminmax'),
  ...named('loss', 'norm norm.fro norm.inf linalg.vector_norm dist nn.functional.pairwise_distance'),
  ...named('loss', 'nn.functional.normalize nn.functional.cosine_similarity'),
  ...functional('choice', 'max_pool1d max_pool2d max_pool3d adaptive_max_pool1d'),
  ...functional('choice', 'adaptive_max_pool2d adaptive_max_pool3d'),
  ...functional('accumulation', 'avg_pool1d avg_pool2d avg_pool3d'),
  ...functional('accumulation', 'adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d'),
  ...functional('accumulation', 'interpolate.nearest'),
  ...functional('loss', 'interpolate.linear interpolate.bilinear'),
  ...functional('loss', 'layer_norm group_norm instance_norm batch_norm rms_norm'),
  ...functional('loss', 'scaled_dot_product_attention'),
  ...functional('exact', 'one_hot'),
  ...functional('accumulation', 'embedding'),
  ...functional('loss', 'l1_loss smooth_l1_loss huber_loss kl_div poisson_nll_loss gaussian_nll_loss'),
  ...functional('loss', 'hinge_embedding_loss margin_ranking_loss cosine_embedding_loss soft_margin_loss'),
  ...functional('loss', 'multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss'),
  ...functional('loss', 'triplet_margin_loss triplet_margin_with_distance_loss'),
  ...named('accumulation', 'nn.functional.conv1d nn.functional.conv2d nn.functional.conv3d'),
  ...named(
    'accumulation',
    'nn.functional.conv_transpose1d nn.functional.conv_transpose2d nn.functional.conv_transpose3d',
  ),
  ...named('arithmetic', 'arange'),
  // start + step · i: where the two cancel, the error is one of the ends.
  ...named('accumulation', 'linspace'),
  ...named('exact', 'eye zeros ones zeros_like ones_like full_like'),
  ...named(
    'conditioned',
    'linalg.cholesky linalg.cholesky_ex cholesky_solve cholesky_inverse linalg.solve_triangular',
  ),
  ...named(
    'conditioned',
    'linalg.lu linalg.lu_factor linalg.lu_solve linalg.solve linalg.inv linalg.det logdet',
  ),
  ...named(
    'conditioned',
    'linalg.det.singular linalg.slogdet linalg.qr linalg.eigh linalg.eigvalsh linalg.svd',
  ),
  ...named('conditioned', 'linalg.svdvals linalg.lstsq.grad_oriented linalg.pinv linalg.pinv.singular'),
  ...named(
    'conditioned',
    'linalg.pinv.hermitian linalg.norm linalg.norm.subgradients_at_zero linalg.matrix_norm',
  ),
  ...named('conditioned', 'linalg.cond matrix_exp linalg.householder_product'),
  ...named(
    'conditioned',
    'fft.fft fft.ifft fft.rfft fft.irfft fft.hfft fft.ihfft fft.fft2 fft.ifft2 fft.rfft2',
  ),
  ...named('conditioned', 'fft.irfft2 fft.fftn fft.ifftn fft.rfftn fft.irfftn'),
  ...named('exact', 'fft.fftshift fft.ifftshift'),
  ...named('exact', 'linalg.matrix_rank linalg.matrix_rank.hermitian'),
};

function named(kind: ToleranceClass, words: string): Record<string, ToleranceClass> {
  return Object.fromEntries(words.split(' ').map((word) => [word, kind]));
}

function functional(kind: ToleranceClass, words: string): Record<string, ToleranceClass> {
  return named(kind, words.replaceAll(/[\w.]+/g, 'nn.functional.$&'));
}

export type Part = 'output' | 'grads' | 'grads2';

/** An entry that is wider than the table, with its reason. */
export interface Looser extends Tolerance {
  readonly op: string;
  readonly part: Part;
  /** Where it holds: one backend, or everywhere. */
  readonly backend?: 'cpu' | 'webgpu';
  readonly reason: string;
}

/** Every entry that is looser than the table. */
export const looser: readonly Looser[] = [
  ...['quantile', 'nanquantile'].map((op): Looser => ({
    op,
    part: 'grads',
    rtol: 1e-4,
    atol: 4e-5,
    reason: 'the rank q·(n − 1) has the rounding of a float32, 1.5e-5 at 284; PyTorch has the same',
  })),
  {
    op: 'nn.functional.normalize',
    part: 'grads2',
    rtol: 2e-5,
    atol: 1e-3,
    reason:
      'vectors of one element: the terms cancel to 0 from 1/x², 23,000 for the smallest |x| of the samples',
  },
  {
    op: 'logsumexp',
    part: 'grads',
    rtol: 1e-4,
    atol: 4e-6,
    reason:
      'exp(x − y) keeps the absolute rounding of y, 6e-5 for the samples around 1,500; PyTorch has the same',
  },
];

/**
 * The absolute tolerance of a sum of `length` terms of at most `magnitude`: 4 · 2e-7 · √K · max|t|, and never above
 * K · 6e-8 · Σ|t|, what adding in any order can lose.
 */
export function accumulated(length: number, magnitude: number): number {
  const k = Math.max(1, length);
  return Math.min(8e-7 * Math.sqrt(k), 6e-8 * k * k) * magnitude;
}

/** What a tolerance depends on beside the operation. */
export interface Conditions {
  readonly part: Part;
  readonly backend: 'cpu' | 'webgpu';
  /** Terms of the longest sum behind an element: of a reduction, a product, or a broadcast operand's gradient. */
  readonly length: number;
  /** Largest absolute value of such a term. */
  readonly magnitude: number;
  /** Largest absolute value of the gradient that came in: errors of a gradient grow with it. */
  readonly incoming: number;
  /** Whether the truth is no float32: some rounding is bound to happen. */
  readonly rounded: boolean;
  /** How far this part of the sample moves when its inputs are rounded. */
  readonly noise?: number | undefined;
}

const WIDER: Readonly<Record<Part, number>> = { output: 1, grads: 2, grads2: 4 };

/** Whether an operation that chooses or moves numbers has to calculate for this result. */
function calculates(kind: ToleranceClass, { part, length, rounded }: Conditions): boolean {
  if (part === 'output') return kind !== 'exact' && kind !== 'choice';
  return kind !== 'exact' || rounded || length > 1;
}

/** The tolerance of one result of an operation in float32. @throws Error where the operation has no class. */
export function toleranceOf(op: string, conditions: Conditions): Tolerance {
  const { part, backend, magnitude, incoming } = conditions;
  const kind = classOf[op];
  if (kind === undefined)
    throw new Error(`${op} has no tolerance class; name it in test/support/tolerances.ts`);
  const own = looser.find((x) => x.op === op && x.part === part && (x.backend ?? backend) === backend);
  if (own !== undefined) return own;
  if (kind === 'conditioned') {
    if (conditions.noise === undefined) throw new Error(`the samples of ${op} say nothing of noise`);
    const { rtol, atol } = classes.conditioned;
    // Where terms of a gradient cancel for every input, moving the inputs moves nothing.
    const cancelled = part === 'output' ? 0 : EPS * incoming;
    return { rtol: rtol * WIDER[part], atol: (atol + cancelled + NOISE * conditions.noise) * WIDER[part] };
  }
  if (!calculates(kind, conditions)) return classes[kind];
  // A derivative of a derivative is a sum of two terms at least.
  const length = part === 'grads2' ? 2 * conditions.length : conditions.length;
  const base = kind === 'exact' || kind === 'choice' ? classes.arithmetic : classes[kind];
  const isSum = kind === 'accumulation' || length > 1 || (part !== 'output' && base !== classes[kind]);
  const sums = isSum ? accumulated(Math.max(2, length), magnitude) : 0;
  const grown = part === 'output' ? 1 : Math.max(1, incoming);
  const rtol = isSum ? Math.max(base.rtol, classes.accumulation.rtol) : base.rtol;
  return { rtol: rtol * WIDER[part], atol: (base.atol * grown + sums) * WIDER[part] };
}
