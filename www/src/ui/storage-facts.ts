/** What the dialog behind the storage button says: where the cluster and the notebook are kept, in sentences. */
import type { ClusterState } from '../client/types.ts';
import type { NotebookSession } from '../kernels/session.ts';

export function storageFacts(cluster: ClusterState, session: NotebookSession | null): [string, string][] {
  const facts: [string, string][] = [
    ['Cluster', clusterSentence(cluster)],
    ['Notebook', notebookSentence(session)],
  ];
  const { usedBytes } = cluster.storage;
  if (usedBytes > 0) facts.push(['Used', `${(usedBytes / 1e6).toFixed(1)} MB in this browser`]);
  if (cluster.clusterId !== '') facts.push(['Cluster id', cluster.clusterId]);
  return facts;
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
