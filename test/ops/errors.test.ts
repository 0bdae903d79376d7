// Every message of a refused call, word for word; and that no message is left out.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tensor } from '../../src/index.ts';
import * as w from '../../src/index.ts';

/** Calls as no type allows them. */
type Loose = Record<string, (...args: unknown[]) => unknown>;
const loose = (t: Tensor): Loose => t as unknown as Loose;
const free = w as unknown as Loose;

const z = (...shape: number[]): Tensor => w.zeros(shape);
const bools = (): Tensor => w.tensor([true, false]);
const ints = (...data: number[]): Tensor => w.tensor(Int32Array.from(data));

const calls: Readonly<Record<string, () => unknown>> = {
  'shapes that do not broadcast': () => z(2, 3).add(z(4, 3)),
  'a dimension out of range': () => z(2, 3).sum({ dim: 2 }),
  'a dimension named twice': () => z(2, 3).sum({ dim: [0, -2] }),
  'too many dimensions': () => z(1, 1, 1, 1, 1, 1, 1, 1, 1),
  'a negative size': () => z(2, -3),
  'a fractional size': () => z(2.5),
  'too many elements': () => z(2 ** 16, 2 ** 16),
  'a shape not made of numbers': () => free['zeros'](2, '3'),
  'reshape to another size': () => z(2, 3).reshape(4, 2),
  'reshape with two holes': () => z(2, 3).reshape(-1, -1),
  'reshape with a hole that does not work out': () => z(2, 3).reshape(-1, 4),
  'reshape to too few': () => z(2, 3).reshape(5),
  'matmul of other inner dimensions': () => z(2, 3).matmul(z(4, 5)),
  'matmul that wants a transpose': () => z(2, 3).matmul(z(2, 3)),
  'matmul of a scalar': () => z(2, 3).matmul(w.scalar(2)),
  'matmul of bools': () => bools().matmul(z(2)),
  'mm of vectors': () => z(2).mm(z(2, 2)),
  'bmm of other numbers of matrices': () => z(2, 3, 4).bmm(z(3, 4, 5)),
  'sub of bools': () => bools().sub(bools()),
  'neg of bools': () => bools().neg(),
  'div with an unknown rounding': () => loose(z(2))['div'](2, { roundingMode: 'up' }),
  'where of numbers': () => w.where(z(2), z(2), z(2)),
  'clamp without bounds': () => z(2).clamp({}),
  'gelu with an unknown approximation': () => loose(z(2))['gelu']({ approximate: 'erf' }),
  'celu without a slope': () => w.celu(z(2), { alpha: 0 }),
  'softshrink by a negative number': () => w.softshrink(z(2), { lambd: -0.5 }),
  'glu of an odd size': () => w.glu(z(2, 3)),
  'prelu with weights for other channels': () => w.prelu(z(2, 8, 3), z(9)),
  'rrelu the wrong way round': () => w.rrelu(z(2), { lower: 0.3, upper: 0.1 }),
  'polygamma of a broken order': () => w.polygamma(0.5, z(2)),
  'mvlgamma of no dimensions': () => w.mvlgamma(z(2), 0),
  'positive of bools': () => w.positive(bools()),
  'bits of fractions': () => w.bitwiseAnd(z(2), z(2)),
  'bits of bools moved': () => w.bitwiseLeftShift(bools(), bools()),
  'mean of integers': () => ints(1, 2).mean(),
  'amax of nothing': () => z(2, 0).amax({ dim: 1 }),
  'max along a dimension that is not there': () => z(2, 3).max(5),
  'tril of a vector': () => z(3).tril(),
  'permute with too few dimensions': () => z(2, 3).permute(1),
  'movedim of unlike lists': () => z(2, 3).movedim([0, 1], [1]),
  'expand of a dimension longer than 1': () => z(2, 3).expand(4, 3),
  'slice of a scalar': () => w.scalar(1).slice(0, 0, 1),
  'slice backwards': () => z(4).slice(0, 0, 4, -1),
  'narrow outside': () => z(4).narrow(0, 2, 3),
  'select outside': () => z(2, 3).select(1, 3),
  'flatten the wrong way round': () => z(2, 3, 4).flatten({ startDim: 2, endDim: 1 }),
  'repeat with too few counts': () => z(2, 3).repeat(2),
  'cat of nothing': () => w.cat([]),
  'cat of scalars': () => w.cat([w.scalar(1), w.scalar(2)]),
  'cat of other shapes': () => w.cat([z(2, 3), z(2, 4)], 0),
  'stack of nothing': () => w.stack([]),
  'stack of other shapes': () => w.stack([z(2), z(3)]),
  'split into pieces of no length': () => z(4).split(0),
  'split into pieces that do not add up': () => z(4).split([1, 2]),
  'chunk into no pieces': () => z(4).chunk(0),
  'indices out of range': () => z(2, 3).indexSelect(1, ints(0, 3)),
  'indices that are fractions': () => z(2, 3).gather(1, z(2, 3)),
  'an index with other dimensions': () => z(2, 3).gather(1, ints(0)),
  'indexSelect by a matrix': () => z(2, 3).indexSelect(1, ints(0, 1).reshape(1, 2)),
  'scatterAdd of another element type': () => z(3).scatterAdd(0, ints(0), ints(1)),
  't of three dimensions': () => z(2, 3, 4).t(),
  'a loss of other shapes': () => w.binaryCrossEntropy(z(3, 1), z(3)),
  'a loss with an unknown reduction': () => free['mseLoss'](z(3), z(3), { reduction: 'avg' }),
  'classes of another shape': () => w.crossEntropy(z(4, 3), ints(0, 1)),
  'classes that are fractions': () => w.nllLoss(z(2, 3), z(2)),
  'a class that is not there': () => w.crossEntropy(z(2, 3), ints(0, 3)),
  'label smoothing outside': () => w.crossEntropy(z(2, 3), ints(0, 1), { labelSmoothing: 2 }),
  'conv of integers': () => w.conv1d(ints(1, 2).reshape(1, 2), z(1, 1, 1)),
  'conv of too few dimensions': () => w.conv2d(z(3, 4), z(1, 1, 2, 2)),
  'conv with a weight of other dimensions': () => w.conv2d(z(1, 3, 4, 4), z(1, 3, 2)),
  'conv of other channels': () => w.conv2d(z(1, 3, 4, 4), z(2, 2, 2, 2)),
  'conv with no groups': () => w.conv1d(z(1, 3, 4), z(2, 3, 2), { groups: 0 }),
  'conv with a bias that does not fit': () => w.conv1d(z(1, 3, 4), z(2, 3, 2), { bias: z(3) }),
  'conv with a kernel too long': () => w.conv1d(z(1, 3, 4), z(2, 3, 5)),
  'conv with a stride of 0': () => w.conv1d(z(1, 3, 4), z(2, 3, 2), { stride: 0 }),
  "conv with padding 'same' and a stride": () =>
    w.conv1d(z(1, 3, 4), z(2, 3, 2), { stride: 2, padding: 'same' }),
  'conv with an unknown padding': () => free['conv1d'](z(1, 3, 4), z(2, 3, 2), { padding: 'full' }),
  'a transposed conv with too much output padding': () =>
    w.convTranspose1d(z(1, 3, 4), z(3, 2, 2), { outputPadding: 1 }),
  'a transposed conv of which nothing is left': () =>
    w.convTranspose1d(z(1, 3, 1), z(3, 2, 2), { padding: 2 }),
  'smoothL1Loss with a beta below 0': () => w.smoothL1Loss(z(3), z(3), { beta: -1 }),
  'huberLoss with a delta of 0': () => w.huberLoss(z(3), z(3), { delta: 0 }),
  'gaussianNllLoss with an eps of 0': () => w.gaussianNllLoss(z(3), z(3), z(3), { eps: 0 }),
  'gaussianNllLoss with a variance that does not fit': () => w.gaussianNllLoss(z(3, 2), z(3, 2), z(2)),
  'gaussianNllLoss with a negative variance': () => w.gaussianNllLoss(z(1, 2), z(1, 2), w.tensor([[-1, 2]])),
  'marginRankingLoss of other dimensions': () => w.marginRankingLoss(z(3), z(3), z(3, 1)),
  'cosineEmbeddingLoss with too many targets': () => w.cosineEmbeddingLoss(z(3, 2), z(3, 2), z(3, 2)),
  'multiMarginLoss with another power': () => w.multiMarginLoss(z(2, 3), ints(0, 1), { p: 3 }),
  'multiMarginLoss with too many targets': () => w.multiMarginLoss(z(2, 3), ints(0, 1, 2)),
  'multiMarginLoss with targets that are fractions': () => w.multiMarginLoss(z(2, 3), z(2)),
  'multilabelMarginLoss with a class that is not there': () => w.multilabelMarginLoss(z(3), ints(0, 3, -1)),
  'tripletMarginLoss of other dimensions': () => w.tripletMarginLoss(z(3), z(3), z(3, 1)),
  'layerNorm over another shape': () => w.layerNorm(z(2, 3), [2]),
  'layerNorm with a weight that does not fit': () => w.layerNorm(z(2, 3), 3, { weight: z(2) }),
  'groupNorm of a vector': () => w.groupNorm(z(3), 1),
  'groupNorm with groups that do not divide': () => w.groupNorm(z(2, 3), 2),
  'batchNorm of one value a channel': () => w.batchNorm(z(1, 3), null, null, { training: true }),
  'batchNorm with statistics that do not fit': () => w.batchNorm(z(2, 3), z(2), z(2)),
  'running statistics that require a gradient': () =>
    w.batchNorm(z(2, 3), z(3).requiresGrad_(), null, { training: true }),
  'an embedding that is no table': () => w.embedding(ints(0), z(3)),
  'an embedding with padding outside': () => w.embedding(ints(0), z(3, 2), { paddingIdx: 3 }),
  'oneHot of fractions': () => w.oneHot(z(2), 3),
  'oneHot of no classes': () => w.oneHot(ints(0), 0),
  'oneHot of a class that is not there': () => w.oneHot(ints(3), 3),
  'dropout with more than certainty': () => w.dropout(z(3), { p: 2 }),
  'dropout2d of a vector': () => w.dropout2d(z(3)),
  'attention of other dimensions': () => w.scaledDotProductAttention(z(2, 3), z(2, 4), z(2, 3)),
  'attention with a mask and isCausal': () =>
    w.scaledDotProductAttention(z(2, 3), z(2, 3), z(2, 3), { attnMask: z(2, 2), isCausal: true }),
  'attention with too few values': () => w.scaledDotProductAttention(z(2, 3), z(2, 3), z(1, 3)),
  'a pool of too few dimensions': () => w.maxPool2d(z(3, 4), 2),
  'a pool with too much padding': () => w.maxPool1d(z(1, 3, 4), 2, { padding: 2 }),
  'a pool with a kernel too long': () => w.avgPool1d(z(1, 3, 4), 5),
  'a pool that divides by 0': () => w.avgPool2d(z(1, 3, 4, 4), 2, { divisorOverride: 0 }),
  'interpolate by an unknown mode': () => free['interpolate'](z(1, 1, 2), { size: 3, mode: 'cubic' }),
  'interpolate of other dimensions': () => w.interpolate(z(1, 1, 2), { size: 3, mode: 'bilinear' }),
  'interpolate without a size': () => w.interpolate(z(1, 1, 2), {}),
  'interpolate nearest with corners': () => w.interpolate(z(1, 1, 2), { size: 3, alignCorners: true }),
  'randint over an empty range': () => w.randint(3, 3, [2]),
  'a seed that is none': () => w.manualSeed(-1),
  'arange the wrong way': () => w.arange(0, 5, -1),
  'a picture of another size': () => w.fromImageData({ data: new Uint8Array(8), width: 2, height: 2 }),
  'ragged rows': () => w.tensor([[1, 2], [3]]),
  'rows nested unevenly': () => w.tensor([1, [2]]),
  'elements that are words': () => free['tensor']([1, 'two']),
  'a tensor of nothing': () => free['tensor'](null),
  'an integer beyond 32 bits': () => w.tensor(new BigInt64Array([2n ** 40n])),
  'a fraction as an integer': () => w.tensor([1.5], { dtype: 'i32' }),
  'a detached array': () => {
    const data = new Float32Array(4);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    return w.tensor(data);
  },
  'integers that require a gradient': () => w.tensor([1], { dtype: 'i32', requiresGrad: true }),
  'bools that are asked for a gradient': () => bools().requiresGrad_(),
  'an unknown element type': () => loose(z(2))['to']('f16'),
  'another device': () => z(2).to('webgpu'),
  'a size that is not there': () => z(2, 3).size(4),
  'item of two': () => z(2).item(),
  'no bins': () => w.histc(z(3), { bins: 0 }),
  'a histogram the wrong way round': () => w.histc(z(3), { min: 2, max: 1 }),
  'bincount of fractions': () => w.bincount(z(3)),
  'bincount with too few weights': () => w.bincount(ints(1, 2), { weights: z(1) }),
  'bincount of fewer than no bins': () => w.bincount(ints(1, 2), { minlength: -1 }),
  'bincount of negative numbers': () => w.bincount(ints(1, -2)),
  'a mask of numbers': () => w.maskedSelect(z(3), z(3)),
  'unique slices of nothing': () => w.unique(z(2, 0), { dim: 0 }),
  'multinomial of a cube': () => w.multinomial(z(1, 1, 1), 1),
  'multinomial of more than there are': () => w.multinomial(z(3), 4),
  'more elements than there are': () => w.topk(z(3), 4),
  'an element behind the last': () => w.kthvalue(z(3), 4),
  'the median of nothing': () => w.median(z(2, 0), { dim: 1 }),
  'the mode of nothing': () => w.mode(z(2, 0)),
  'a quantile beyond the whole': () => w.quantile(z(3), 1.5),
  'a quantile by a matrix': () => w.quantile(z(3), z(2, 2)),
  'a quantile of nothing': () => w.quantile(z(0), 0.5),
  'a quantile with an unknown interpolation': () => free['quantile'](z(3), 0.5, { interpolation: 'cubic' }),
  'searchsorted among another type': () => w.searchsorted(z(3), ints(1)),
  'searchsorted in other lines': () => w.searchsorted(z(2, 3), z(3, 3)),
  'searchsorted with an unknown side': () => free['searchsorted'](z(3), 1, { side: 'top' }),
  'searchsorted on two sides': () => w.searchsorted(z(3), 1, { side: 'left', right: true }),
  'searchsorted with another sorter': () => w.searchsorted(z(3), 1, { sorter: ints(0, 1) }),
  'bucketize by a matrix': () => w.bucketize(1, z(2, 2)),
  'diff of a negative order': () => w.diff(z(3), { n: -1 }),
  'diff of a scalar': () => w.diff(w.scalar(1)),
  'trapezoid of a scalar': () => w.trapezoid(w.scalar(1)),
  'trapezoid at too few places': () => w.trapezoid(z(3), { x: z(2) }),
  'a recurrence of two shapes': () => w.recurrence(z(3), z(2), 0),
  'assign of another shape': () => z(2).assign(z(3)),
  'fft of real numbers': () => w.fft.fft(z(3)),
  'fft with an unknown norm': () => (w.fft as unknown as Loose)['fft'](z(3, 2), { norm: 'half' }),
  'fft of no length': () => w.fft.rfft(z(3), { n: 0 }),
  'rfft of a scalar': () => w.fft.rfft(w.scalar(1)),
  'fftn with too few lengths': () => w.fft.fftn(z(3, 4, 2), { s: [3], dim: [0, 1] }),
  'det of integers': () => w.linalg.det(ints(1, 2, 3, 4).reshape(2, 2)),
  'svd of a vector': () => w.linalg.svd(z(3)),
  'inv of a matrix that is not square': () => w.linalg.inv(z(2, 3)),
  'solve with too few rows': () => w.linalg.solve(z(3, 3), z(2, 2)),
  'solveTriangular with too few rows': () => w.linalg.solveTriangular(z(3, 3), z(2, 2), { upper: true }),
  'lstsq with too few rows': () => w.linalg.lstsq(z(3, 2), z(2, 2)),
  'more reflections than columns': () => w.linalg.householderProduct(z(3, 2), z(3)),
  'eigh of a triangle without a name': () => (w.linalg as unknown as Loose)['eigh'](z(2, 2), { UPLO: 'M' }),
  'a norm of matrices of no known order': () => w.linalg.matrixNorm(z(2, 2), { ord: 3 }),
  'a norm of matrices along one dimension': () => w.linalg.matrixNorm(z(2, 2), { dim: [0, -2] }),
  'a nuclear norm of a vector': () => w.linalg.norm(z(2), { ord: 'nuc' }),
  'an order of a norm without dimensions': () => w.linalg.norm(z(2, 2, 2), { ord: 1 }),
  'a diagonal of a vector': () => w.diagonal(z(3)),
  'a diagonal between places': () => w.diagonal(z(3, 3), { offset: 0.5 }),
  'a diagonal of one dimension': () => w.diagonal(z(3, 3), { dim1: 1, dim2: -1 }),
  'diagEmbed of a scalar': () => w.diagEmbed(w.scalar(1)),
  'diag of three dimensions': () => w.diag(z(2, 3, 4)),
  'trace of a vector': () => w.trace(z(3)),
  'roll by too many shifts': () => w.roll(z(2, 3), [1, 2], { dims: 0 }),
  'rot90 of a vector': () => w.rot90(z(3)),
  'rot90 between one dimension': () => w.rot90(z(2, 3), { dims: [1, 1] }),
  'fliplr of a vector': () => w.fliplr(z(3)),
  'flipud of a scalar': () => w.flipud(w.scalar(1)),
  'repeatInterleave half a time': () => w.repeatInterleave(z(3), 0.5),
  'repeatInterleave by too few counts': () => w.repeatInterleave(z(3), ints(1, 2)),
  'unflatten of a scalar': () => w.unflatten(w.scalar(1), 0, [1]),
  'unflatten into other sizes': () => w.unflatten(z(2, 6), 1, [4, -1]),
  'tensorSplit of a scalar': () => w.tensorSplit(w.scalar(1), 2),
  'tensorSplit into no pieces': () => w.tensorSplit(z(4), 0),
  'dsplit of a matrix': () => w.dsplit(z(2, 3), 3),
  'hsplit into uneven pieces': () => w.hsplit(z(2, 3), 2),
  'unbind of a scalar': () => w.unbind(w.scalar(1)),
  'hstack of nothing': () => w.hstack([]),
  'blockDiag of three dimensions': () => w.blockDiag([z(2, 3, 4)]),
  'pixelShuffle of a matrix': () => w.pixelShuffle(z(2, 3), 2),
  'pixelShuffle by half': () => w.pixelShuffle(z(4, 2, 3), 0.5),
  'pixelShuffle of too few channels': () => w.pixelShuffle(z(3, 2, 3), 2),
  'pixelUnshuffle of an odd picture': () => w.pixelUnshuffle(z(3, 2, 3), 2),
  'channelShuffle of odd channels': () => w.channelShuffle(z(1, 3, 2), 2),
  'meshgrid of another order': () => free['meshgrid']([z(2)], { indexing: 'yx' }),
  'meshgrid of matrices': () => w.meshgrid([z(2), z(2, 3)]),
  'meshgrid of other element types': () => w.meshgrid([z(2), ints(1)]),
  'cartesianProd of matrices': () => w.cartesianProd([z(2), z(2, 3)]),
  'logspace of half a step': () => w.logspace(0, 1, 2.5),
  'combinations of a matrix': () => w.combinations(z(2, 3)),
  'vander of half a power': () => w.vander(z(3), { N: 1.5 }),
  'unfold of a window that is too large': () => w.unfold(z(2, 3), 1, 4, 1),
  'im2col of a vector': () => w.im2col(z(3), 2),
  'im2col with no dilation': () => w.im2col(z(1, 1, 4, 4), 2, { dilation: 0 }),
  'im2col of a window that is too large': () => w.im2col(z(1, 1, 4, 4), [5, 1]),
  'col2im of other columns': () => w.col2im(z(1, 4, 5), 3, 2),
  'pad of half a dimension': () => w.pad(z(2, 3), [1]),
  'pad in an unknown way': () => free['pad'](z(2, 3), [1, 1], { mode: 'mirror' }),
  'pad of a vector by its mirror': () => w.pad(z(3), [1, 1], { mode: 'reflect' }),
  'pad by more than the mirror shows': () => w.pad(z(1, 3), [1, 3], { mode: 'reflect' }),
  'scatter of another element type': () => w.scatter(z(3), 0, ints(0), ints(1)),
  'scatter in an unknown way': () => free['scatter'](z(3), 0, ints(0), 1, { reduce: 'max' }),
  'scatterReduce in an unknown way': () => free['scatterReduce'](z(3), 0, ints(0), z(1), 'last'),
  'indexAdd of other slices': () => w.indexAdd(z(3, 2), 0, ints(0, 1), z(3, 2)),
  'indexCopy of another element type': () => w.indexCopy(z(3), 0, ints(0), ints(1)),
  'indexFill with two values': () => w.indexFill(z(3), 0, ints(0), z(2)),
  'put of too few elements': () => w.put(z(3), ints(0, 1), z(1)),
  'take outside': () => w.take(z(2, 3), ints(0, -7)),
  'takeAlongDim by too few dimensions': () => w.takeAlongDim(z(2, 3), ints(0), { dim: 1 }),
  'maskedFill by numbers': () => w.maskedFill(z(2), z(2), 1),
  'maskedFill with two values': () => w.maskedFill(z(2), bools(), z(2)),
  'maskedScatter of another element type': () => w.maskedScatter(z(2), bools(), ints(1)),
  'maskedScatter of too few elements': () => w.maskedScatter(z(2), bools(), z(0)),
  'index with too many items': () => w.index(z(2, 3), 0, 1, 2),
  'index with a mask': () => w.index(z(2), bools()),
  'index with fractions': () => w.index(z(2), z(1)),
  'indexMask with a mask of another shape': () => w.indexMask(z(3), bools()),
  'indexPut of another element type': () => w.indexPut(z(3), [0], ints(1)),
  'indexPut of unlike values by a mask': () => w.indexPut(z(2), [bools()], z(2)),
  'einsum of another number of operands': () => w.einsum('ij,jk', z(2, 3)),
  'einsum by what is no equation': () => w.einsum('i1->i', z(2, 3)),
  'einsum of a term with too few letters': () => w.einsum('i->i', z(2, 3)),
  'einsum of a diagonal that is none': () => w.einsum('ii->i', z(2, 3)),
  'einsum of unlike lengths': () => w.einsum('ij,jk->ik', z(2, 3), z(4, 5)),
  'tensordot over unlike lists': () => w.tensordot(z(2, 3), z(3), { dims: [[1], []] }),
  'inner of unlike rows': () => w.inner(z(2, 3), z(4)),
  'addmv of something larger': () => w.addmv(z(2, 2), z(2, 3), z(3)),
  'addbmm of other numbers of matrices': () => w.addbmm(z(2, 2), z(2, 2, 3), z(3, 3, 2)),
  'cross without threes': () => w.cross(z(2), z(2)),
  'matrixPower of a vector': () => w.matrixPower(z(2), 2),
  'matrixPower by a half': () => w.matrixPower(z(2, 2), 0.5),
  'multiDot of one': () => w.multiDot([z(2, 3)]),
  'cov of three dimensions': () => w.cov(z(2, 3, 4)),
  'cov with too few weights': () => w.cov(z(2, 3), { aweights: z(2) }),
  'cov with counts that are fractions': () => w.cov(z(2, 3), { fweights: z(3) }),
  'cov with a weight below zero': () => w.cov(z(2, 1), { fweights: ints(-1) }),
  'cdist of unlike rows': () => w.cdist(z(2, 3), z(2, 4)),
  'cdist in no norm': () => w.cdist(z(2, 3), z(2, 3), { p: -1 }),
};

