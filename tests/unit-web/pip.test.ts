import { describe, expect, test } from 'vitest';
import { lightSteps, pipWords } from '../../www/src/kernels/light.ts';
import { hasPip } from '../../www/src/notebook/pip.ts';

describe('a cell that installs packages', () => {
  test.each([
    '%pip install kafka-python',
    '!pip install kafka-python',
    '!pip3 install -q kafka-python',
    '! pip list',
    '!!pip freeze',
    '!python -m pip install kafka-python',
    '!python3.12 -m pip install kafka-python',
    '!{sys.executable} -m pip install kafka-python',
    '!"{sys.executable}" -m pip install kafka-python',
    '!sudo pip install kafka-python',
    '# first the client\n!kafka-topics.sh --list\n  %pip install kafka-python',
    '!pip install \\\n  kafka-python',
    '!pip',
  ])('is seen: %s', (source) => expect(hasPip(source)).toBe(true));

  test.each([
    '# pip',
    '# !pip install kafka-python',
    '!echo pip',
    '!echo "pip install kafka-python"',
    '!grep pip install.txt',
    '!cat \\\n!pip',
    'pipeline = 1',
    'pip = 3',
    '!pipeline.sh',
    '!pip-compile requirements.txt',
    '!kafka-topics.sh --create --topic pip',
    'text = "!pip install x"',
    '%pipes',
  ])('is not taken for one: %s', (source) => expect(hasPip(source)).toBe(false));
});

describe('what pip is given', () => {
  test('are words without quotes, comments, redirections and pipes', () => {
    expect(pipWords('install -q "kafka-python>=2.0,<3" six # the client')).toEqual(['install', '-q', 'kafka-python>=2.0,<3', 'six']);
    expect(pipWords('install kafka-python > /dev/null 2>&1')).toEqual(['install', 'kafka-python']);
    expect(pipWords('install kafka-python | tail -1')).toEqual(['install', 'kafka-python']);
    expect(pipWords('install \\\n  kafka-python')).toEqual(['install', 'kafka-python']);
  });
  test('runs without an interpreter, between commands', () => {
    expect(lightSteps('!echo pip\n%pip install kafka-python\n# pip')).toEqual([
      { do: 'shell', text: '!echo pip' },
      { do: 'pip', words: ['install', 'kafka-python'] },
    ]);
    expect(lightSteps('pipeline = 1')).toBeNull();
  });
});
