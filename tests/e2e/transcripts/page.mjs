/**
 * The page's own cluster and shell without the notebook around them: one cluster worker, and a kernel worker for each
 * command, as each step of a transcript is a shell of its own. They share the files that commands leave.
 */

const ENV = { TZ: 'UTC', LC_ALL: 'C.UTF-8', KAFKA_STRICT: '1' };

class Transcripts {
  #cluster;
  #kernelUrl;
  #module;
  #tell;
  #files = new Map();
  #running = new Map();
  #resets = new Map();
  #attachments = 0;

  /** Starts the cluster with these broker configs; `tell` is called with all that the runner waits for. */
  async connect({ clusterUrl, kernelUrl, wasmUrl, config }, tell) {
    this.#tell = tell;
    this.#kernelUrl = kernelUrl;
    this.#cluster = new SharedWorker(clusterUrl, { type: 'module', name: 'kafka-sandbox' });
    const { promise: running, resolve: isRunning } = Promise.withResolvers();
    this.#cluster.port.onmessage = ({ data: [what, first, second] }) => {
      if (what === 'update') isRunning();
      if (what === 'failed') tell({ problem: `the cluster did not start: ${first}` });
      if (what === 'restart') tell({ problem: 'the cluster was restarted' });
      if (what === 'resetDone') this.#resets.get(first)(second);
    };
    this.#cluster.port.postMessage(['hello', { brokers: 3, firstId: 1, config, database: 'kafka-sandbox' }, '']);
    this.#module = await WebAssembly.compileStreaming(fetch(wasmUrl));
    await running;
  }

  /** For the next file: nothing runs, there are no files, and the cluster is a new one. */
  async fresh() {
    for (const id of [...this.#running.keys()]) this.end(id);
    this.#files.clear();
    const call = this.#resets.size + 1;
    const problem = await new Promise((resolve) => {
      this.#resets.set(call, resolve);
      this.#cluster.port.postMessage(['reset', call]);
    });
    if (problem !== '') throw new Error(problem);
  }

  /** Starts a command line; its end is told with what it printed. */
  start(id, command) {
    const { port1, port2 } = new MessageChannel();
    const attachment = `transcripts-${++this.#attachments}`;
    this.#cluster.port.postMessage(['attach', attachment, { clientHost: '127.0.0.1', hosts: [] }, port2], [port2]);
    const worker = new Worker(this.#kernelUrl, { type: 'module' });
    this.#running.set(id, { worker, attachment });
    const printed = { stdout: '', stderr: '' };
    const over = (status) => {
      this.end(id);
      this.#tell({ id, ...printed, status });
    };
    worker.onerror = (event) => over(`broken (${event.message})`);
    worker.onmessage = ({ data: [what, first, second] }) => {
      if (what === 'ready') {
        worker.postMessage(['call', 1, 'run', [command]]);
        // Standard input is empty.
        worker.postMessage(['input', null]);
      } else if (what === 'output') printed[first] += second;
      else if (what === 'file' && second) this.#files.set(first, second);
      else if (what === 'file') this.#files.delete(first);
      else if (what === 'fetch') worker.postMessage(['fetched', first, null]);
      else if (what === 'done') over(String(second.exitCode));
      else if (what === 'failed') over(`broken (${second})`);
    };
    const files = [...this.#files].map(([path, bytes]) => ({ path, bytes }));
    worker.postMessage(['kernel', port1, { user: 'student', env: ENV, files }, this.#module], [port1]);
  }

  interrupt(id) {
    this.#running.get(id)?.worker.postMessage(['interrupt']);
  }

  /** As a process ends: at once, and its connections with it. */
  end(id) {
    const job = this.#running.get(id);
    if (!job) return;
    this.#running.delete(id);
    job.worker.terminate();
    this.#cluster.port.postMessage(['detach', job.attachment]);
  }
}

window.transcripts = new Transcripts();
