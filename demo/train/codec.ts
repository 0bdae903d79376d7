// Training data, states and results as safetensors bytes: between Node and the page, and in the run folder.
// One binary format serves all; what is no tensor rides in its metadata as JSON.
import { parse, serialize, type HostTensor, type ParsedFile } from '../../src/io/safetensors.ts';
import type {
  Evaluation,
  NamedArrays,
  StepProbe,
  TrainConfig,
  TrainData,
  TrainResult,
  TrainState,
} from './types.ts';

const META = 'wgrad.train';
type Tensors = Record<string, HostTensor>;

const f32 = (data: Float32Array): HostTensor => ({ dtype: 'f32', shape: [data.length], data });
const i32 = (data: Int32Array): HostTensor => ({ dtype: 'i32', shape: [data.length], data });
/** The format's BOOL holds 0 and 1 only, so bytes travel four to a word; pictures fill whole words. */
const bytes = (data: Uint8Array): HostTensor => {
  const copy = data.byteOffset % 4 === 0 ? data : data.slice();
  return {
    dtype: 'u32',
    shape: [data.length / 4],
    data: new Uint32Array(copy.buffer, copy.byteOffset, copy.byteLength / 4),
  };
};

function prefixed(prefix: string, arrays: NamedArrays): Tensors {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [
      `${prefix}.${name}`,
      { dtype: 'f32', shape, data },
    ]),
  );
}

function arraysUnder(file: ParsedFile, prefix: string): NamedArrays {
  const found: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const [name, { shape, data }] of file.tensors) {
    if (!name.startsWith(`${prefix}.`) || !(data instanceof Float32Array)) continue;
    found[name.slice(prefix.length + 1)] = { shape, data };
  }
  return found;
}

function floats(file: ParsedFile, name: string): Float32Array {
  const data = file.tensors.get(name)?.data;
  if (data instanceof Float32Array) return data;
  throw new TypeError(`the file has no f32 tensor "${name}"`);
}

function integers(file: ParsedFile, name: string): Int32Array {
  const data = file.tensors.get(name)?.data;
  if (data instanceof Int32Array) return data;
  throw new TypeError(`the file has no i32 tensor "${name}"`);
}

function words(file: ParsedFile, name: string): Uint32Array {
  const data = file.tensors.get(name)?.data;
  if (data instanceof Uint32Array) return data;
  throw new TypeError(`the file has no u32 tensor "${name}"`);
}

function byteArray(file: ParsedFile, name: string): Uint8Array {
  const data = words(file, name);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function meta(file: ParsedFile): unknown {
  const text = file.metadata.get(META);
  if (text === undefined)
    throw new TypeError(`the file has no ${META} metadata: it is not from a training run`);
  return JSON.parse(text);
}

/** A job for the page: config, pictures and, when resuming, the state to go on from. */
export interface Job {
  readonly config: TrainConfig;
  readonly data: TrainData;
  readonly state: TrainState | undefined;
}

type StateMeta = Pick<TrainState, 'epoch' | 'batchInEpoch' | 'step' | 'seconds' | 'history'>;

function stateTensors(state: TrainState): Tensors {
  return {
    ...prefixed('model', state.weights),
    step_losses: f32(state.stepLosses),
  };
}

function stateMeta({ epoch, batchInEpoch, step, seconds, history }: TrainState): StateMeta {
  return { epoch, batchInEpoch, step, seconds, history };
}

function stateFrom(file: ParsedFile, rest: StateMeta): TrainState {
  return {
    weights: arraysUnder(file, 'model'),
    stepLosses: floats(file, 'step_losses'),
    ...rest,
  };
}

/** A state as bytes: what checkpoint.safetensors holds. */
export function encodeState(state: TrainState): Uint8Array<ArrayBuffer> {
  return serialize(stateTensors(state), { [META]: JSON.stringify(stateMeta(state)) });
}

/** The state in such bytes. Throws what the parser says about damaged ones. */
export function decodeState(input: Uint8Array): TrainState {
  const file = parse(input);
  return stateFrom(file, meta(file) as StateMeta);
}

export function encodeJob({ config, data, state }: Job): Uint8Array<ArrayBuffer> {
  const tensors: Tensors = {
    train_pixels: bytes(data.trainPixels),
    train_labels: i32(data.trainLabels),
    test_pixels: bytes(data.testPixels),
    test_labels: i32(data.testLabels),
    ...(state === undefined ? {} : stateTensors(state)),
  };
  const notes = { config, state: state === undefined ? null : stateMeta(state) };
  return serialize(tensors, { [META]: JSON.stringify(notes) });
}

export function decodeJob(input: Uint8Array): Job {
  const file = parse(input);
  const notes = meta(file) as { config: TrainConfig; state: StateMeta | null };
  return {
    config: notes.config,
    data: {
      trainPixels: byteArray(file, 'train_pixels'),
      trainLabels: integers(file, 'train_labels'),
      testPixels: byteArray(file, 'test_pixels'),
      testLabels: integers(file, 'test_labels'),
    },
    state: notes.state === null ? undefined : stateFrom(file, notes.state),
  };
}

interface ResultMeta extends Pick<TrainResult, 'deviceType' | 'deviceName'> {
  readonly state: StateMeta;
  readonly probeLoss: number;
  readonly train: Pick<Evaluation, 'loss' | 'accuracy'>;
  readonly test: Pick<Evaluation, 'loss' | 'accuracy'>;
}

export function encodeResult(result: TrainResult): Uint8Array<ArrayBuffer> {
  const { state, probe, train, test, hidden, deviceType, deviceName } = result;
  const notes: ResultMeta = {
    deviceType,
    deviceName,
    state: stateMeta(state),
    probeLoss: probe.loss,
    train: { loss: train.loss, accuracy: train.accuracy },
    test: { loss: test.loss, accuracy: test.accuracy },
  };
  const tensors: Tensors = {
    ...stateTensors(state),
    ...prefixed('before', probe.before),
    ...prefixed('gradients', probe.gradients),
    ...prefixed('after', probe.after),
    batch: { dtype: 'u32', shape: [probe.batch.length], data: probe.batch },
    train_probabilities: f32(train.probabilities),
    test_probabilities: f32(test.probabilities),
    hidden: f32(hidden),
  };
  return serialize(tensors, { [META]: JSON.stringify(notes) });
}

export function decodeResult(input: Uint8Array): TrainResult {
  const file = parse(input);
  const { state, probeLoss, train, test, ...rest } = meta(file) as ResultMeta;
  const probe: StepProbe = {
    batch: words(file, 'batch'),
    before: arraysUnder(file, 'before'),
    loss: probeLoss,
    gradients: arraysUnder(file, 'gradients'),
    after: arraysUnder(file, 'after'),
  };
  return {
    ...rest,
    state: stateFrom(file, state),
    probe,
    train: { ...train, probabilities: floats(file, 'train_probabilities') },
    test: { ...test, probabilities: floats(file, 'test_probabilities') },
    hidden: floats(file, 'hidden'),
  };
}
