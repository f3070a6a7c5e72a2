"""Fill the templates: one jinja2 environment per language, so that `_` and {% trans %} need no argument; in Arabic one
per calendar too, for months have several names.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from ticker.serve.calendar import months
from ticker.serve.texts import LANGUAGES, Texts, texts_of

OPTIONS = {"trim_blocks": True, "lstrip_blocks": True}  # tools/texts.py reads the templates with the same


class Templates:
    """The templates, and what all of them know.

    Args:
        everywhere: values that every template has, beside `texts`: the words of its language.
    """

    def __init__(self, everywhere: Mapping[str, object]) -> None:
        self._everywhere = everywhere
        self._environments = {(language, ""): _environment(texts_of(language), everywhere) for language in LANGUAGES}

    def render(self, template: str, texts: Texts, **values: object) -> str:
        """The page, in the language of *texts*; where it has a `zone`, with the months of that place throughout."""
        return self._environment(texts, values.get("zone")).get_template(template).render(**values)

    def _environment(self, texts: Texts, zone: object) -> Environment:
        if not isinstance(zone, ZoneInfo) or texts.language == "en":
            return self._environments[texts.language, ""]
        names = "|".join(months(texts.language, zone))
        if (texts.language, names) not in self._environments:
            home = texts.at_home(zone)
            self._environments[texts.language, names] = _environment(home, self._everywhere)
        return self._environments[texts.language, names]


def _environment(texts: Texts, everywhere: Mapping[str, object]) -> Environment:
    made = Environment(
        loader=PackageLoader("ticker.serve"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        **OPTIONS,  # type: ignore[arg-type]  # mypy takes each for any of the arguments
    )
    made.policies["ext.i18n.trimmed"] = True  # a sentence may be broken into lines
    made.globals |= {"texts": texts, **everywhere}
    made.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]  # i18n's
    return made
