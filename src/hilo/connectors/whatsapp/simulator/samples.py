"""The templates a simulated account has: one of each kind that matters."""

from typing import Any


def _template(name: str, language: str, status: str, *components: Any) -> dict[str, Any]:
    return {
        "name": name,
        "language": language,
        "status": status,
        "category": "MARKETING" if name.startswith("offer") else "UTILITY",
        "components": list(components),
        "id": f"{name}.{language}",
    }


def _body(text: str, *examples: str) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "BODY", "text": text}
    return part | ({"example": {"body_text": [list(examples)]}} if examples else {})


_LINK = {
    "type": "BUTTONS",
    "buttons": [{"type": "URL", "text": "Track", "url": "https://shop.example/t/{{1}}"}],
}
TEMPLATES: list[dict[str, Any]] = [
    _template(
        "order_update",
        "en",
        "APPROVED",
        _body("Hello {{1}}, your order {{2}} has left. Reply here with any question.", "Ana", "71"),
        {"type": "FOOTER", "text": "Casa Faro"},
    ),
    _template(
        "order_update",
        "es",
        "APPROVED",
        _body(
            "Hola, {{1}}: su pedido {{2}} ya ha salido. Responda aquí si tiene dudas.", "Ana", "71"
        ),
        {"type": "FOOTER", "text": "Casa Faro"},
    ),
    _template(
        "order_update",
        "pt_BR",
        "APPROVED",
        _body("Olá, {{1}}: seu pedido {{2}} já saiu. Responda aqui se tiver dúvidas.", "Ana", "71"),
        {"type": "FOOTER", "text": "Casa Faro"},
    ),
    _template(
        "receipt",
        "en",
        "APPROVED",
        {"type": "HEADER", "format": "DOCUMENT"},
        _body("Here is the receipt of your purchase. Thank you."),
        _LINK,
    ),
    _template(
        "visit_reminder",
        "en",
        "APPROVED",
        {"type": "HEADER", "format": "TEXT", "text": "See you {{1}}"},
        {
            "type": "BODY",
            "text": "{{first_name}}, we expect you in {{shop}}.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "first_name", "example": "Ana"},
                    {"param_name": "shop", "example": "Calle Mayor"},
                ]
            },
        },
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "I will come"},
                {"type": "QUICK_REPLY", "text": "Another day"},
            ],
        },
    ),
    _template("offer_of_the_week", "en", "APPROVED", _body("This week: oranges at half price.")),
    _template("offer_paused", "en", "PAUSED", _body("Too many people disliked this one.")),
    _template("welcome_back", "en", "REJECTED", _body("{{1}}{{2}}")),
]


def find(name: str, language: str) -> dict[str, Any] | None:
    """Return a template; None when there is none of that name and language."""
    for each in TEMPLATES:
        if each["name"] == name and each["language"] == language:
            return each
    return None
