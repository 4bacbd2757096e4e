/** What the storage button says, from the cluster's storage and the notebook's save state; the worst news first. */
import type { ClusterState } from '../client/types.ts';
import type { NotebookSession } from '../kernels/session.ts';

export interface StorageSummary {
  text: string;
  look: '' | 'saving' | 'warn' | 'bad';
  facts: [string, string][];
}

export function storageSummary(
  cluster: ClusterState,
  session: NotebookSession | null,
): StorageSummary {
  const { storage } = cluster;
  const saved = session?.saveState ?? 'saved';
  const facts: [string, string][] = [
    ['Cluster', clusterSentence(cluster)],
    ['Notebook', notebookSentence(session)],
  ];
  if (storage.usedBytes > 0)
    facts.push(['Used', `${(storage.usedBytes / 1e6).toFixed(1)} MB in this browser`]);
  if (cluster.clusterId !== '') facts.push(['Cluster id', cluster.clusterId]);
  const say = (text: string, look: StorageSummary['look']): StorageSummary => ({
    text,
    look,
    facts,
  });
  if (cluster.phase === 'failed') return say('Not running', 'bad');
  if (storage.state === 'quota') return say('Storage full', 'bad');
  if (saved === 'failed') return say('Not saved', 'bad');
  if (cluster.phase === 'starting') return say('Starting…', 'saving');
  if (storage.state === 'refused' || storage.state === 'memory') return say('Memory only', 'warn');
  if (storage.state === 'saving' || saved !== 'saved') return say('Saving…', 'saving');
  return say('Saved', '');
}

function clusterSentence(cluster: ClusterState): string {
  if (cluster.phase === 'failed') return cluster.failure;
  if (cluster.phase === 'starting') return 'The cluster is starting.';
  const { state, text } = cluster.storage;
  if (text !== '') return text;
  switch (state) {
    case 'saved':
      return 'Every acknowledged record is stored in this browser and survives a reload or a crash.';
    case 'saving':
      return 'A write is on its way to storage. What is acknowledged is stored already.';
    case 'memory':
      return 'Records are kept in memory only: a reload forgets them.';
    case 'quota':
      return 'This browser’s storage for the page is full. New records are refused; delete topics or reset the cluster to make room.';
    case 'refused':
      return 'This browser refuses storage here (as in a private window). Records are kept in memory only: a reload forgets them.';
  }
}

function notebookSentence(session: NotebookSession | null): string {
  switch (session?.saveState) {
    case undefined:
      return 'No notebook is open.';
    case 'saved':
      return 'Your changes are stored in this browser.';
    case 'failed':
      return session?.saveProblem ?? '';
    default:
      return 'Your changes are being stored.';
  }
}
