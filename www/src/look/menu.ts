/** A button with a menu: arrow keys, Escape, focus back on the button. Items are data, so every menu is alike. */
import { LitElement, css, html, nothing } from 'lit';
import { controls } from './tokens.ts';
import { icon } from './icons.ts';

export interface MenuItem {
  label: string;
  hint?: string;
  icon?: string;
  danger?: boolean;
  disabled?: boolean;
  checked?: boolean;
  run(): void;
}

export class KsMenu extends LitElement {
  static override properties = {
    label: {},
    caption: {},
    iconName: { attribute: 'icon' },
    items: { attribute: false },
    look: {},
    align: {},
    open: { state: true },
  };
  declare label: string;
  declare caption: string;
  declare iconName: string;
  declare items: (MenuItem | null)[];
  declare look: string;
  declare align: 'left' | 'right';
  declare open: boolean;

  static override styles = [
    controls,
    css`
      :host {
        position: relative;
        display: inline-block;
      }
      .badge {
        height: 20px;
        padding: 0 6px;
        font-size: 11px;
        gap: 2px;
        color: var(--ks-muted);
        border-radius: 4px;
      }
      .badge .icon-svg {
        width: 12px;
        height: 12px;
      }
      .chevron .icon-svg {
        width: 12px;
        height: 12px;
      }
      .chevron {
        display: inline-flex;
      }
      ul {
        position: absolute;
        z-index: 50;
        top: calc(100% + 4px);
        left: 0;
        min-width: 216px;
        max-width: min(320px, 90vw);
        margin: 0;
        padding: 4px;
        list-style: none;
        background: var(--ks-bg);
        border: 1px solid var(--ks-border);
        border-radius: 8px;
        box-shadow: 0 8px 24px var(--ks-shadow);
      }
      :host([align='right']) ul {
        left: auto;
        right: 0;
      }
      li > button {
        display: flex;
        align-items: flex-start;
        gap: 8px;
        width: 100%;
        padding: 6px 8px;
        border: 0;
        border-radius: 4px;
        background: none;
        text-align: left;
        cursor: pointer;
      }
      li > button:hover:not(:disabled),
      li > button:focus-visible {
        background: var(--ks-surface-2);
      }
      li > button:disabled {
        color: var(--ks-muted);
        opacity: 0.6;
        cursor: default;
      }
      li > button > .icon-svg {
        margin-top: 2px;
      }
      .danger {
        color: var(--ks-danger);
      }
      .words {
        flex: 1;
      }
      .hint {
        display: block;
        font-size: 12px;
        line-height: 16px;
        color: var(--ks-muted);
      }
      .line {
        height: 1px;
        margin: 4px 0;
        background: var(--ks-border);
      }
      @media (max-width: 640px) {
        .caption.collapses {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.label = '';
    this.caption = '';
    this.iconName = '';
    this.items = [];
    this.look = 'quiet';
    this.align = 'left';
    this.open = false;
  }

  protected override render() {
    const text = this.caption !== '';
    return html`
      <button
        class="button ${this.look} ${text ? '' : 'icon'}"
        aria-haspopup="menu"
        aria-expanded=${this.open}
        aria-label=${this.label || nothing}
        title=${text ? nothing : this.label}
        @click=${() => this.#toggle(!this.open)}
        @keydown=${this.#onButtonKey}
      >
        ${this.iconName ? icon(this.iconName) : nothing}
        ${text ? html`<span class="caption">${this.caption}</span><span class="chevron">${icon('down')}</span>` : nothing}
      </button>
      ${
        this.open
          ? html`<ul role="menu" aria-label=${this.label || this.caption} @keydown=${this.#onKey}>
              ${this.items.map((item) =>
                item
                  ? html`<li role="none">
                      <button
                        role=${item.checked === undefined ? 'menuitem' : 'menuitemradio'}
                        aria-checked=${item.checked === undefined ? nothing : item.checked}
                        class=${item.danger ? 'danger' : ''}
                        tabindex="-1"
                        ?disabled=${item.disabled}
                        @click=${() => this.#choose(item)}
                      >
                        ${item.icon ? icon(item.icon) : nothing}
                        <span class="words"
                          >${item.label}${item.hint ? html`<span class="hint">${item.hint}</span>` : nothing}</span
                        >
                        ${item.checked ? icon('check') : nothing}
                      </button>
                    </li>`
                  : html`<li class="line" role="separator"></li>`,
              )}
            </ul>`
          : nothing
      }
    `;
  }

  override focus(): void {
    this.renderRoot.querySelector('button')?.focus();
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLButtonElement>('ul button:not(:disabled)')];
  }

  #onOutside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.#toggle(false);
  };

  #toggle(open: boolean): void {
    this.open = open;
    if (open) {
      document.addEventListener('pointerdown', this.#onOutside, true);
      document.addEventListener('focusin', this.#onOutside, true);
      void this.updateComplete.then(() => this.#buttons()[0]?.focus());
    } else this.#forget();
  }

  #forget(): void {
    document.removeEventListener('pointerdown', this.#onOutside, true);
    document.removeEventListener('focusin', this.#onOutside, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  #choose(item: MenuItem): void {
    this.#toggle(false);
    this.focus();
    item.run();
  }

  #onButtonKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' || this.open) return;
    event.preventDefault();
    this.#toggle(true);
  }

  #onKey(event: KeyboardEvent): void {
    const buttons = this.#buttons();
    const at = buttons.indexOf((this.renderRoot as ShadowRoot).activeElement as HTMLButtonElement);
    const to: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: buttons.length - 1,
    };
    if (event.key === 'Escape' || event.key === 'Tab') {
      this.#toggle(false);
      if (event.key === 'Escape') this.focus();
      event.stopPropagation();
      return;
    }
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    buttons[(next + buttons.length) % buttons.length]?.focus();
  }
}

customElements.define('ks-menu', KsMenu);
