"""Which call is being typed, and which of its arguments: from the text before the cursor and the live objects.

Calls nothing: names are followed as completion follows them. Knows no page.
"""

import inspect
import keyword
import re

from .inspection import from_utf16, resolve, to_utf16

CALLED = re.compile(r"[^\W\d][\w.]*$")
NAMED = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
STRING = re.compile(r"'''|\"\"\"|'|\"")
CLOSING = {")": "(", "]": "[", "}": "{"}
MAX_PARAMETER = 60
MAX_DOC = 600


def signature_at(source, cursor, namespace):
    """`Signature` of the page, or None when the cursor is in no call of something known."""
    before = source[: from_utf16(source, cursor)]
    for bracket, place, starts in reversed(_open_brackets(before)):
        head = before[:place].rstrip(" \t")
        name = CALLED.search(head)
        if bracket != "(" or _is_grouping(head, name):
            continue
        if not name or head[: name.start()].endswith("."):
            return None
        if re.search(r"\b(?:def|class)\s+$", head[: name.start()]):
            return None
        found = resolve(name[0], namespace)
        if not found or not callable(found[0]):
            return None
        arguments = [before[a:b] for a, b in zip(starts, [*(start - 1 for start in starts[1:]), None])]
        return {"at": to_utf16(before, place), "name": name[0], **_describe(found[0], arguments)}
    return None


def _is_grouping(head, name):
    """A bracket of a tuple or behind `return`, `in` and the like: what is around it counts."""
    return keyword.iskeyword(name[0]) if name else not head.endswith((")", "]", "}", "'", '"'))


def _open_brackets(text):
    """(bracket, place, starts of the things between commas) of all that are open at the end, outermost first."""
    stack, at = [], 0
    while at < len(text):
        letter = text[at]
        if letter in "'\"":
            at = _after_string(text, at)
            continue
        if letter == "#" or (letter in "!%" and not stack and _begins_line(text, at)):
            end = text.find("\n", at)
            if end < 0:
                return []
            at = end
        elif letter in "([{":
            stack.append((letter, at, [at + 1]))
        elif letter in CLOSING:
            if stack and stack[-1][0] == CLOSING[letter]:
                stack.pop()
        elif letter == "," and stack:
            stack[-1][2].append(at + 1)
        at += 1
    return stack


def _begins_line(text, at):
    return text[:at].rpartition("\n")[2].strip() == ""


def _after_string(text, at):
    quote = STRING.match(text, at)[0]
    at += len(quote)
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        elif text[at] == "\n" and len(quote) == 1:
            return at
        else:
            at += 1
    return at


def _describe(value, arguments):
    doc = inspect.getdoc(value) or ""
    named = NAMED.match(arguments[-1])
    own = _of_argument(doc, named[1]) if named else ""
    brief = (own or doc.strip().split("\n\n")[0])[:MAX_DOC]
    try:
        signature = inspect.signature(value)
    except (ValueError, TypeError):
        return {"parameters": ["…"], "current": -1, "doc": brief}
    parameters = list(signature.parameters.values())
    current = _current(parameters, arguments, named)
    shown = _with_marks(parameters)
    return {
        "parameters": [item if isinstance(item, str) else _short(item) for item in shown],
        "current": shown.index(current) if current in shown else -1,
        "doc": brief,
    }


def _current(parameters, arguments, named):
    """The parameter that the last of these arguments is for."""
    by_name = {p.name: p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    kinds = {p.kind: p for p in parameters}
    if named:
        return by_name.get(named[1], kinds.get(inspect.Parameter.VAR_KEYWORD))
    before = [argument for argument in arguments[:-1] if argument.strip()]
    given = {found[1] for found in map(NAMED.match, before) if found}
    if arguments[-1].lstrip().startswith("**"):
        return kinds.get(inspect.Parameter.VAR_KEYWORD)
    if given or any(argument.lstrip().startswith("**") for argument in before):
        # Only names may follow: the first that was not given yet.
        left = [p for name, p in by_name.items() if name not in given]
        rest = [p for p in left if p in parameters[len(before) - len(given):]]
        return (rest or left or [kinds.get(inspect.Parameter.VAR_KEYWORD)])[0]
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(before) < len(positional):
        return positional[len(before)]
    keyword_only = [p for p in parameters if p.kind == p.KEYWORD_ONLY]
    return kinds.get(inspect.Parameter.VAR_POSITIONAL) or next(iter(keyword_only), kinds.get(inspect.Parameter.VAR_KEYWORD))


def _with_marks(parameters):
    """With `/` and `*` between them, where Python writes these."""
    shown, star = [], False
    for at, parameter in enumerate(parameters):
        if parameter.kind == parameter.VAR_POSITIONAL:
            star = True
        elif parameter.kind == parameter.KEYWORD_ONLY and not star:
            shown.append("*")
            star = True
        shown.append(parameter)
        following = parameters[at + 1].kind if at + 1 < len(parameters) else None
        if parameter.kind == parameter.POSITIONAL_ONLY and following != parameter.POSITIONAL_ONLY:
            shown.append("/")
    return shown


def _short(parameter):
    text = str(parameter)
    if len(text) <= MAX_PARAMETER and " at 0x" not in text:
        return text
    default = parameter.default
    if default is parameter.empty:
        return str(parameter.replace(annotation=parameter.empty))
    brief = str(parameter.replace(annotation=parameter.empty))
    return brief if len(brief) <= MAX_PARAMETER and " at 0x" not in brief else f"{parameter.name}=…"


def _of_argument(doc, name):
    """What a docstring that explains its arguments one by one says of this one, as those of kafka-python do."""
    lines = doc.split("\n")
    for at, line in enumerate(lines):
        found = re.match(rf"(\s*)\*{{0,2}}{re.escape(name)}(?:\s*\([^)]*\))?:\s+(.*)", line)
        if not found:
            continue
        text = [line.strip()]
        for more in lines[at + 1 :]:
            if not more.strip() or len(more) - len(more.lstrip()) <= len(found[1]):
                break
            text.append(more.strip())
        return " ".join(text)
    return ""
