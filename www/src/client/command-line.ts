/** Builds the command lines that forms show and run, quoted so that the shell reads back each word as it was. */

const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;

export function quoteWord(word: string): string {
  if (SAFE.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Words that are null or false are left out; numbers are written as they are. */
export function commandLine(...words: (string | number | null | false)[]): string {
  return words
    .filter((word) => word !== null && word !== false)
    .map((word) => quoteWord(String(word)))
    .join(' ');
}
