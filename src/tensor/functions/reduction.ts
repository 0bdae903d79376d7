// Reductions, norms and scans that are functions only.
import * as cumulative from '../../ops/cumulative.ts';
import * as difference from '../../ops/difference.ts';
import * as norm_ from '../../ops/norm.ts';
import { recurrence as recur } from '../../ops/recurrence.ts';
import * as summary from '../../ops/summary.ts';
import { binary, unary } from './lift.ts';

export const nansum = /* @__PURE__ */ unary(summary.nansum);
export const nanmean = /* @__PURE__ */ unary(summary.nanmean);
export const countNonzero = /* @__PURE__ */ unary(summary.countNonzero);
export const aminmax = /* @__PURE__ */ unary(summary.aminmax);
export const varMean = /* @__PURE__ */ unary(summary.varMean);
export const stdMean = /* @__PURE__ */ unary(summary.stdMean);
export const vectorNorm = /* @__PURE__ */ unary(norm_.vectorNorm);
export const norm = /* @__PURE__ */ unary(norm_.norm);
export const normalize = /* @__PURE__ */ unary(norm_.normalize);
export const dist = /* @__PURE__ */ binary(norm_.dist);
export const pairwiseDistance = /* @__PURE__ */ binary(norm_.pairwiseDistance);
export const cosineSimilarity = /* @__PURE__ */ binary(norm_.cosineSimilarity);

export const cumprod = /* @__PURE__ */ unary(cumulative.cumprod);
export const cummax = /* @__PURE__ */ unary(cumulative.cummax);
export const cummin = /* @__PURE__ */ unary(cumulative.cummin);
export const logcumsumexp = /* @__PURE__ */ unary(cumulative.logcumsumexp);
export const recurrence = /* @__PURE__ */ binary(recur);
export const diff = /* @__PURE__ */ unary(difference.diff);
export const trapezoid = /* @__PURE__ */ unary(difference.trapezoid);
export const cumulativeTrapezoid = /* @__PURE__ */ unary(difference.cumulativeTrapezoid);
