"""`IPython.display`"""

from sandbox_kernel.cell_magics import captured as _captured
from sandbox_kernel.display import (
    HTML,
    JSON,
    SVG,
    Code,
    DisplayHandle,
    DisplayObject,
    Image,
    Javascript,
    Latex,
    Markdown,
    Math,
    Pretty,
    ProgressBar,
    TextDisplayObject,
    clear_output,
    display,
    display_html,
    display_json,
    display_markdown,
    display_png,
    display_pretty,
    display_svg,
    publish_display_data,
    update_display,
)

capture_output = _captured
__all__ = [name for name in dir() if not name.startswith("_")]
