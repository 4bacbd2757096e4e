/**
 * `<ks-command>`: shows the command line that a form stands for, runs exactly that line in a shell, shows what came.
 *
 * Whatever a form does, a person learns how to do it by hand; and there is no second way into the cluster.
 */
import { LitElement, css, html, nothing } from 'lit';
import { getSandbox } from '../client/provide.ts';
import type { Kernel } from '../client/types.ts';
import { icon } from '../look/icons.ts';
import { controls } from '../look/tokens.ts';

export interface CommandOutcome {
  text: string;
  exitCode: number;
}

let opening: Promise<Kernel> | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Runs one line in the panel's own shell; lines wait for one another. */
export function runCommand(line: string): Promise<CommandOutcome> {
  const outcome = last.then(async () => {
    opening ??= getSandbox().openKernel({
      user: 'learner',
      env: {},
      hosts: [],
      files: [],
      fetchUrl: async () => null,
      onFile: () => undefined,
    });
    opening.catch(() => (opening = undefined));
    const kernel = await opening;
    let text = '';
    const result = await kernel.run(line, { onOutput: (_stream, part) => (text += part) });
    return { text, exitCode: result.exitCode };
  });
  last = outcome.catch(() => undefined);
  return outcome;
}

export class KsCommand extends LitElement {
  static override properties = {
    line: {},
    action: {},
    danger: { type: Boolean },
    disabled: { type: Boolean },
    running: { state: true },
    outcome: { state: true },
  };
  declare line: string;
  declare action: string;
  declare danger: boolean;
  declare disabled: boolean;
  declare running: boolean;
  declare outcome: CommandOutcome | null;

  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      .line {
        display: flex;
        align-items: flex-start;
        gap: 4px;
        margin-bottom: 8px;
        padding: 6px 4px 6px 10px;
        border: 1px solid var(--ks-border);
        border-radius: var(--ks-radius);
        background: var(--ks-bg);
      }
      code {
        flex: 1;
        min-width: 0;
        padding: 2px 0;
        font: 12px/18px var(--ks-mono);
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      code::before {
        content: '$ ';
        color: var(--ks-muted);
      }
      pre {
        margin: 8px 0 0;
        padding: 6px 10px;
        max-height: 200px;
        overflow: auto;
        border-left: 3px solid var(--ks-ok);
        background: var(--ks-bg);
        font: 12px/18px var(--ks-mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      pre.bad {
        border-left-color: var(--ks-danger);
      }
    `,
  ];

  constructor() {
    super();
    this.line = '';
    this.action = 'Run';
    this.danger = false;
    this.disabled = false;
    this.running = false;
    this.outcome = null;
  }

  protected override render() {
    const { outcome } = this;
    return html`
      <div class="line">
        <code data-testid="command-line">${this.line}</code>
        <button
          class="button quiet icon small"
          aria-label="Copy the command"
          title="Copy the command"
          @click=${() => void navigator.clipboard?.writeText(this.line)}
        >
          ${icon('copy')}
        </button>
      </div>
      <button
        class="button ${this.danger ? 'danger' : 'primary'}"
        data-testid="command-run"
        ?disabled=${this.disabled || this.running}
        @click=${() => void this.execute()}
      >
        ${this.running ? 'Running…' : this.action}
      </button>
      ${
        outcome && (outcome.text !== '' || outcome.exitCode !== 0)
          ? html`<pre
              class=${outcome.exitCode === 0 ? '' : 'bad'}
              role="status"
              data-testid="command-output"
            >
${outcome.text}${outcome.exitCode === 0 ? '' : `exit status ${outcome.exitCode}`}</pre>`
          : nothing
      }
    `;
  }

  async execute(): Promise<void> {
    this.running = true;
    try {
      this.outcome = await runCommand(this.line);
    } catch (error) {
      this.outcome = {
        text: `${error instanceof Error ? error.message : String(error)}\n`,
        exitCode: 1,
      };
    }
    this.running = false;
    this.dispatchEvent(new CustomEvent('command-done', { detail: this.outcome }));
  }
}

customElements.define('ks-command', KsCommand);
