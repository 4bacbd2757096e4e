import { describe, expect, test } from 'vitest';
import { kindOf } from '../../www/src/notebook/kinds.ts';
import { parseNotebook } from '../../www/src/notebook/nbformat.ts';
import { looksLikeNotebook, notebookFromText } from '../../www/src/notebook/text-notebook.ts';

function open(fileName: string, text: string) {
  return parseNotebook(notebookFromText(fileName, text));
}

/** [kind, source] of its cells. */
function cells(fileName: string, text: string) {
  const data = open(fileName, text);
  return data.cells.map((cell) => [kindOf(cell, data.metadata), cell.source]);
}

const PERCENT = `# -*- coding: utf-8 -*-
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (course)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Producers
#
# A *text*.

# %% tags=["setup"]
import kafka

# %pip install kafka-python
# !kafka-topics.sh --list \\
# --bootstrap-server localhost:9092
# only a comment

# %% A title [md]
"""
Text in a string.
"""

# %%
# %%bash
# echo one
# echo two

#%% {"slideshow": "skip"}
def f():

    return 1


# %% [raw]
# raw
`;

describe('a script with # %% lines', () => {
  test('gives its cells, magics no longer comments', () => {
    expect(cells('a.py', PERCENT)).toEqual([
      ['markdown', '# Producers\n\nA *text*.'],
      ['python', 'import kafka\n\n%pip install kafka-python\n!kafka-topics.sh --list \\\n--bootstrap-server localhost:9092\n# only a comment'],
      ['markdown', 'Text in a string.'],
      ['shell', '%%bash\necho one\necho two'],
      ['python', 'def f():\n\n    return 1'],
      ['raw', 'raw'],
    ]);
  });
  test('gives its kernel and the metadata of cells', () => {
    const data = open('a.py', PERCENT);
    expect(data.metadata).toEqual({ kernelspec: { display_name: 'Python 3 (course)', language: 'python', name: 'python3' } });
    expect(data.cells[1]?.metadata).toEqual({ tags: ['setup'] });
    expect(data.cells[4]?.metadata).toEqual({ slideshow: 'skip' });
  });
  test('keeps what stands above the first of them, and lines of Windows', () => {
    expect(cells('a.py', 'import os\r\n\r\n# %%\r\nos.name\r\n')).toEqual([['python', 'import os'], ['python', 'os.name']]);
  });
});

test('a script without them has a cell per paragraph', () => {
  const text = `# # Title
#
# More.

import a
import b

def f():
    x = [

        1]

    return """

  text"""

if a:
    f()

else:
    pass

# +
one = 1

two = 2
# -
# In[3]:
three = 3
`;
  expect(cells('light.py', text)).toEqual([
    ['markdown', '# Title\n\nMore.'],
    ['python', 'import a\nimport b'],
    ['python', 'def f():\n    x = [\n\n        1]\n\n    return """\n\n  text"""'],
    ['python', 'if a:\n    f()\n\nelse:\n    pass'],
    ['python', 'one = 1\n\ntwo = 2'],
    ['python', 'three = 3'],
  ]);
});

describe('Markdown', () => {
  test('has blocks that run, and text with the others', () => {
    const text = `---
jupyter:
  kernelspec:
    display_name: Python 3
    language: python
    name: python3
---

# Consumers

Read \`this\`.


Another text cell.

\`\`\`python tags=["x"]
print(1)

\`\`\`

\`\`\`bash
kafka-topics.sh --list
\`\`\`

\`\`\`json
{"a": 1}
\`\`\`

\`\`\`python .noeval
not_run()
\`\`\`

~~~javascript
1 + 1
~~~
`;
    expect(cells('a.md', text)).toEqual([
      ['markdown', '# Consumers\n\nRead `this`.'],
      ['markdown', 'Another text cell.'],
      ['python', 'print(1)'],
      ['shell', '%%bash\nkafka-topics.sh --list'],
      ['markdown', '```json\n{"a": 1}\n```\n\n```python .noeval\nnot_run()\n```'],
      ['javascript', '%%javascript\n1 + 1'],
    ]);
  });
  test('of MyST: code-cells, their options, and cell breaks', () => {
    const text = `---
kernelspec:
  name: bash
  language: bash
---
Before.

+++ {"a": 1}

After.

\`\`\`\`{code-cell} ipython3
:tags: [remove-input, "b"]
echo '\`\`\`'
\`\`\`\`

\`\`\`{code-cell}
---
tags: [c]
---
ls
\`\`\`
`;
    // Its cells are of the notebook's language unless they name another one.
    expect(cells('a.md', text)).toEqual([
      ['markdown', 'Before.'],
      ['markdown', 'After.'],
      ['shell', "echo '```'"],
      ['shell', 'ls'],
    ]);
    expect(open('a.md', text).cells.slice(2).map((cell) => cell.metadata)).toEqual([{ tags: ['remove-input', 'b'] }, { tags: ['c'] }]);
  });
  test('of Quarto: its title is shown, its options are left out', () => {
    const text = '---\ntitle: "A course"\njupyter: python3\n---\n\n```{python}\n#| echo: false\n1 + 1\n```\n\n```{bash}\nls\n```\n';
    expect(cells('a.qmd', text)).toEqual([['markdown', '# A course'], ['python', '1 + 1'], ['shell', '%%bash\nls']]);
  });
});

describe('what cannot be read is refused in a sentence', () => {
  test.each([
    ['a.md', 'text\n\n```python\n1', /The block of code that begins in line 3 \(```\) has no end\./],
    ['a.md', '---\ntitle: x\n---\n```python\n1', /begins in line 4/],
    ['a.py', '# ---\n# jupyter:\n1', /The header that begins in line 1 \("# ---"\) has no end\./],
    ['a.py', ' \n', /a\.py is empty/],
    ['a.py', 'PK\0\u0001', /a\.py is not a text file/],
  ])('%s %j', (name, text, message) => expect(() => notebookFromText(name, text)).toThrow(message));
});

test('only texts that mean to be notebooks look like one', () => {
  expect(looksLikeNotebook('a.py', PERCENT)).toBe(true);
  expect(looksLikeNotebook('a.py', '# In[1]:\nx')).toBe(true);
  expect(looksLikeNotebook('helper.py', 'def f():\n    return "# %%"\n')).toBe(false);
  expect(looksLikeNotebook('README.md', '# Title\n```python\n1\n```')).toBe(false);
  expect(looksLikeNotebook('a.md', '```{code-cell}\n1\n```')).toBe(true);
  expect(looksLikeNotebook('a.md', '---\njupytext:\n  x: 1\n---\n')).toBe(true);
});