beforeAll(async () => {
  await w.init({ device: 'cpu' });
});

async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof w.WgradError) return `${error.name} (${error.code}): ${error.message}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a refused call says what, where, what was expected, what came, and how to mend it', () => {
  test.each(Object.entries(calls))('%s', async (_, call) => {
    expect(await messageOf(call)).toMatchSnapshot();
  });
});

/** Messages that other tests hold: what the snapshots below are not about. */
const ELSEWHERE = [
  'a GPU cannot be read without waiting', // test/gpu
  'no inputs are named', // test/autograd
  'the data does not fill the shape', // a shape comes with the data only from within
  'the gradient does not have the output', // test/autograd
];

test('init with unknown words', async () => {
  const init = free['init'];
  expect(await messageOf(() => init({ device: 'gpu' }))).toMatchSnapshot();
  expect(await messageOf(() => init({ device: 'cpu', mode: 'fast' }))).toMatchSnapshot();
});

test('no message is left out', async () => {
  const root = path.resolve(import.meta.dirname, '../../src');
  const files = ['ops', 'tensor', 'core'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(root, folder, file)),
  );
  const pattern = /new (?:Shape|Dtype|Value|Index)Error\(\s*(?:`([^`]*)`|'([^']*)'|"([^"]*)")/g;
  const said = await Promise.all(Object.values(calls).map(messageOf));
  const missing = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(pattern)].flatMap((match) => {
      const [longest] = (match[1] ?? match[2] ?? match[3])
        .split(/\$\{[^}]*\}/)
        .sort((a, b) => b.length - a.length);
      const known =
        said.some((text) => text.includes(longest)) || ELSEWHERE.some((text) => longest.includes(text));
      return known ? [] : [`${path.basename(file)}: ${longest}`];
    }),
  );
  expect(missing).toEqual([]);
});
