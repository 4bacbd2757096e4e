import { expect, test } from 'vitest';
import { InputHistory } from '../../www/src/kernels/inputs.ts';

test('inputs are kept per place, without blanks and repetitions, and not for ever', () => {
  const inputs = new InputHistory();
  for (const source of ['a', 'a', ' \n', 'b', 'a']) inputs.add('python main', source);
  inputs.add('shell main', 'ls');
  expect(inputs.of('python main')).toEqual(['a', 'b', 'a']);
  expect(inputs.of('javascript main')).toEqual([]);
  for (let n = 0; n < 2000; n++) inputs.add('python main', `${n}`);
  expect(inputs.of('python main')).toHaveLength(1000);
  expect(inputs.of('python main').at(-1)).toBe('1999');
});
