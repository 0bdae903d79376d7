// Files of tensors: the public names of `io`.
export * as safetensors from './safetensors.ts';
export type { FileDType, HostTensor, Metadata, ParsedFile, ParsedTensor } from './safetensors.ts';
export {
  loadCheckpoint,
  loadStateDict,
  loadTensors,
  saveCheckpoint,
  saveStateDict,
  saveTensors,
} from './statedict.ts';
export type { HasTensors, LoadReport, Run, SavedLoader, SavedOptimizer } from './statedict.ts';
