/**
 * How the page's elements get at the sandbox without knowing its implementation: an entry module (`main.ts`,
 * `embed.ts`) provides it once, before the first element is made. It is started when first asked for.
 */
import type { DocumentStore } from './documents.ts';
import type { Sandbox } from './types.ts';

export interface SandboxSettings {
  brokers: number;
}

interface Provided {
  sandbox(settings: SandboxSettings): Sandbox;
  documents(): DocumentStore;
}

let provided: Provided | undefined;
let sandbox: Sandbox | undefined;
let documents: DocumentStore | undefined;

export function provide(implementation: Provided): void {
  provided = implementation;
}

function implementation(): Provided {
  if (!provided) throw new Error('provide() was not called before the first element was made');
  return provided;
}

/** One cluster per page: the settings of whoever asks first count. */
export function getSandbox(settings: SandboxSettings = { brokers: 3 }): Sandbox {
  return (sandbox ??= implementation().sandbox(settings));
}

export function getDocuments(): DocumentStore {
  return (documents ??= implementation().documents());
}
