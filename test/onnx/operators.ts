// How ONNX's operators are written in wgrad. Knows names, attributes and the order of inputs, and no numbers.
import {
  averagePool,
  batchNormalization,
  conv,
  convTranspose,
  layerNormalization,
  maxPool,
} from './layers.ts';
import { type Api, type Operator, type Reader, type Tensor, of } from './node.ts';

const one = (fn: (x: Tensor, w: Api) => Tensor): Operator => of((w, r) => fn(r.x(0), w));
const two = (fn: (a: Tensor, b: Tensor, w: Api) => Tensor): Operator => of((w, r) => fn(r.x(0), r.x(1), w));
const many = (fn: (a: Tensor, b: Tensor) => Tensor): Operator =>
  of((_, r) => r.node.inputs.map((_input, i) => r.x(i)).reduce(fn));

const reduce = (fn: (x: Tensor, options: { dim?: number[]; keepdim: boolean }, w: Api) => Tensor): Operator =>
  of((w, r) => {
    const axes = r.numbers('axes') ?? r.node.numbers(1);
    const keepdim = r.number('keepdims', 1) === 1;
    if (axes !== null && axes.length === 0 && r.number('noop_with_empty_axes', 0) === 1) return r.x(0);
    return fn(r.x(0), { ...(axes === null || axes.length === 0 ? {} : { dim: [...axes] }), keepdim }, w);
  });

const arg = (name: 'argmax' | 'argmin'): Operator =>
  of((w, r) => {
    const dim = r.number('axis', 0);
    const keepdim = r.number('keepdims', 1) === 1;
    if (r.number('select_last_index', 0) === 0) return r.x(0)[name]({ dim, keepdim });
    const last = r.x(0).shape.at(dim) ?? 1;
    return w.sub(last - 1, r.x(0).flip(dim)[name]({ dim, keepdim }));
  });

/** [m, k] after `transA`. */
const turned = (x: Tensor, flag: number): Tensor => (flag === 1 ? x.T : x);

const gemm: Operator = of((w, r) => {
  const product = turned(r.x(0), r.number('transA', 0)).mm(turned(r.x(1), r.number('transB', 0)));
  const scaled = product.mul(r.number('alpha', 1));
  const c = r.maybe(2);
  return c === null ? scaled : w.add(scaled, c.mul(r.number('beta', 1)));
});

const softmaxAxis = (r: Reader): number => r.number('axis', -1);

type Reduction = 'none' | 'mean' | 'sum';
const lossOptions = (r: Reader): { reduction: Reduction; weight?: Tensor; ignoreIndex?: number } => {
  const weight = r.maybe(2);
  return {
    reduction: r.text('reduction', 'mean') as Reduction,
    ...(weight ? { weight } : {}),
    ...('ignore_index' in r.node.attributes ? { ignoreIndex: r.number('ignore_index', -100) } : {}),
  };
};

const slice: Operator = of((_, r) => {
  const starts = r.node.numbers(1) ?? [];
  const ends = r.node.numbers(2) ?? [];
  const axes = r.node.numbers(3) ?? starts.map((_s, i) => i);
  const steps = r.node.numbers(4) ?? starts.map(() => 1);
  return starts.reduce((x, start, i) => {
    const length = x.shape.at(axes[i]) ?? 0;
    const at = (n: number, low: number, high: number): number =>
      Math.min(high, Math.max(low, n < 0 ? n + length : n));
    if (steps[i] > 0) return x.slice(axes[i], at(start, 0, length), at(ends[i], 0, length), steps[i]);
    // Backwards: the same places counted from the other end.
    const from = length - 1 - at(start, -1, length - 1);
    const to = length - 1 - at(ends[i], -1, length - 1);
    return x.flip(axes[i]).slice(axes[i], from, to, -steps[i]);
  }, r.x(0));
});

const split: Operator = of((_, r) => {
  const dim = r.number('axis', 0);
  const sizes = r.node.numbers(1);
  return sizes === null ? r.x(0).chunk(r.node.outputs, dim) : r.x(0).split([...sizes], dim);
});

const topK: Operator = of((w, r) => {
  const k = (r.node.numbers(1) ?? [1])[0];
  const { values, indices } = w.topk(r.x(0), k, {
    dim: r.number('axis', -1),
    largest: r.number('largest', 1) === 1,
    sorted: true,
  });
  return [values, indices];
});

const reshape: Operator = of((_, r) => {
  const x = r.x(0);
  const shape = (r.node.numbers(1) ?? []).map((n, d) =>
    n === 0 && r.number('allowzero', 0) === 0 ? x.shape[d] : n,
  );
  return x.reshape(shape);
});

