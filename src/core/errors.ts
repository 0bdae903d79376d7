// Every error the package throws: what went wrong, where, what was expected, what came, and how to mend it.

/** The parts of an error message below its first line. */
export interface ErrorFields {
  /** The operand, argument, file part or call the error is about. */
  readonly where?: string;
  readonly expected?: string;
  readonly got?: string;
  /** What the caller can do about it. */
  readonly fix?: string;
}

/** Base of all errors of wgrad. `code` is stable across versions; the text is for people. */
export class WgradError extends Error {
  // Written out, since minifiers rename classes.
  override readonly name: string = 'WgradError';
  readonly code: string = 'WGRAD';
  readonly fields: ErrorFields;

  constructor(what: string, fields: ErrorFields = {}) {
    const lines = [what];
    for (const key of ['where', 'expected', 'got', 'fix'] as const) {
      const text = fields[key];
      if (text !== undefined) lines.push(`  ${key.padEnd(9)} ${text}`);
    }
    super(lines.join('\n'));
    this.fields = fields;
  }
}

/** Shapes that do not fit the operation. */
export class ShapeError extends WgradError {
  override readonly name: string = 'ShapeError';
  override readonly code: string = 'SHAPE';
}
/** An element type the operation does not take. */
export class DtypeError extends WgradError {
  override readonly name: string = 'DtypeError';
  override readonly code: string = 'DTYPE';
}
/** An argument outside what the operation allows. */
export class ValueError extends WgradError {
  override readonly name: string = 'ValueError';
  override readonly code: string = 'VALUE';
}
/** A dimension or index outside the tensor. */
export class IndexError extends WgradError {
  override readonly name: string = 'IndexError';
  override readonly code: string = 'INDEX';
}
/** A call the autograd tape cannot answer. */
export class AutogradError extends WgradError {
  override readonly name: string = 'AutogradError';
  override readonly code: string = 'AUTOGRAD';
}
/** A value that was not kept and whose inputs have been replaced. */
export class StaleValueError extends WgradError {
  override readonly name: string = 'StaleValueError';
  override readonly code: string = 'STALE';
}
/** Bytes that are not the file they claim to be. */
export class FileFormatError extends WgradError {
  override readonly name: string = 'FileFormatError';
  override readonly code: string = 'FILE';
}
/** The library was used before `init`, or something it needs is missing. */
export class NotInitializedError extends WgradError {
  override readonly name: string = 'NotInitializedError';
  override readonly code: string = 'NOT_INITIALIZED';
}
/** WebGPU was asked for and cannot be had. */
export class WebGPUUnavailableError extends WgradError {
  override readonly name: string = 'WebGPUUnavailableError';
  override readonly code: string = 'WEBGPU_UNAVAILABLE';
}
/** Tensors of two engines met in one operation. */
export class DeviceMismatchError extends WgradError {
  override readonly name: string = 'DeviceMismatchError';
  override readonly code: string = 'DEVICE_MISMATCH';
}
/** The engine was disposed of. */
export class DeviceDisposedError extends WgradError {
  override readonly name: string = 'DeviceDisposedError';
  override readonly code: string = 'DEVICE_DISPOSED';
}
/** The GPU went away: driver reset, GPU process crash, or the device was taken. */
export class DeviceLostError extends WgradError {
  override readonly name: string = 'DeviceLostError';
  override readonly code: string = 'DEVICE_LOST';
}
/** One tensor is larger than a buffer of this device can be. */
export class TensorTooLargeError extends WgradError {
  override readonly name: string = 'TensorTooLargeError';
  override readonly code: string = 'TENSOR_TOO_LARGE';
}
/** The device has no memory left. The engine stays usable. */
export class OutOfMemoryError extends WgradError {
  override readonly name: string = 'OutOfMemoryError';
  override readonly code: string = 'OUT_OF_MEMORY';
}
/** The GPU refused a command: a bug of ours or of the driver. */
export class GPUFaultError extends WgradError {
  override readonly name: string = 'GPUFaultError';
  override readonly code: string = 'GPU_FAULT';
}
/** A broken invariant of the engine: never the caller's fault. */
export class InternalError extends WgradError {
  override readonly name: string = 'InternalError';
  override readonly code: string = 'INTERNAL';

  constructor(what: string, fields?: ErrorFields) {
    super(`this is a bug in wgrad: ${what}`, fields);
  }
}
