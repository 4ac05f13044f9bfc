"""How mail programs mark quotes and signatures in HTML. Data only; read by `clean` and `markup`."""

from typing import Final

TAGS: Final = ("div", "blockquote", "span", "p", "table", "hr", "pre", "section", "a", "td", "font")

# The whole element is a quote.
QUOTE_CLASSES: Final = frozenset(
    {
        "gmail_quote",
        "gmail_extra",
        "yahoo_quoted",
        "protonmail_quote",
        "zmail_extra",
        "tutanota_quote",
        "moz-forward-container",
        "ymail_android_signature_quote",
        "x_gmail_quote",
        "quote",
        "_stripped_quote",
        "freebirdFormQuote",
        "wps_quotion",
        "ntes_not_fresh_quote",
        "mailspring-quote",
        "spark_quote",
        "front-blockquote",
    }
)
QUOTE_IDS: Final = frozenset(
    {
        "yahoo_quoted",
        "isReplyContent",
        "isForwardContent",
        "zmail_quote",
        "qtdSeparateBR",
        "oriMsgHtmlSeperator",
    }
)
# The quote begins here and takes everything that follows.
BREAK_CLASSES: Final = frozenset({"OutlookMessageHeader", "mail_quote_header"})
BREAK_IDS: Final = frozenset(
    {
        "divRplyFwdMsg",
        "x_divRplyFwdMsg",
        "appendonsend",
        "stopSpelling",
        "mail-editor-reference-message-container",
        "reply-intro",
        "OLK_SRC_BODY_SECTION",
        "ms-outlook-mobile-body-separator-line",
    }
)
# Introduces the quote that follows.
INTRO_CLASSES: Final = frozenset(
    {"gmail_attr", "moz-cite-prefix", "x_moz-cite-prefix", "moz-email-headers-table"}
)
SIGNATURE_CLASSES: Final = frozenset(
    {
        "gmail_signature",
        "gmail_signature_prefix",
        "moz-signature",
        "x_gmail_signature",
        "ymail_android_signature",
        "protonmail_signature_block",
    }
)
SIGNATURE_IDS: Final = frozenset(
    {
        "AppleMailSignature",
        "ms-outlook-mobile-signature",
        "Signature",
        "x_Signature",
        "lineBreakAtBeginningOfSignature",
    }
)
CLASSES: Final = QUOTE_CLASSES | BREAK_CLASSES | INTRO_CLASSES | SIGNATURE_CLASSES
IDS: Final = QUOTE_IDS | BREAK_IDS | SIGNATURE_IDS
# If none of these words occurs in the cleaned HTML there is nothing to cut.
HINTS: Final = (*CLASSES, *IDS, "<blockquote", "border-top:")
