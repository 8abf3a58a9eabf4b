"""Text inside of a script element of HTML, which `</script` and `<!--` change."""

import json
import re


def data_in_script(data: object) -> str:
    """Data as JSON that no text in it can end; the page reads the same data.

    Args:
        data: of the types that JSON has.
    """
    return json.dumps(data).replace("</", "<\\/").replace("<!--", "\\u003c!--")


def code_in_script(code: str) -> str:
    """A program of this project or of a package; no text of a user's is in it.

    Elsewhere than in a text, `</` may be code: only what would end the element is changed.
    """
    return re.sub("</(?=script)", r"<\\/", code, flags=re.IGNORECASE).replace(
        "<!--", "<\\!--"
    )
