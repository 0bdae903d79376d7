// Transforms of functions of tensors: derivatives of every kind, and one example made many. They compose.
export {
  type Chosen,
  type GradOptions,
  grad,
  gradAndValue,
  hvp,
  jvp,
  linearize,
  vjp,
} from './derivatives.ts';
export { type Jacobian, hessian, jacfwd, jacrev } from './jacobian.ts';
export { type Callable, functionalCall, stackModuleState } from './modules.ts';
export { type Dims, type VmapOptions, vmap } from './vmap.ts';
