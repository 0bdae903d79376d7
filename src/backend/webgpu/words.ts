// The uniform words of one kernel: sizes and strides, fixed for a plan, and numbers that change from run to run.
import type { DType } from '../../core/dtype.ts';

/** Where a word's value comes from. */
export type Word =
  | { readonly kind: 'fixed'; readonly value: number }
  /** The number of the constant Value at this place of the order. */
  | { readonly kind: 'constant'; readonly value: number; readonly dtype: DType }
  /** Word `word` of the index Value at this place. */
  | { readonly kind: 'index'; readonly value: number; readonly word: number };

/** Gathers words and names them in WGSL: `params.fused[k / 4][k % 4]`. */
export class Words {
  readonly list: Word[] = [];
  readonly #constants = new Map<number, string>();

  #name(word: Word): string {
    const at = this.list.push(word) - 1;
    return `params.fused[${Math.floor(at / 4)}].${'xyzw'[at % 4]}`;
  }

  size(value: number): string {
    return this.#name({ kind: 'fixed', value });
  }

  stride(value: number): string {
    return `bitcast<i32>(${this.#name({ kind: 'fixed', value })})`;
  }

  constant(value: number, dtype: DType): string {
    const known = this.#constants.get(value);
    if (known !== undefined) return known;
    const word = this.#name({ kind: 'constant', value, dtype });
    const text = dtype === 'u32' ? word : dtype === 'bool' ? `(${word} != 0u)` : `bitcast<${dtype}>(${word})`;
    this.#constants.set(value, text);
    return text;
  }

  index(value: number, word: number): string {
    return this.#name({ kind: 'index', value, word });
  }
}
