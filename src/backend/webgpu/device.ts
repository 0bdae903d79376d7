// Opens the GPU: adapter, limits, features, and names.
import { WebGPUUnavailableError } from '../../core/errors.ts';
import type { AdapterKind } from '../../core/op.ts';

export interface DeviceOptions {
  readonly powerPreference?: GPUPowerPreference | undefined;
}

/** A device and what is known of it. */
export interface OpenDevice {
  /** Held so that the implementation is not collected while its device is in use. */
  readonly gpu: GPU;
  readonly device: GPUDevice;
  readonly name: string;
  readonly kind: AdapterKind;
}

const HOW =
  'use Chrome or Edge 113+, Safari 26+ or Firefox 141+ over https or localhost; in Node, install the package "webgpu"';

/** Dawn's instance in Node: one for good, since its process dies when one is collected before its devices. */
const instances: GPU[] = [];

/** `navigator.gpu`, or Dawn's in Node where npm's `webgpu` is installed. Null where there is neither. */
async function findGPU(): Promise<GPU | null> {
  const here = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (here) return here;
  const node = (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node;
  if (node === undefined) return null;
  // A name that no bundler follows: the package is optional and only for Node.
  const name = ['web', 'gpu'].join('');
  try {
    const dawn = (await import(/* @vite-ignore */ name)) as { create: (options: string[]) => GPU };
    // A device that was just destroyed needs a turn of the event loop before the next one comes.
    await new Promise((resolve) => setTimeout(resolve, 1));
    instances[0] ??= dawn.create([]);
    return instances[0];
  } catch {
    return null;
  }
}

/** The limits worth more than their defaults, as far as the adapter goes. */
function wantedLimits(adapter: GPUAdapter): Record<string, number> {
  const names = [
    'maxBufferSize',
    'maxStorageBufferBindingSize',
    'maxStorageBuffersPerShaderStage',
    'maxComputeWorkgroupStorageSize',
    'maxComputeInvocationsPerWorkgroup',
    'maxComputeWorkgroupSizeX',
  ] as const;
  return Object.fromEntries(names.map((name) => [name, adapter.limits[name]]));
}

/** A device with the adapter's limits, or with the defaults where the adapter refuses its own. */
async function requestDevice(
  adapter: GPUAdapter,
  again: () => Promise<GPUAdapter | null>,
): Promise<GPUDevice> {
  const features: GPUFeatureName[] = adapter.features.has('timestamp-query') ? ['timestamp-query'] : [];
  try {
    return await adapter.requestDevice({ requiredLimits: wantedLimits(adapter), requiredFeatures: features });
  } catch {
    // The refused adapter is used up.
    const next = await again();
    const device = await next?.requestDevice().catch(() => null);
    if (device) return device;
    throw new WebGPUUnavailableError('WebGPU gave no device', { fix: HOW });
  }
}

/** Throws WebGPUUnavailableError, with what to enable, where there is no WebGPU. */
export async function openDevice(options: DeviceOptions = {}): Promise<OpenDevice> {
  const gpu = await findGPU();
  if (gpu === null) throw new WebGPUUnavailableError('WebGPU is not available here', { fix: HOW });
  const request = (): Promise<GPUAdapter | null> =>
    gpu.requestAdapter(
      options.powerPreference === undefined ? {} : { powerPreference: options.powerPreference },
    );
  const adapter = await request().catch(() => null);
  if (adapter === null) {
    throw new WebGPUUnavailableError('WebGPU found no adapter', {
      got: 'requestAdapter() gave null: no GPU, a blocked driver, or several crashes within two minutes',
      fix: HOW,
    });
  }
  const { info } = adapter;
  const device = await requestDevice(adapter, request);
  const parts = [info.vendor, info.architecture, info.device, info.description].filter((part) => part !== '');
  const name = [...new Set(parts)].join(' ') || 'unknown adapter';
  const software = info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software/i.test(name);
  return { gpu, device, name, kind: software ? 'cpu' : 'gpu' };
}
