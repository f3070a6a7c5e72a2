"""Tell a page that asks for a browser or a person from one that holds something to read.

Marks are of three kinds, from sure to general: what a service says of its own answer (headers; scripts and titles of
interstitials alone, for such services also put scripts into the pages that they let through), and, on a page next to
nothing can be read on, a captcha, a demand, or a script that sets a cookie and loads the page again. A page with news
has text, and times: it may speak of captchas as much as it likes.
"""

import re

import httpx

GLANCE = 64_000  # characters: pages that ask for a browser or a person are shorter
NEXT_TO_NOTHING = 600  # characters of visible text; the longest of such pages explain themselves in a paragraph or two
RELOADS = 200  # characters on a page that only loads itself again
REFUSALS = (401, 403, 405, 429, 503)  # statuses of an interstitial

# Header -> what it holds where the answer is a challenge, whatever its status.
_SAID = {
    "cf-mitigated": re.compile("challenge", re.IGNORECASE),
    "x-amzn-waf-action": re.compile("challenge|captcha", re.IGNORECASE),
    "x-vercel-mitigated": re.compile("challenge", re.IGNORECASE),
    "x-datadome-response": re.compile("40[13]"),
}
# The same, where they stand beside good pages too: with the status of a refusal.
_SAID_REFUSING = {
    "x-datadome": re.compile("."),
    "x-dd-b": re.compile("."),
    "x-sucuri-block": re.compile("."),
}
_TITLE = re.compile(
    r"<title\b[^<>]{0,200}>\s{0,200}(?:Just a moment\.\.\.|DDoS-Guard"
    r"|(?:Attention Required!|Please Wait\.\.\.) \| Cloudflare"
    r"|Access denied \| [^<]{1,80} used Cloudflare to restrict access|Vercel Security Checkpoint"
    r"|Pardon Our Interruption(?:\.\.\.)?|Making sure you[^<]{1,7}re not a bot!|You are being redirected\.\.\."
    r"|(?:Human|Bot|Browser) Verification|Robot Check|Client Challenge|Radware Captcha Page"
    r"|Sucuri WebSite Firewall[^<]{0,80}"
    r"|One moment, please\.\.\.|Checking your browser(?: before accessing[^<]{0,80})?|Security Check(?:point)?"
    r"|Are you (?:a robot|human)\?)\s{0,200}</title",
    re.IGNORECASE,
)
_SCRIPTS = re.compile(
    r"\bgeo\.captcha-delivery\.com\b|\bIncapsula incident ID\b|_Incapsula_Resource\?[^\"'>]{0,200}\bincident_id="
    r"|\bid=[\"']px-captcha\b|/\.well-known/sgcaptcha/|\bgokuProps\b|\b_cf_chl_opt\b|\bcf-browser-verification\b"
    r"|\bid=[\"']challenge-form\b|/\.well-known/ddos-guard/|/\.within\.website/x/cmd/anubis/",
    re.IGNORECASE,
)
_CAPTCHA = re.compile(
    r"\b(?:class|id)=[\"']?[^\"'<>=]{0,100}\b(?:g-recaptcha|h-captcha|cf-turnstile|frc-captcha|geetest_|smart-captcha)"
    r"|<(?:form|input|iframe|img)\b[^<>]{0,500}captcha",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"enable (?:java ?script and cookies|cookies(?: and java ?script)?)\b"
    r"|(?:enable|requires|turn on) java ?script(?: in your browser)? to (?:continue|proceed|access|view th(?:is|e))\b"
    r"|(?:verify|verifying|confirm|prove|check(?:ing)?) (?:that )?(?:you are|you're|if you are) (?:a )?"
    r"(?:human|not a (?:ro)?bot)|not a robot|checking your browser|unusual (?:traffic|activity) (?:from|in)"
    r"|(?:press|click) (?:and|&amp;|&) hold|security (?:check|verification) (?:is )?(?:required|in progress)"
    r"|completing the (?:security check|captcha)",
    re.IGNORECASE,
)
_SETS = re.compile(r"\bdocument\s*\.\s*cookie\s*=|\bcookieStore\s*\.\s*set\b", re.IGNORECASE)
_AGAIN = re.compile(
    r"\blocation\s*\.\s*(?:reload|replace|assign)\s*\(|\blocation(?:\s*\.\s*href)?\s*=[^=]|\.submit\s*\("
    r"|<meta\b[^>]{0,200}\bhttp-equiv\s*=\s*[\"']?refresh\b",
    re.IGNORECASE,
)
# What one of the patterns above needs: looked for first, as it takes a hundredth of their time.
_OF_SCRIPTS = (
    "captcha",
    "incident",
    "gokuprops",
    "_cf_chl_opt",
    "cf-browser-ver",
    "challenge-form",
    "ddos-guard/",
    "anubis/",
)
_OF_DEMANDS = (
    "captcha", "turnstile", "geetest", "enable", "requires java", "turn on java", "human", "robot", "not a bot",
    "checking your", "unusual", " hold", "security", "completing", "cookie",
)  # fmt: skip
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|head|svg)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<[^<>]*>")  # as every pattern here: no text makes it slow
_TIME = re.compile(r"(?<![\d:.])[0-2]?\d[:.][0-5]\d(?![\d:.])")


def is_challenge(answer: httpx.Response, text: str) -> bool:
    """Whether an answer asks for a browser or a person.

    Args:
        answer: its head.
        text: its page, as far as it was read; empty where it was not.
    """
    return _said(answer) or (len(text) <= GLANCE and _shown(text))


def _said(answer: httpx.Response) -> bool:
    headers, refusing = answer.headers, answer.status_code in REFUSALS
    return (
        any(mark.search(headers.get(name, "")) for name, mark in _SAID.items())
        or (refusing and any(mark.search(headers.get(name, "")) for name, mark in _SAID_REFUSING.items()))
        or (answer.status_code == 403 and headers.get("server", "").lower().startswith(("ddos-guard", "sucuri")))
    )


def _shown(text: str) -> bool:
    lower = text.lower()
    if _TITLE.match(lower, max(lower.find("<title"), 0)) or (_any(_OF_SCRIPTS, lower) and _SCRIPTS.search(lower)):
        return True
    if not _any(_OF_DEMANDS, lower):  # next to no page gets any further
        return False
    visible = " ".join(_TAG.sub(" ", _HIDDEN.sub(" ", lower)).split())
    if len(visible) > NEXT_TO_NOTHING or _TIME.search(visible):
        return False
    if _CAPTCHA.search(lower) or _DEMAND.search(visible):
        return True
    return len(visible) <= RELOADS and _SETS.search(lower) is not None and _AGAIN.search(lower) is not None


def _any(words: tuple[str, ...], text: str) -> bool:
    return any(word in text for word in words)