const clip: Operator = of((_, r) => {
  const [low, high] = [r.maybe(1), r.maybe(2)];
  if (low === null && high === null) return r.x(0);
  return r.x(0).clamp({ ...(low ? { min: low } : {}), ...(high ? { max: high } : {}) });
});

const scatter: Operator = of((w, r) => {
  const kind = r.text('reduction', 'none');
  const dim = r.number('axis', 0);
  const index = r.x(1);
  // Negative places count from the end.
  const length = r.x(0).shape.at(dim) ?? 0;
  const places = w.where(index.lt(0), index.add(length), index);
  if (kind === 'none') return w.scatter(r.x(0), dim, places, r.x(2));
  return w.scatterReduce(r.x(0), dim, places, r.x(2), kind === 'add' ? 'sum' : 'prod');
});

const gatherElements: Operator = of((w, r) => {
  const dim = r.number('axis', 0);
  const length = r.x(0).shape.at(dim) ?? 0;
  return r.x(0).gather(dim, w.where(r.x(1).lt(0), r.x(1).add(length), r.x(1)));
});

const globally = (name: 'mean' | 'amax'): Operator =>
  one((x) => x[name]({ dim: x.shape.map((_, d) => d).slice(2), keepdim: true }));

/** ONNX's name → the call in wgrad. */
export const operators: Readonly<Record<string, Operator>> = {
  Abs: one((x) => x.abs()),
  Acos: one((x, w) => w.acos(x)),
  Acosh: one((x, w) => w.acosh(x)),
  Add: two((a, b) => a.add(b)),
  And: two((a, b) => a.logicalAnd(b)),
  ArgMax: arg('argmax'),
  ArgMin: arg('argmin'),
  Asin: one((x, w) => w.asin(x)),
  Asinh: one((x, w) => w.asinh(x)),
  Atan: one((x, w) => w.atan(x)),
  Atanh: one((x, w) => w.atanh(x)),
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  BitShift: of((w, r) =>
    r.text('direction', 'LEFT') === 'LEFT'
      ? w.bitwiseLeftShift(r.x(0), r.x(1))
      : w.bitwiseRightShift(r.x(0), r.x(1)),
  ),
  Celu: of((w, r) => w.celu(r.x(0), { alpha: r.number('alpha', 1) })),
  Ceil: one((x) => x.ceil()),
  Clip: clip,
  Concat: of((w, r) =>
    w.cat(
      r.node.inputs.map((_, i) => r.x(i)),
      r.number('axis', 0),
    ),
  ),
  Conv: conv,
  ConvTranspose: convTranspose,
  Cos: one((x) => x.cos()),
  Cosh: one((x, w) => w.cosh(x)),
  Div: two((a, b) => (a.dtype === 'f32' ? a.div(b) : a.div(b, { roundingMode: 'trunc' }))),
  Elu: of((_, r) => r.x(0).elu({ alpha: r.number('alpha', 1) })),
  Equal: two((a, b) => a.eq(b)),
  Exp: one((x) => x.exp()),
  Expand: of((w, r) => {
    const shape = r.node.numbers(1) ?? [];
    return r.x(0).mul(w.ones([...shape], { dtype: r.x(0).dtype }));
  }),
  Flatten: of((_, r) => {
    const x = r.x(0);
    const axis = r.number('axis', 1);
    const front = x.shape.slice(0, axis < 0 ? axis + x.ndim : axis);
    return x.reshape(
      front.reduce((a, b) => a * b, 1),
      -1,
    );
  }),
  Floor: one((x) => x.floor()),
  GatherElements: gatherElements,
  Gemm: gemm,
  GlobalAveragePool: globally('mean'),
  GlobalMaxPool: globally('amax'),
  Greater: two((a, b) => a.gt(b)),
  GreaterOrEqual: two((a, b) => a.ge(b)),
  HardSigmoid: of((_, r) =>
    r.x(0).mul(r.number('alpha', 0.2)).add(r.number('beta', 0.5)).clamp({ min: 0, max: 1 }),
  ),
  HardSwish: one((x, w) => w.hardswish(x)),
  Identity: one((x) => x),
  InstanceNormalization: of((w, r) =>
    w.instanceNorm(r.x(0), { weight: r.x(1), bias: r.x(2), eps: r.number('epsilon', 1e-5) }),
  ),
  IsNaN: one((x) => x.isnan()),
  LayerNormalization: layerNormalization,
  LeakyRelu: of((_, r) => r.x(0).leakyRelu(r.number('alpha', 0.01))),
  Less: two((a, b) => a.lt(b)),
  LessOrEqual: two((a, b) => a.le(b)),
  Log: one((x) => x.log()),
  LogSoftmax: of((_, r) => r.x(0).logSoftmax(softmaxAxis(r))),
  MatMul: two((a, b) => a.matmul(b)),
  Max: many((a, b) => a.maximum(b)),
  MaxPool: maxPool,
  Mean: of((_, r) =>
    r.node.inputs
      .map((_input, i) => r.x(i))
      .reduce((a, b) => a.add(b))
      .div(r.node.inputs.length),
  ),
  Min: many((a, b) => a.minimum(b)),
  Mod: of((_, r) => (r.number('fmod', 0) === 1 ? r.x(0).fmod(r.x(1)) : r.x(0).remainder(r.x(1)))),
  Mul: two((a, b) => a.mul(b)),
  Neg: one((x) => x.neg()),
  NegativeLogLikelihoodLoss: of((w, r) => w.nllLoss(r.x(0), r.x(1), lossOptions(r))),
  Not: one((x) => x.logicalNot()),
  Or: two((a, b) => a.logicalOr(b)),
  Pow: two((a, b) => {
    const y = a.pow(b);
    return y.dtype === a.dtype ? y : y.to(a.dtype);
  }),
  PRelu: of((w, r) => w.where(r.x(0).lt(0), r.x(0).mul(r.x(1)), r.x(0))),
  Reciprocal: one((x) => x.reciprocal()),
  ReduceL1: reduce((x, options, w) => w.vectorNorm(x, { ord: 1, ...options })),
  ReduceL2: reduce((x, options, w) => w.vectorNorm(x, { ord: 2, ...options })),
  ReduceLogSum: reduce((x, options) => x.sum(options).log()),
  ReduceMax: reduce((x, options) => x.amax(options)),
  ReduceMean: reduce((x, options) => x.mean(options)),
  ReduceMin: reduce((x, options) => x.amin(options)),
  ReduceProd: reduce((x, options) => x.prod(options)),
  ReduceSum: reduce((x, options) => x.sum(options)),
  ReduceSumSquare: reduce((x, options) => x.square().sum(options)),
  Relu: one((x) => x.relu()),
  Reshape: reshape,
  Round: one((x) => x.round()),
  ScatterElements: scatter,
  Selu: of((w, r) => {
    const [alpha, gamma] = [
      r.number('alpha', 1.67326319217681884765625),
      r.number('gamma', 1.05070102214813232421875),
    ];
    return w.elu(r.x(0), { alpha }).mul(gamma);
  }),
  Shrink: of((w, r) => {
    const [x, bias, lambda] = [r.x(0), r.number('bias', 0), r.number('lambd', 0.5)];
    return w.where(x.lt(-lambda), x.add(bias), w.where(x.gt(lambda), x.sub(bias), 0));
  }),
  Sigmoid: one((x) => x.sigmoid()),
  Sign: one((x) => x.sign()),
  Sin: one((x) => x.sin()),
  Sinh: one((x, w) => w.sinh(x)),
  Slice: slice,
  Softmax: of((_, r) => r.x(0).softmax(softmaxAxis(r))),
  SoftmaxCrossEntropyLoss: of((w, r) => {
    const loss = w.crossEntropy(r.x(0), r.x(1), lossOptions(r));
    return [loss, r.x(0).logSoftmax(1)];
  }),
  Softplus: one((x) => x.softplus()),
  Softsign: one((x, w) => w.softsign(x)),
  Split: split,
  Sqrt: one((x) => x.sqrt()),
  Squeeze: of((_, r) => {
    const axes = r.node.numbers(1);
    return axes === null ? r.x(0).squeeze() : r.x(0).squeeze([...axes]);
  }),
  Sub: two((a, b) => a.sub(b)),
  Sum: many((a, b) => a.add(b)),
  Tan: one((x) => x.tan()),
  Tanh: one((x) => x.tanh()),
  ThresholdedRelu: of((w, r) => w.threshold(r.x(0), r.number('alpha', 1), 0)),
  Tile: of((_, r) => r.x(0).repeat([...(r.node.numbers(1) ?? [])])),
  TopK: topK,
  Transpose: of((_, r) => {
    const perm = r.numbers('perm');
    return perm === null ? r.x(0).T : r.x(0).permute([...perm]);
  }),
  Trilu: of((_, r) => {
    const diagonal = r.node.numbers(1)?.[0] ?? 0;
    return r.number('upper', 1) === 1 ? r.x(0).triu(diagonal) : r.x(0).tril(diagonal);
  }),
  Unsqueeze: of((_, r) => {
    const axes = r.node.numbers(1) ?? [];
    const rank = r.x(0).ndim + axes.length;
    const sorted = axes.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
    return sorted.reduce((x, axis) => x.unsqueeze(axis), r.x(0));
  }),
  Where: of((w, r) => w.where(r.x(0), r.x(1), r.x(2))),
  Xor: two((a, b) => a.logicalXor(b)),
};
