// The kernel files. The one place that imports them: what every program needs comes along, the rest when a plan asks for it.
import { GPUFaultError, InternalError } from '../../core/errors.ts';
import elementwise from '../../../shaders/elementwise.wgsl?raw';
import math from '../../../shaders/lib/math.wgsl?raw';
import philox from '../../../shaders/lib/philox.wgsl?raw';
import { type Declaration, parseModule } from './template.ts';

interface TextModule {
  readonly default: string;
}

/** How to load every other file, by its name in shaders/. */
export const onDemand: Readonly<Record<string, () => Promise<TextModule>>> = {
  cat: () => import('../../../shaders/cat.wgsl?raw'),
  cholesky: () => import('../../../shaders/cholesky.wgsl?raw'),
  conv: () => import('../../../shaders/conv.wgsl?raw'),
  conv_weight: () => import('../../../shaders/conv_weight.wgsl?raw'),
  copy: () => import('../../../shaders/copy.wgsl?raw'),
  eigh: () => import('../../../shaders/eigh.wgsl?raw'),
  'eigh-sort': () => import('../../../shaders/eigh-sort.wgsl?raw'),
  embed: () => import('../../../shaders/embed.wgsl?raw'),
  fft: () => import('../../../shaders/fft.wgsl?raw'),
  fold: () => import('../../../shaders/fold.wgsl?raw'),
  gather: () => import('../../../shaders/gather.wgsl?raw'),
  jacobi: () => import('../../../shaders/jacobi.wgsl?raw'),
  'jacobi-sort': () => import('../../../shaders/jacobi-sort.wgsl?raw'),
  'lib/angle': () => import('../../../shaders/lib/angle.wgsl?raw'),
  'lib/bessel': () => import('../../../shaders/lib/bessel.wgsl?raw'),
  'lib/erf': () => import('../../../shaders/lib/erf.wgsl?raw'),
  'lib/exponential': () => import('../../../shaders/lib/exponential.wgsl?raw'),
  'lib/gamma': () => import('../../../shaders/lib/gamma.wgsl?raw'),
  'lib/normal': () => import('../../../shaders/lib/normal.wgsl?raw'),
  'lib/number': () => import('../../../shaders/lib/number.wgsl?raw'),
  'lib/power': () => import('../../../shaders/lib/power.wgsl?raw'),
  'lib/remainder': () => import('../../../shaders/lib/remainder.wgsl?raw'),
  'lib/trigonometry': () => import('../../../shaders/lib/trigonometry.wgsl?raw'),
  lu: () => import('../../../shaders/lu.wgsl?raw'),
  'matmul-register': () => import('../../../shaders/matmul-register.wgsl?raw'),
  'matmul-sum': () => import('../../../shaders/matmul-sum.wgsl?raw'),
  'matmul-tile': () => import('../../../shaders/matmul-tile.wgsl?raw'),
  merge: () => import('../../../shaders/merge.wgsl?raw'),
  qr: () => import('../../../shaders/qr.wgsl?raw'),
  recurrence: () => import('../../../shaders/recurrence.wgsl?raw'),
  pool_max: () => import('../../../shaders/pool_max.wgsl?raw'),
  pool_place: () => import('../../../shaders/pool_place.wgsl?raw'),
  reduce: () => import('../../../shaders/reduce.wgsl?raw'),
  scan: () => import('../../../shaders/scan.wgsl?raw'),
  scatter_fold: () => import('../../../shaders/scatter_fold.wgsl?raw'),
  scatter_sum: () => import('../../../shaders/scatter_sum.wgsl?raw'),
  search: () => import('../../../shaders/search.wgsl?raw'),
  sort: () => import('../../../shaders/sort.wgsl?raw'),
  triangular: () => import('../../../shaders/triangular.wgsl?raw'),
  window_sum: () => import('../../../shaders/window_sum.wgsl?raw'),
};

/** Files of functions that formulas call, not kernels. */
const isLibrary = (name: string): boolean => name.startsWith('lib/');

/** The texts that are there, parsed once. */
export class ShaderLibrary {
  readonly #kernels = new Map([['elementwise', parseModule(elementwise)]]);
  #functions: readonly Declaration[] = [math, philox].flatMap(parseModule);
  readonly #loading = new Map<string, Promise<void>>();
  readonly #loaded = new Set(['elementwise']);

  /** Brings the files that are not there yet; null where all are. Rejects where one cannot be had; it is tried again then. */
  load(names: Iterable<string>): Promise<unknown> | null {
    const missing = [...names].filter((name) => !this.#loaded.has(name));
    return missing.length === 0 ? null : Promise.all(missing.map((name) => this.#fetch(name)));
  }

  #fetch(name: string): Promise<void> {
    const under = this.#loading.get(name);
    if (under) return under;
    if (!(name in onDemand)) throw new InternalError(`there is no shader ${name}`);
    const loading = onDemand[name]()
      .then((module) => this.#add(name, module.default))
      .catch((error: unknown) => {
        throw new GPUFaultError(`the kernel file ${name} could not be loaded`, {
          got: String(error),
          fix: 'serve all files of the package from one place, and try again',
        });
      })
      .finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return loading;
  }

  #add(name: string, text: string): void {
    const declarations = parseModule(text);
    if (isLibrary(name)) this.#functions = [...this.#functions, ...declarations];
    else this.#kernels.set(name, declarations);
    this.#loaded.add(name);
  }

  kernel(name: string): readonly Declaration[] {
    const declarations = this.#kernels.get(name);
    if (!declarations) throw new InternalError(`the shader ${name} was not loaded`);
    return declarations;
  }

  get functions(): readonly Declaration[] {
    return this.#functions;
  }
}
