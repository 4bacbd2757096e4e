/** The page's icons, drawn on a grid of 16. They are decoration: the button around them carries the name. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

const SHAPES: Record<string, SVGTemplateResult> = {
  play: svg`<path d="M4.5 2.8v10.4a.6.6 0 0 0 .9.5l8.3-5.2a.6.6 0 0 0 0-1L5.4 2.3a.6.6 0 0 0-.9.5z"/>`,
  stop: svg`<rect x="3.5" y="3.5" width="9" height="9" rx="1.5"/>`,
  playAll: svg`<path d="M2 3v10l6-5zM8.5 3v10l6-5z"/>`,
  restart: svg`<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.2v3h-3"/>`,
  reset: svg`<path d="M3 5.5h6.5a3.5 3.5 0 1 1 0 7H6M5.8 2.7 3 5.5l2.8 2.8"/>`,
  folder: svg`<path d="M2 4.5A1.5 1.5 0 0 1 3.5 3h2.6l1.6 1.8h4.8A1.5 1.5 0 0 1 14 6.3v5.2a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 11.500z"/>`,
  file: svg`<path d="M9.2 2H4.500A1.5 1.5 0 0 0 3 3.500v9A1.5 1.5 0 0 0 4.500 14h7a1.5 1.5 0 0 0 1.500-1.500V5.800zM9 2v4h4"/>`,
  download: svg`<path d="M8 2.500v7.500M4.800 7 8 10.200 11.200 7M3 13.200h10"/>`,
  upload: svg`<path d="M8 10.500V3M4.800 6.200 8 3l3.200 3.200M3 13.200h10"/>`,
  sun: svg`<circle cx="8" cy="8" r="2.800"/><path d="M8 1.500v1.300M8 13.200v1.300M1.500 8h1.300M13.200 8h1.300M3.400 3.400l.9.9M11.700 11.700l.9.900M12.600 3.400l-.9.900M4.300 11.700l-.9.900"/>`,
  moon: svg`<path d="M13.500 9.600A5.800 5.800 0 0 1 6.400 2.500a5.800 5.800 0 1 0 7.100 7.100z"/>`,
  auto: svg`<circle cx="8" cy="8" r="5.800"/><path d="M8 2.200a5.800 5.800 0 0 1 0 11.600z" fill="currentColor" stroke="none"/>`,
  plus: svg`<path d="M8 3v10M3 8h10"/>`,
  close: svg`<path d="m4 4 8 8M12 4l-8 8"/>`,
  down: svg`<path d="m4 6 4 4 4-4"/>`,
  up: svg`<path d="m4 10 4-4 4 4"/>`,
  right: svg`<path d="m6 4 4 4-4 4"/>`,
  left: svg`<path d="m10 4-4 4 4 4"/>`,
  trash: svg`<path d="M2.800 4.200h10.400M6.200 4V2.800h3.600V4M4.200 4.200l.6 9h6.400l.6-9M6.600 6.800v4M9.400 6.800v4"/>`,
  copy: svg`<rect x="5.500" y="5.500" width="8" height="8" rx="1.500"/><path d="M10.500 3.500v-.3A1.200 1.200 0 0 0 9.300 2H3.700A1.200 1.200 0 0 0 2.500 3.200v5.600A1.200 1.200 0 0 0 3.700 10h.3"/>`,
  check: svg`<path d="m3 8.500 3.300 3.300L13 4.800"/>`,
  cross: svg`<circle cx="8" cy="8" r="6"/><path d="m5.800 5.800 4.400 4.400M10.200 5.800l-4.400 4.400"/>`,
  warn: svg`<path d="M8 2.200 14.300 13H1.700zM8 6.500v3M8 11.300v.1"/>`,
  info: svg`<circle cx="8" cy="8" r="6"/><path d="M8 7.300v3.700M8 5v.1"/>`,
  more: svg`<path d="M3.200 8h.1M8 8h.1M12.800 8h.1" stroke-width="2.600"/>`,
  panel: svg`<rect x="2" y="3" width="12" height="10" rx="1.500"/><path d="M9.500 3v10"/>`,
  columns: svg`<rect x="2" y="3" width="12" height="10" rx="1.500"/><path d="M8 3v10"/>`,
  arrowUp: svg`<path d="M8 13V3M4 7l4-4 4 4"/>`,
  arrowDown: svg`<path d="M8 3v10M4 9l4 4 4-4"/>`,
  edit: svg`<path d="m3 13 .6-2.800 7.300-7.300 2.200 2.200-7.300 7.300z"/>`,
  wrap: svg`<path d="M2 4h12M2 8h9.500a2.300 2.300 0 0 1 0 4.600H8M9.800 10.800 8 12.600l1.800 1.800M2 12.600h3"/>`,
  keyboard: svg`<rect x="1.500" y="4" width="13" height="8.500" rx="1.500"/><path d="M4 6.800h.1M6.700 6.800h.1M9.300 6.800h.1M12 6.800h.1M5 9.800h6"/>`,
  crown: svg`<path d="m2.500 11.800-.7-6.600 3.500 2.600L8 3.600l2.700 4.200 3.500-2.600-.7 6.600z"/>`,
  database: svg`<ellipse cx="8" cy="4" rx="5" ry="2"/><path d="M3 4v8c0 1.100 2.200 2 5 2s5-.9 5-2V4M3 8c0 1.100 2.200 2 5 2s5-.9 5-2"/>`,
};

const SOLID = new Set(['play', 'playAll', 'stop', 'crown']);

export function icon(name: keyof typeof SHAPES): TemplateResult {
  return html`<svg
    class="icon-svg ${SOLID.has(name) ? 'solid' : ''}"
    viewBox="0 0 16 16"
    aria-hidden="true"
  >
    ${SHAPES[name]}
  </svg>`;
}
