"""No vendor's name outside the connectors: the product asks for features, never for a brand."""

import re
from pathlib import Path

from checks.source import files, text_of

# Names of companies whose services a channel, model, store or voice might speak to.
WORDS = """
airbnb amazon anthropic apple azure discord exotel facebook freshdesk gmail google gupshup icloud
infobip instagram intercom kakao linkedin mailchimp mailgun mastodon messagebird messenger
microsoft office365 ollama openai outlook paypal plivo postmark salesforce sendgrid shopify sinch
slack stripe telegram telnyx tiktok twilio twitter viber vonage wechat whatsapp yahoo yandex zalo
zendesk
"""
# Names that platforms gave to their own switches: no brand is meant.
SPARED = ("-apple-system", "apple-touch-icon", "apple-mobile-web-app")
_WORD = re.compile(r"(?<![a-z])(" + "|".join(WORDS.split()) + r")(?![a-z])")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_KINDS = (".py", ".sql", ".toml", ".json", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".svg")


def find(root: Path) -> list[str]:
    """Return each line that names a vendor, comments included."""
    return [
        f"{path.relative_to(root)}:{number}: {match.group(1)}"
        for folder in (root / "src" / "hilo", root / "clients")
        for path in files(folder, *_KINDS)
        if not _may_name(path.relative_to(root))
        for number, line in enumerate(text_of(path).splitlines(), 1)
        for match in _WORD.finditer(_plain(line))
    ]


def _may_name(path: Path) -> bool:
    # Lock files list what others wrote.
    return bool({"connectors", "sandbox"} & set(path.parts[:3])) or path.name == "package-lock.json"


def _plain(line: str) -> str:
    for spared in SPARED:
        line = line.replace(spared, "")
    return f"{line} {_HUMP.sub(' ', line)}".lower().replace("_", " ")
