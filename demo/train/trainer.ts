// The training loop, the same in a page and in Node; it knows pictures as arrays, and neither files nor browsers.
import { data, manualSeed, noGrad, optim, type Tensor } from '../../src/index.ts';
import { accuracy, outputs, predictions } from './metrics.ts';
import {
  type Batch,
  buildNetwork,
  MODERATE_PICTURES,
  type Network,
  Pictures,
  readArrays,
  toTensors,
} from './model.ts';
import type {
  EpochMetrics,
  Evaluation,
  StepProbe,
  TrainConfig,
  TrainData,
  TrainEvent,
  TrainResult,
  TrainState,
} from './types.ts';

/** Steps whose losses are read together: a read per step would leave the GPU waiting for the host. */
const READ_EVERY = 8;
/** Pictures per forward pass when measuring. */
const EVALUATION_BATCH = 128;
/** Milliseconds after which the loop lets other work (a stop signal) have its turn. */
const BREATHE_EVERY = 50;
/** Seconds between two checkpoints; one is also made at the end and when stopped. */
const CHECKPOINT_EVERY = 5;

/** What the surroundings give the loop. */
export interface Surroundings {
  /** Hears the news. */
  emit(event: TrainEvent): void;
  /** True when training is to stop at the next step. */
  stopAsked(): boolean;
  /** Keeps a state from which training can go on. */
  checkpoint(state: TrainState): Promise<void>;
}

const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A set of pictures to be measured again and again; its batches stay on the device if it is not too large. */
export class Measured {
  readonly #pictures: Pictures;
  #kept: Batch[] | undefined;

  constructor(pictures: Pictures) {
    this.#pictures = pictures;
  }

