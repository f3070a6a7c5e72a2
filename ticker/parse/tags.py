"""The numbers that the parser gives to elements: comparing them is cheaper than comparing names."""

from selectolax.lexbor import LexborHTMLParser

TEXT = 2  # the tag ids below are lexbor's own, the same for every document


def tag_ids(*names: str) -> frozenset[int]:
    """lexbor's numbers for these elements: comparing them is cheaper than comparing names."""
    ids = set()
    for name in names:
        element = LexborHTMLParser(f"<body><{name}></{name}></body>").css_first(name)
        if element is not None:
            ids.add(element.tag_id)
    return frozenset(ids)


LINK = tag_ids("a")
HEADINGS = tag_ids("h1", "h2", "h3", "h4", "h5", "h6")
RAW = tag_ids("script", "style", "template", "title", "textarea", "iframe", "noembed", "noframes", "xmp")
