"""`IPython.display`: rich outputs, displays that can be updated, and `clear_output`."""

import base64
import json
import mimetypes
import os
import uuid

from . import formatting, host, streams


class DisplayHandle:
    """What `display(…, display_id=True)` gives."""

    def __init__(self, display_id=None):
        self.display_id = display_id or uuid.uuid4().hex

    def display(self, obj, **options):
        display(obj, display_id=self.display_id, **options)

    def update(self, obj, **options):
        update_display(obj, display_id=self.display_id, **options)

    def __repr__(self):
        return f"<DisplayHandle display_id={self.display_id}>"


def display(
    *objs,
    include=None,
    exclude=None,
    metadata=None,
    transient=None,
    display_id=None,
    raw=False,
    clear=False,
    **options,
):
    if clear:
        clear_output(wait=True)
    handle = (
        DisplayHandle(None if display_id is True else display_id)
        if display_id is not None
        else None
    )
    for obj in objs:
        own = getattr(obj, "_ipython_display_", None)
        if not raw and callable(own) and not isinstance(obj, type):
            own()
            continue
        data, details = (obj, {}) if raw else formatting.bundle(obj, include, exclude)
        publish_display_data(
            data, {**details, **(metadata or {})}, display_id=handle and handle.display_id
        )
    return handle


def update_display(obj, *, display_id, **options):
    data, details = (obj, {}) if options.get("raw") else formatting.bundle(obj)
    publish_display_data(
        data, {**details, **(options.get("metadata") or {})}, display_id=display_id, update=True
    )


def publish_display_data(
    data, metadata=None, source=None, *, transient=None, display_id=None, update=False, **_rest
):
    display_id = display_id or (transient or {}).get("display_id")
    output = {"type": "update" if update else "display", "data": data, "metadata": metadata or {}}
    if display_id is not None:
        output["displayId"] = display_id
    streams.flush()
    host.emit(output)


def clear_output(wait=False):
    streams.flush()
    host.emit({"type": "clear", "wait": bool(wait)})


# ─── Objects to display ───


class DisplayObject:
    """A text or bytes of a type, given or read from a file."""

    _mime = "text/plain"
    _read_flags = "r"

    def __init__(self, data=None, url=None, filename=None, metadata=None):
        if filename is None and isinstance(data, (str, os.PathLike)) and self._is_path(data):
            data, filename = None, os.fspath(data)
        self.data, self.url, self.filename, self.metadata = data, url, filename, metadata or {}
        if url is not None and data is None:
            raise ValueError(
                "this page fetches nothing from other sites: give the data or a file of the folder"
            )
        self.reload()

    def _is_path(self, data):
        return isinstance(data, os.PathLike)

    def reload(self):
        if self.filename is not None:
            with open(self.filename, self._read_flags) as file:
                self.data = file.read()

    def __repr__(self):
        return f"<IPython.core.display.{type(self).__name__} object>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {self._mime: self.data, "text/plain": repr(self)}, (
            {self._mime: self.metadata} if self.metadata else {}
        )


class TextDisplayObject(DisplayObject):
    pass


class Pretty(TextDisplayObject):
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.data}, {}


class HTML(TextDisplayObject):
    _mime = "text/html"

    def _repr_html_(self):
        return self.data

    def __html__(self):
        return self.data


class Markdown(TextDisplayObject):
    _mime = "text/markdown"

    def _repr_markdown_(self):
        return self.data


class Math(TextDisplayObject):
    _mime = "text/latex"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/latex": f"$\\displaystyle {self.data.strip('$')}$",
            "text/plain": repr(self),
        }, {}


class Latex(TextDisplayObject):
    _mime = "text/latex"


class SVG(DisplayObject):
    _mime = "image/svg+xml"

    def _is_path(self, data):
        return super()._is_path(data) or not str(data).lstrip().startswith("<")


class JSON(DisplayObject):
    _mime = "application/json"

    def reload(self):
        super().reload()
        if isinstance(self.data, str):
            self.data = json.loads(self.data)


class Javascript(TextDisplayObject):
    _mime = "application/javascript"


class Code(TextDisplayObject):
    def __init__(self, data=None, url=None, filename=None, language=None):
        self.language = language
        super().__init__(data, url, filename)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/markdown": f"```{self.language or ''}\n{self.data}\n```",
            "text/plain": self.data,
        }, {}


class Image(DisplayObject):
    """A picture: bytes, a file of the folder."""

    _read_flags = "rb"

    def __init__(self, data=None, url=None, filename=None, format=None, embed=None, width=None, height=None, retina=False,
                 unconfined=False, metadata=None, alt=None):  # fmt: skip
        # A name of a file may come as `url` too, as long as it is no address.
        if url is not None and "://" not in url:
            filename, url = url, None
        name = filename or (data if isinstance(data, str) else "")
        self.format = (format or os.path.splitext(str(name))[1].lstrip(".") or "png").lower()
        self.width, self.height, self.alt = width, height, alt
        super().__init__(data, url, filename, metadata)
        self._mime = {"jpg": "image/jpeg"}.get(self.format) or mimetypes.types_map.get(
            f".{self.format}", f"image/{self.format}"
        )

    def _is_path(self, data):
        return True

    def _repr_mimebundle_(self, include=None, exclude=None):
        content = self.data
        if isinstance(content, bytes):
            content = (
                base64.b64encode(content).decode("ascii")
                if self._mime != "image/svg+xml"
                else content.decode()
            )
        details = {
            key: value
            for key, value in (("width", self.width), ("height", self.height), ("alt", self.alt))
            if value
        }
        return {self._mime: content, "text/plain": repr(self)}, (
            {self._mime: details} if details else {}
        )


class ProgressBar(DisplayObject):
    def __init__(self, total):
        self.total, self._progress, self._display_id = total, 0, uuid.uuid4().hex

    def __repr__(self):
        filled = int(self._progress / self.total * 60) if self.total else 0
        return f"[{'=' * filled}{' ' * (60 - filled)}] {self._progress}/{self.total}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        html = (
            f"<progress style='width:60ex' max='{self.total}' value='{self._progress}'></progress>"
        )
        return {"text/html": html, "text/plain": repr(self)}, {}

    def display(self):
        display(self, display_id=self._display_id)

    def update(self):
        update_display(self, display_id=self._display_id)

    @property
    def progress(self):
        return self._progress

    @progress.setter
    def progress(self, value):
        self._progress = value
        self.update()

    def __iter__(self):
        self.display()
        for self.progress in range(self.total):
            yield self.progress
        self.progress = self.total


def _shortcut(kind):
    def show(*objs, **options):
        for obj in objs:
            display(kind(obj), **options)

    return show


display_html, display_markdown, display_svg = _shortcut(HTML), _shortcut(Markdown), _shortcut(SVG)
display_json, display_pretty, display_png = _shortcut(JSON), _shortcut(Pretty), _shortcut(Image)
