/** `<ks-groups>`: consumer groups with members, assignment and lag; reset a group's offsets, delete a group. */
import { LitElement, css, html, nothing } from 'lit';
import { commandLine } from '../client/command-line.ts';
import { lagOf, type PartitionLag } from '../client/model.ts';
import type { ClusterState, GroupState } from '../client/types.ts';
import { icon } from '../look/icons.ts';
import { controls } from '../look/tokens.ts';
import './console.ts';
import { memberNames } from './live-model.ts';
import { bootstrap, number, plural, shared } from './shared.ts';

type Target = '--to-earliest' | '--to-latest' | '--to-offset' | '--shift-by' | '--to-datetime';

export class KsGroups extends LitElement {
  static override properties = {
    state: { attribute: false },
    selected: {},
    action: { state: true },
    topic: { state: true },
    target: { state: true },
    amount: { state: true },
  };
  declare state: ClusterState;
  declare selected: string;
  declare action: 'reset' | 'delete' | null;
  declare topic: string;
  declare target: Target;
  declare amount: string;

  static override styles = [
    controls,
    shared,
    css`
      .head {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-bottom: 12px;
      }
      .head h2 {
        flex: 1;
        font-size: 16px;
      }
      .behind {
        color: var(--ks-warn);
        font-weight: 600;
      }
      .members {
        margin: 20px 0 4px;
      }
    `,
  ];

  constructor() {
    super();
    this.selected = '';
    this.action = null;
    this.topic = '';
    this.target = '--to-earliest';
    this.amount = '0';
  }

  protected override render() {
    const group = this.state.groups.get(this.selected);
    return group ? this.#detail(group) : this.#list();
  }

  #list() {
    const groups = [...this.state.groups.values()];
    if (groups.length === 0) {
      return html`<div class="empty">
        <h2>No consumer groups yet</h2>
        <p>
          A group appears when its first consumer joins or commits:
          <code>kafka-console-consumer.sh --group crew …</code>, or
          <code>consumer create c1 --group crew</code>.
        </p>
      </div>`;
    }
    return html`<div class="head"><h2>Groups</h2></div>
      <table data-testid="groups-table">
        <thead>
          <tr>
            <th>Group</th>
            <th>State</th>
            <th class="number">Members</th>
            <th>Topics</th>
            <th class="number">Lag</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map((group) => {
            const rows = lagOf(group, this.state.topics);
            const lag = rows.reduce((sum, row) => sum + (row.lag ?? 0), 0);
            return html`<tr class="clickable" @click=${() => this.#open(group.group)}>
              <td><button class="link">${group.group}</button></td>
              <td>${phase(group)}</td>
              <td class="number">${group.members.length}</td>
              <td>${[...new Set(rows.map((row) => row.topic))].join(', ')}</td>
              <td class="number ${lag > 0 ? 'behind' : ''}">${number(lag)}</td>
            </tr>`;
          })}
        </tbody>
      </table>`;
  }

