"""What pydantic refuses -> where, what is wrong with it, and the cure."""

import difflib

from pydantic_core import ErrorDetails

from ticker.config.keys import File, keys
from ticker.config.words import EXAMPLES, ON_KEY, KeyPath, dotted
from ticker.config.written import Written

_UNKNOWN = "unexpected_keyword_argument"  # what pydantic calls an unknown key
_KINDS = {
    "string_type": "must be text, which a number or true needs quotes for",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "dict_type": "must be keys and values",
    "dataclass_type": "must be keys and values",
    "list_type": "must be a list",
}
_MEANT = {
    "interval": "every",
    "tz": "timezone",
    "zone": "timezone",
    "id": "name",
    "encoding": "charset",
    "css": "block",
    "title": "headline",
}


def mend(written: Written) -> None:
    """Blame each misspelt key at the top of the file, and go on as if it were right: what it holds is checked too."""
    top = list(dict.fromkeys(str(path[0]) for path, _ in keys(File)))
    for key in list(written.value) if isinstance(written.value, dict) else []:
        meant = next((name for name in top if key not in top and _is_slip(key, name)), None)
        if meant and meant not in written.value:
            written.blame((key, *ON_KEY), _unknown_key((key,)), {})
            written.rename(key, meant)


def _is_slip(key: str, name: str) -> bool:
    """Whether *key* is *name* but for capitals and one letter: left out, added, changed, or swapped with the next."""
    from rapidfuzz.distance import OSA  # here: a file without a slip is read without it

    return OSA.distance(key.lower(), name, score_cutoff=1) <= 1


def told(detail: ErrorDetails) -> tuple[KeyPath, str]:
    """Where it is that pydantic found an error, and what to say of it."""
    at = detail["loc"]
    if detail["type"] == _UNKNOWN:
        return (*at, *ON_KEY), _unknown_key(at)
    key = next((str(part) for part in reversed(at) if part in EXAMPLES), "sources")
    return at, _says(detail, f"write {key}: {EXAMPLES[key]}")


def _says(detail: ErrorDetails, cure: str) -> str:
    kind, got, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        return f"is required; {cure}"
    if got is None or got in ("", []):
        return f"is empty (a # begins a comment, unless it is in quotes); {cure}"
    if kind == "value_error":
        return str(context["error"])
    limit = {"greater_than_equal": f"at least {context.get('ge')}", "less_than_equal": f"at most {context.get('le')}"}
    says = f"must be {limit[kind]}" if kind in limit else _KINDS.get(kind, detail["msg"])
    return f"{says}{_shown(got)}; {cure}"


def _shown(got: object) -> str:
    """What was written, if it is brief: neither a page, nor a secret, nor a list of lists of lists."""
    if not isinstance(got, str | int | float):
        return ""
    shown = str(got).lower() if isinstance(got, bool) else repr(got)
    return f", not {shown}" if len(shown) <= 40 and "@" not in shown else ""


def _unknown_key(at: KeyPath) -> str:
    """Of a key that nobody knows: which was meant, or which there are."""
    key, around = str(at[-1]), tuple(0 if isinstance(part, int) else part for part in at[:-1])
    paths = [path for path, _ in keys(File)]
    here = list(dict.fromkeys(str(path[len(around)]) for path in paths if path[: len(around)] == around))
    word = key.lower().replace("-", "_")
    meant = [other for other in (word, _MEANT.get(word)) if other in here]
    if not meant and (elsewhere := [path for path in paths if path[-1] == word]):
        return f"unknown key here; did you mean {dotted(elsewhere[0]).replace('[0]', '[]')}?"
    if near := meant or difflib.get_close_matches(word, here, n=1):
        return f"unknown key; did you mean {near[0]}? Write {near[0]}: {EXAMPLES[near[0]]}"
    merge = "; YAML's merge key is not read, write the keys out" if key == "<<" else ""
    return f"unknown key{merge}; known here: {', '.join(here)}"
