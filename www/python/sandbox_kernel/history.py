"""What was run: `In`, `_i`, `_ii`, `_i3`, and `%history` over them, as IPython has them. Knows no page."""

import contextlib
import fnmatch
import re
import shlex
import sys

RANGE = re.compile(r"(?:(~?\d+)/)?(\d+)?(?:([-:])(?:(~?\d+)/)?(\d+)?)?$")


class Inputs:
    """The inputs of one kernel by their numbers. Numbers are the notebook's: those of other kernels are missing."""

    def __init__(self, namespace):
        self._namespace = namespace
        self.raw = {}
        # What it is as Python, with magics as calls: what `In` shows.
        self.parsed = {}
        self._last = ""

    def remember(self, source, parsed, count):
        space = self._namespace
        source, parsed = source.rstrip("\n"), parsed.rstrip("\n")
        self.raw[count], self.parsed[count] = source, parsed
        listed = space["In"]
        listed.extend([""] * (count + 1 - len(listed)))
        listed[count] = parsed
        space["_iii"], space["_ii"], space["_i"] = space["_ii"], space["_i"], self._last
        space[f"_i{count}"] = self._last = source

    def numbers(self, text):
        """Those that exist of ranges as `4`, `2-5`, `2:6` (without the 6), `7-`; all of an empty text."""
        if not text.split():
            return sorted(self.raw)
        found = []
        for word in text.split():
            match = RANGE.fullmatch(word)
            # `~1/3` is of an earlier session, of which a page keeps none.
            if not match or match[1] not in (None, "~0", "0") or match[4] not in (None, "~0", "0"):
                continue
            first = int(match[2] or 1)
            last = first if match[3] is None else int(match[5]) - (match[3] == ":") if match[5] else max(self.raw, default=0)
            found += [number for number in sorted(self.raw) if first <= number <= last]
        return found


def history(inputs, outputs, line, usage_error):
    """`%history [-n] [-o] [-p] [-t] [-u] [-l [n]] [-g pattern] [-f file] [ranges]`"""
    flags, words, limit, file = set(), shlex.split(line), None, None
    ranges, pattern = [], None
    while words:
        word = words.pop(0)
        if word == "-l":
            limit = int(words.pop(0)) if words and words[0].isdigit() else 10
        elif word == "-f" and words:
            file = words.pop(0)
        elif word == "-g":
            pattern, words = f"*{' '.join(words)}*", []
        elif word.startswith("-"):
            if not re.fullmatch("-[noprtu]+", word):
                raise usage_error(f"unrecognized arguments: {word}")
            flags |= set(word[1:])
        else:
            ranges.append(word)
    texts = inputs.parsed if "t" in flags else inputs.raw
    numbers = inputs.numbers(" ".join(ranges))
    if pattern is not None:
        numbers = [number for number in numbers if fnmatch.fnmatchcase(texts[number], pattern)]
        flags.add("n")
    if "u" in flags:
        numbers = sorted({texts[number]: number for number in numbers}.values())
    if limit is not None:
        # The line that asks is left out, as it is no answer.
        numbers = (numbers if pattern is not None else numbers[:-1])[-limit:] if limit else []
    with open(file, "w", encoding="utf-8") if file else contextlib.nullcontext(sys.stdout) as out:
        for number in numbers:
            _write(out, number, texts[number], outputs.get(number), flags)


def _write(out, number, text, output, flags):
    text = text.expandtabs(4).rstrip()
    if "n" in flags:
        print(f"{number:>4}:", end="\n" if "\n" in text else " ", file=out)
    if "p" in flags:
        more = "\n..." if "\n" in text else ""
        text = ">>> " + "\n... ".join(text.splitlines()) + more
    print(text, file=out)
    if "o" in flags and output is not None:
        print(repr(output), file=out)
