"""What a value looks like, in all the ways that it knows: Jupyter's `_repr_*_` methods. Knows no page."""

import base64

from .pretty import pretty

METHODS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
    "_repr_javascript_": "application/javascript",
}


def bundle(value, include=None, exclude=None):
    """(data, metadata) of a value; `text/plain` is always there unless excluded."""
    data, metadata = {}, {}
    if not isinstance(value, type):
        whole = _call(value, "_repr_mimebundle_", include=include, exclude=exclude)
        if whole is not None:
            found, details = whole if isinstance(whole, tuple) else (whole, {})
            data.update({mime: _json(mime, content) for mime, content in found.items()})
            metadata.update(details)
        for method, mime in METHODS.items():
            if mime in data:
                continue
            content = _call(value, method)
            if content is None:
                continue
            if isinstance(content, tuple):
                content, details = content
                metadata[mime] = details
            data[mime] = _json(mime, content)
    if "text/plain" not in data:
        data["text/plain"] = pretty(value)
    return _chosen(data, include, exclude), metadata


def _chosen(data, include, exclude):
    if include:
        data = {mime: content for mime, content in data.items() if mime in include}
    if exclude:
        data = {mime: content for mime, content in data.items() if mime not in exclude}
    return data


def _call(value, name, **options):
    # Objects that answer to every name (mocks, proxies) have no such methods.
    if getattr(value, "_ipython_canary_method_should_not_exist_", None) is not None:
        return None
    method = getattr(value, name, None)
    if not callable(method):
        return None
    try:
        return method(**options)
    except NotImplementedError:
        return None


def _json(mime, content):
    """As it can stand in a notebook file: binary data as base64."""
    if isinstance(content, (bytes, bytearray)):
        if mime.startswith("text/") or mime == "image/svg+xml":
            return content.decode("utf-8", "replace")
        return base64.b64encode(content).decode("ascii")
    return content
