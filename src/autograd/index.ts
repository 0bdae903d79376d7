// The tape's tools for users: gradients by name, functions with gradients of their own, and looking at what is recorded.
export { detectAnomaly } from './anomaly.ts';
export { CustomFunction as Function, FunctionContext } from './function.ts';
export { type GradOptions, grad } from './grad.ts';
export {
  type Checked,
  type GradcheckOptions,
  type GradcheckReport,
  gradcheck,
  gradgradcheck,
} from './gradcheck.ts';
export { type SavedTensor, saved } from './saved.ts';
export { type HookHandle, registerHook, registerPostAccumulateGradHook } from './hooks.ts';
