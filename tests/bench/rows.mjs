/** What benches tell `cargo xtask bench`: one line for each figure, which it puts into a table. */

/**
 * @param {string} what is measured, in a few words
 * @param {string} measured with its unit
 * @param {string} goal as the table shows it
 * @param {boolean | null} met null where there is no goal
 */
export function row(what, measured, goal = '', met = null) {
  console.log(['@row', what, measured, goal, met === null ? '' : met ? 'yes' : 'no'].join('\t'));
}

/** The one in the middle. */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

export const thousands = (number) => Math.round(number).toLocaleString('en-US');