  #batches(): Iterable<Batch> {
    const loader = new data.DataLoader(this.#pictures, { batchSize: EVALUATION_BATCH });
    if (this.#pictures.length > MODERATE_PICTURES) return loader;
    return (this.#kept ??= [...loader]);
  }

  /** Loss, accuracy and probabilities of a network; reads the device once per batch. */
  async evaluate(network: Network, classes: number): Promise<Evaluation> {
    const probabilities = new Float32Array(this.#pictures.length * outputs(classes));
    let lossSum = 0;
    let done = 0;
    for (const { inputs, labels } of this.#batches()) {
      const asked = noGrad(() => {
        const output = network.model.forward(inputs);
        const p = classes === 2 ? output : output.softmax(1);
        return { p, loss: network.loss(output, labels) };
      });
      const [chunk, loss] = await Promise.all([asked.p.data(), asked.loss.item()]);
      probabilities.set(chunk, done * outputs(classes));
      lossSum += loss * labels.length;
      done += labels.length;
      await breathe();
    }
    const right = accuracy(predictions(probabilities, classes), this.#pictures.labels);
    return { loss: lossSum / done, accuracy: right, probabilities };
  }

  /** Outputs of the first hidden layer for all pictures, [count, neurons]. */
  async hidden(network: Network, neurons: number): Promise<Float32Array> {
    const out = new Float32Array(this.#pictures.length * neurons);
    let done = 0;
    for (const { inputs, labels } of this.#batches()) {
      const outputsOfBatch = noGrad(() => network.hidden(inputs));
      out.set(await outputsOfBatch.data(), done * neurons);
      done += labels.length;
      await breathe();
    }
    return out;
  }
}

/** One run of the training loop; make it after `init`, then call `run` once. */
export class Trainer {
  readonly #config: TrainConfig;
  readonly #around: Surroundings;
  readonly #network: Network;
  readonly #optimizer: optim.SGD;
  readonly #train: Measured;
  readonly #test: Measured;
  readonly #loader: data.DataLoader<number, Batch>;
  readonly #history: EpochMetrics[] = [];
  readonly #stepLosses: number[] = [];
  #epoch = 0;
  #batchInEpoch = 0;
  #step = 0;
  #secondsBefore = 0;
  #started = 0;
  #unread: Tensor[] = [];
  #reading: Promise<number[]> | undefined;
  #probe: StepProbe | undefined;
  #measured: { step: number; train: Evaluation; test: Evaluation } | undefined;
  #lastBreath = 0;
  #lastCheckpoint = 0;

  /** Weights come from `state`, or are drawn by the config's seed. */
  constructor(config: TrainConfig, sets: TrainData, around: Surroundings, state?: TrainState) {
    this.#config = config;
    this.#around = around;
    manualSeed(config.seed);
    this.#network = buildNetwork(config);
    this.#optimizer = new optim.SGD([...this.#network.model.parameters()], { lr: config.lr });
    const pictures = new Pictures(sets.trainPixels, sets.trainLabels, config.normalisation);
    this.#train = new Measured(pictures);
    this.#test = new Measured(new Pictures(sets.testPixels, sets.testLabels, config.normalisation));
    const { batch, seed } = config;
    this.#loader = new data.DataLoader(pictures, { batchSize: batch, shuffle: true, seed });
    if (state !== undefined) this.#restore(state);
  }

  #restore(state: TrainState): void {
    this.#network.model.loadStateDict(toTensors(state.weights));
    this.#epoch = state.epoch;
    this.#batchInEpoch = state.batchInEpoch;
    this.#step = state.step;
    this.#loader.loadStateDict({ seed: this.#config.seed, epoch: state.epoch, position: state.batchInEpoch });
    this.#secondsBefore = state.seconds;
    this.#history.push(...state.history);
    this.#stepLosses.push(...state.stepLosses);
  }

  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#started) / 1000;
  }

  /**
   * Trains to the last epoch and returns everything of interest; undefined when it was stopped before that.
   * Either way the last state has been given to `checkpoint`.
   */
  async run(device: {
    readonly type: 'webgpu' | 'cpu';
    readonly name: string;
  }): Promise<TrainResult | undefined> {
    this.#started = this.#lastBreath = this.#lastCheckpoint = performance.now();
    this.#around.emit({ kind: 'device', ...device });
    if (this.#history.length === 0) await this.#measure();
    else for (const metrics of this.#history.slice(-1)) this.#around.emit({ kind: 'epoch', metrics });
    this.#tell(this.#history.at(-1)?.trainLoss ?? NaN);
    let stopped = false;
    while (this.#epoch < this.#config.epochs && !stopped) stopped = await this.#runEpoch();
    const state = await this.#snapshot();
    await this.#around.checkpoint(state);
    return stopped ? undefined : this.#finish(state, device);
  }

  /** Runs (the rest of) the present epoch; true when it was stopped inside. */
  async #runEpoch(): Promise<boolean> {
    for (const batch of this.#loader) {
      await this.#trainStep(batch);
      this.#batchInEpoch = this.#loader.stateDict().position;
      if (this.#around.stopAsked() && this.#batchInEpoch < this.#loader.length) {
        await this.#readAll();
        return true;
      }
    }
    await this.#readAll();
    this.#epoch++;
    this.#batchInEpoch = 0;
    await this.#measure();
    if (performance.now() - this.#lastCheckpoint > CHECKPOINT_EVERY * 1000) {
      await this.#around.checkpoint(await this.#snapshot());
      this.#lastCheckpoint = performance.now();
    }
    return this.#around.stopAsked() && this.#epoch < this.#config.epochs;
  }

  async #trainStep({ which, inputs, labels }: Batch): Promise<void> {
    const probing = this.#probe === undefined;
    const before = probing ? await readArrays(this.#network.model.namedParameters()) : {};
    const output = this.#network.model.forward(inputs);
    const loss = this.#network.loss(output, labels);
    this.#optimizer.zeroGrad();
    loss.backward();
    const gradients = probing ? await readArrays(this.#gradients()) : {};
    this.#optimizer.step();
    this.#step++;
    this.#unread.push(loss);
    if (probing) {
      const after = await readArrays(this.#network.model.namedParameters());
      this.#probe = { batch: which, before, loss: await loss.item(), gradients, after };
    }
    if (this.#unread.length >= READ_EVERY) await this.#read();
    if (performance.now() - this.#lastBreath > BREATHE_EVERY) {
      await breathe();
      this.#lastBreath = performance.now();
    }
  }

  #gradients(): [string, Tensor][] {
    return [...this.#network.model.namedParameters()].flatMap(([name, parameter]) =>
      parameter.grad === null ? [] : [[name, parameter.grad]],
    );
  }

  /** Asks for the unread losses and waits for those asked for before: the device stays busy meanwhile. */
  async #read(): Promise<void> {
    const asked = Promise.all(this.#unread.map((loss) => loss.item()));
    // A rejection is met when the promise is awaited, one reading later.
    asked.catch(() => undefined);
    this.#unread = [];
    const arrived = this.#reading;
    this.#reading = asked;
    if (arrived !== undefined) this.#note(await arrived);
  }

  async #readAll(): Promise<void> {
    await this.#read();
    if (this.#reading !== undefined) this.#note(await this.#reading);
    this.#reading = undefined;
  }

  #note(losses: readonly number[]): void {
    for (const loss of losses) {
      this.#stepLosses.push(loss);
      if (!Number.isFinite(loss)) {
        const step = this.#stepLosses.length;
        throw new RangeError(`training diverged: the loss of step ${step} is ${loss}; use a smaller --lr`);
      }
    }
    const recent = this.#stepLosses.slice(-2 * READ_EVERY);
    this.#tell(recent.reduce((sum, value) => sum + value, 0) / Math.max(1, recent.length));
  }

  #tell(loss: number): void {
    this.#around.emit({
      kind: 'progress',
      epoch: Math.min(this.#epoch + 1, this.#config.epochs),
      step: this.#stepLosses.length,
      totalSteps: this.#loader.length * this.#config.epochs,
      loss,
    });
  }

  /** Both parts of the data with the present weights. */
  async #evaluateBoth(): Promise<{ step: number; train: Evaluation; test: Evaluation }> {
    if (this.#measured?.step === this.#step) return this.#measured;
    const classes = this.#config.classNames.length;
    const train = await this.#train.evaluate(this.#network, classes);
    const test = await this.#test.evaluate(this.#network, classes);
    this.#measured = { step: this.#step, train, test };
    return this.#measured;
  }

  async #measure(): Promise<void> {
    const { train, test } = await this.#evaluateBoth();
    const metrics: EpochMetrics = {
      epoch: this.#epoch,
      step: this.#step,
      trainLoss: train.loss,
      trainAccuracy: train.accuracy,
      testLoss: test.loss,
      testAccuracy: test.accuracy,
      seconds: this.#seconds(),
    };
    this.#history.push(metrics);
    this.#around.emit({ kind: 'epoch', metrics });
  }

  async #snapshot(): Promise<TrainState> {
    return {
      weights: await readArrays(this.#network.model.namedParameters()),
      epoch: this.#epoch,
      batchInEpoch: this.#batchInEpoch,
      step: this.#step,
      seconds: this.#seconds(),
      history: [...this.#history],
      stepLosses: Float32Array.from(this.#stepLosses),
    };
  }

  async #finish(state: TrainState, device: { type: 'webgpu' | 'cpu'; name: string }): Promise<TrainResult> {
    if (this.#probe === undefined) throw new Error('no step was trained');
    const { train, test } = await this.#evaluateBoth();
    return {
      state,
      probe: this.#probe,
      train,
      test,
      hidden: await this.#test.hidden(this.#network, this.#config.hidden[0] ?? 1),
      deviceType: device.type,
      deviceName: device.name,
    };
  }
}
