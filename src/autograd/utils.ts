// Tools around the tape that are no derivatives: the public namespace `utils`.
export { checkpoint } from './checkpoint.ts';
