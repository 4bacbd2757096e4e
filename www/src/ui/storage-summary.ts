/** What the storage button says, from the cluster's storage and the notebook's save state; the worst news first. */
import type { ClusterState } from '../client/types.ts';
import type { NotebookSession } from '../kernels/session.ts';

export interface StorageSummary {
  text: string;
  look: '' | 'saving' | 'warn' | 'bad';
}

export function storageSummary(
  cluster: ClusterState,
  session: NotebookSession | null,
): StorageSummary {
  const { storage } = cluster;
  const saved = session?.saveState ?? 'saved';
  const say = (text: string, look: StorageSummary['look']): StorageSummary => ({ text, look });
  if (cluster.phase === 'failed') return say('Not running', 'bad');
  if (storage.state === 'quota') return say('Storage full', 'bad');
  if (saved === 'failed') return say('Not saved', 'bad');
  if (cluster.phase === 'starting') return say('Starting…', 'saving');
  if (storage.state === 'refused' || storage.state === 'memory') return say('Memory only', 'warn');
  if (storage.state === 'saving' || saved !== 'saved') return say('Saving…', 'saving');
  return say('Saved', '');
}
