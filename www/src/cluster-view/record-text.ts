/** Bytes of keys and values as a person reads them: text, JSON, or a hex dump. Pure. */

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Null when these bytes are not text. */
export function asText(bytes: Uint8Array): string | null {
  try {
    const text = utf8.decode(bytes);
    // Control characters other than tab and line ends mean that it is no text, whatever its bytes say.
    return /[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** Pretty JSON, or null when it is none (bare numbers and texts are not shown as JSON). */
export function asJson(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

export function asHex(bytes: Uint8Array, limit = 4096): string {
  const rows: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, limit); at += 16) {
    const row = bytes.subarray(at, Math.min(at + 16, limit));
    const hex = [...row].map((b) => b.toString(16).padStart(2, '0')).join(' ');
    const text = [...row]
      .map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.'))
      .join('');
    rows.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  if (bytes.length > limit) rows.push(`… ${(bytes.length - limit).toLocaleString()} bytes more`);
  return rows.join('\n');
}

/** One line for a table. */
export function preview(bytes: Uint8Array | null, limit = 120): string {
  if (bytes === null) return 'null';
  const text = asText(bytes.subarray(0, limit * 4));
  if (text === null) {
    const hex = [...bytes.subarray(0, 16)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
    return `${hex}${bytes.length > 16 ? ' …' : ''}`;
  }
  const line = text.replace(/\s+/g, ' ');
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}

export function when(timestampMs: number): string {
  if (timestampMs < 0) return 'none';
  const date = new Date(timestampMs);
  return `${date.toLocaleDateString()} ${date.toLocaleTimeString(undefined, { hour12: false })}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