  #detail(group: GroupState) {
    const rows = lagOf(group, this.state.topics);
    const names = memberNames(group);
    return html`
      <div class="head">
        <button
          class="button quiet icon small"
          aria-label="All groups"
          title="All groups"
          @click=${() => this.#open('')}
        >
          ${icon('left')}
        </button>
        <h2>${group.group}</h2>
        ${phase(group)}
      </div>
      <p class="muted">
        Generation ${number(group.generation)} · assignor ${group.protocol || 'none yet'} ·
        coordinator broker ${group.coordinator} · ${plural(group.members.length, 'member')}
      </p>
      <div class="bar">
        <button
          class="button small"
          aria-expanded=${this.action === 'reset'}
          @click=${() => (this.action = this.action === 'reset' ? null : 'reset')}
        >
          Reset offsets
        </button>
        <button
          class="button small danger"
          aria-expanded=${this.action === 'delete'}
          @click=${() => (this.action = this.action === 'delete' ? null : 'delete')}
        >
          Delete…
        </button>
      </div>
      ${this.#card(group, rows)}
      <div class="scroll-x" tabindex="0" role="region" aria-label="Partitions of the group">
        <table data-testid="lag-table">
          <thead>
            <tr>
              <th>Topic</th>
              <th class="number">Partition</th>
              <th class="number">Committed</th>
              <th class="number">End</th>
              <th class="number">Lag</th>
              <th>Member</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) =>
                html`<tr>
                  <td>${row.topic}</td>
                  <td class="number">${row.partition}</td>
                  <td class="number">${row.committed === null ? '–' : number(row.committed)}</td>
                  <td class="number">${row.logEnd === null ? '–' : number(row.logEnd)}</td>
                  <td class="number ${row.lag ? 'behind' : ''}">
                    ${row.lag === null ? '–' : number(row.lag)}
                  </td>
                  <td>
                    ${row.member === null ? html`<span class="muted">none</span>` : (names.get(row.member) ?? row.member)}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${group.members.length === 0 ? nothing : this.#members(group, names)}
    `;
  }

  #members(group: GroupState, names: Map<string, string>) {
    return html`<h2 class="members">Members</h2>
      <table data-testid="members-table">
        <thead>
          <tr>
            <th>Member</th>
            <th>Host</th>
            <th>Partitions</th>
          </tr>
        </thead>
        <tbody>
          ${group.members.map(
            (member) =>
              html`<tr>
                <td title=${member.memberId}>${names.get(member.memberId)}</td>
                <td class="mono">${member.host.replace(/^\//, '')}</td>
                <td>
                  ${member.assignment.length === 0 ? html`<span class="muted">none: it is idle</span>` : member.assignment.map((a) => `${a.topic} ${a.partition}`).join(', ')}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>`;
  }

  #card(group: GroupState, rows: PartitionLag[]) {
    const server = bootstrap(this.state);
    if (this.action === 'delete') {
      return html`<div class="card">
        <p>
          Its committed offsets are forgotten: its next members begin as
          <code>auto.offset.reset</code> says. Only a group without members can be deleted.
        </p>
        <ks-command
          danger
          .line=${commandLine('kafka-consumer-groups.sh', '--delete', '--group', group.group, '--bootstrap-server', server)}
          action=${`Delete ${group.group}`}
        ></ks-command>
      </div>`;
    }
    if (this.action !== 'reset') return nothing;
    const topics = [...new Set(rows.map((row) => row.topic))];
    const needsAmount =
      this.target === '--to-offset' ||
      this.target === '--shift-by' ||
      this.target === '--to-datetime';
    const line = commandLine(
      'kafka-consumer-groups.sh',
      '--reset-offsets',
      '--execute',
      '--group',
      group.group,
      ...(this.topic === '' ? ['--all-topics'] : ['--topic', this.topic]),
      this.target,
      needsAmount && this.amount,
      '--bootstrap-server',
      server,
    );
    return html`<div class="card" data-testid="reset-form">
      <div class="bar">
        <label class="field grow"
          >Topic
          <select @change=${(e: Event) => (this.topic = pick(e))}>
            <option value="">all</option>
            ${topics.map((name) => html`<option value=${name} ?selected=${this.topic === name}>${name}</option>`)}
          </select>
        </label>
        <label class="field grow"
          >To
          <select @change=${(e: Event) => this.#setTarget(pick(e) as Target)}>
            ${TARGETS.map(([value, label]) => html`<option value=${value} ?selected=${this.target === value}>${label}</option>`)}
          </select>
        </label>
        ${needsAmount ? html`<label class="field">${this.target === '--to-datetime' ? 'Time (UTC)' : 'Number'}<input .value=${this.amount} @input=${(e: Event) => (this.amount = pick(e))} /></label>` : nothing}
      </div>
      ${group.members.length > 0 ? html`<p class="muted">Kafka refuses this while the group has members: close its consumers first.</p>` : nothing}
      <ks-command .line=${line} action="Reset the offsets"></ks-command>
    </div>`;
  }

  #setTarget(target: Target): void {
    this.target = target;
    this.amount = target === '--to-datetime' ? new Date().toISOString().replace('Z', '') : '0';
  }

  #open(name: string): void {
    this.selected = name;
    this.action = null;
  }
}

const TARGETS: [Target, string][] = [
  ['--to-earliest', 'the oldest record'],
  ['--to-latest', 'the end'],
  ['--to-offset', 'an offset'],
  ['--shift-by', 'forward or back by'],
  ['--to-datetime', 'a time'],
];

function phase(group: GroupState) {
  const look =
    group.state === 'Stable'
      ? 'ok'
      : group.state === 'Empty' || group.state === 'Dead'
        ? ''
        : 'warn';
  return html`<span class="pill ${look}">${group.state}</span>`;
}

function pick(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}

customElements.define('ks-groups', KsGroups);
