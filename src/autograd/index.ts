// The tape's tools for users: gradients by name, functions with gradients of their own, and looking at what is recorded.
export { type GradOptions, grad } from './grad.ts';
