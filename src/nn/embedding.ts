// A table of vectors, looked up by number.
import { ValueError } from '../core/errors.ts';
import { Parameter, applyUpdates, arange, embedding, zeros } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { checkSize } from './check.ts';
import { normal_ } from './init.ts';
import { Module } from './module.ts';

/**
 * The rows of `weight` [numEmbeddings, embeddingDim] that the input's whole numbers name: [..] to [.., embeddingDim].
 * The table begins normal, its row `paddingIdx` zero; that row gets no gradient.
 */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly weight: Parameter;

  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    { paddingIdx = null }: { readonly paddingIdx?: number | null } = {},
  ) {
    super();
    this.numEmbeddings = checkSize('Embedding: numEmbeddings', numEmbeddings);
    this.embeddingDim = checkSize('Embedding: embeddingDim', embeddingDim);
    if (paddingIdx !== null && !(paddingIdx >= -numEmbeddings && paddingIdx < numEmbeddings)) {
      throw new ValueError('Embedding: paddingIdx is no row', {
        expected: `${String(-numEmbeddings)} … ${String(numEmbeddings - 1)}`,
        got: String(paddingIdx),
      });
    }
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    this.weight = new Parameter(zeros([numEmbeddings, embeddingDim]));
    this.resetParameters();
  }

  /** Draws the table anew. */
  resetParameters(): void {
    normal_(this.weight);
    if (this.paddingIdx === null) return;
    const stays = arange(this.numEmbeddings).ne(this.paddingIdx).to('f32').unsqueeze(1);
    applyUpdates([{ target: this.weight, value: this.weight.detach().mul(stays) }]);
  }

  forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight, { paddingIdx: this.paddingIdx });
  }

  protected override extraRepr(): string {
    const padding = this.paddingIdx === null ? '' : `, paddingIdx=${String(this.paddingIdx)}`;
    return `${String(this.numEmbeddings)}, ${String(this.embeddingDim)}${padding}`;
  }
}
