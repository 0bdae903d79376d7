// The kernel files, parsed. The one place that imports them.
import { InternalError } from '../../core/errors.ts';
import cat from '../../../shaders/cat.wgsl?raw';
import elementwise from '../../../shaders/elementwise.wgsl?raw';
import embed from '../../../shaders/embed.wgsl?raw';
import gather from '../../../shaders/gather.wgsl?raw';
import math from '../../../shaders/lib/math.wgsl?raw';
import philox from '../../../shaders/lib/philox.wgsl?raw';
import matmulRegister from '../../../shaders/matmul-register.wgsl?raw';
import matmulSum from '../../../shaders/matmul-sum.wgsl?raw';
import matmulTile from '../../../shaders/matmul-tile.wgsl?raw';
import reduce from '../../../shaders/reduce.wgsl?raw';
import scan from '../../../shaders/scan.wgsl?raw';
import scatterSum from '../../../shaders/scatter_sum.wgsl?raw';
import { type Declaration, parseModule } from './template.ts';

/** Text of every kernel, by file name. */
export const kernels: Readonly<Record<string, string>> = {
  cat,
  elementwise,
  embed,
  gather,
  'matmul-register': matmulRegister,
  'matmul-sum': matmulSum,
  'matmul-tile': matmulTile,
  reduce,
  scan,
  scatter_sum: scatterSum,
};

/** Functions that formulas may call. */
export const libraryTexts: readonly string[] = [math, philox];

/** Parses each file once, when it is first needed. */
export class ShaderLibrary {
  readonly #parsed = new Map<string, readonly Declaration[]>();
  #library: readonly Declaration[] | null = null;

  kernel(name: string): readonly Declaration[] {
    const known = this.#parsed.get(name);
    if (known) return known;
    if (!(name in kernels)) throw new InternalError(`there is no shader ${name}`);
    const parsed = parseModule(kernels[name]);
    this.#parsed.set(name, parsed);
    return parsed;
  }

  get functions(): readonly Declaration[] {
    this.#library ??= libraryTexts.flatMap(parseModule);
    return this.#library;
  }
}
