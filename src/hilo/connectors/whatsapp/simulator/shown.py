"""What a simulated phone shows of a message of ours."""

from typing import Any

from hilo.connectors.whatsapp.simulator import samples

Body = dict[str, Any]


def read(kind: str, said: Any) -> tuple[str, list[tuple[str, str]]]:
    """Return its text and what can be tapped."""
    match kind:
        case "text":
            return str(said["body"]), []
        case "location":
            return str(said.get("name") or f"{said['latitude']}, {said['longitude']}"), []
        case "contacts":
            return ", ".join(str(each["name"]["formatted_name"]) for each in said), []
        case "template":
            return _filled(said)
        case "interactive":
            action = said["action"]
            rows = [row for each in action.get("sections", []) for row in each["rows"]]
            taps = [each["reply"] for each in action.get("buttons", [])] + rows
            return str(said["body"]["text"]), [(each["id"], each["title"]) for each in taps]
        case _:
            return str(said.get("caption") or said.get("filename") or ""), []


def _filled(said: Body) -> tuple[str, list[tuple[str, str]]]:
    template = samples.find(said["name"], said["language"]["code"]) or {"components": []}
    lines, taps = [], []
    for part in template["components"]:
        text = str(part.get("text", ""))
        for given in said.get("components", []):
            if given["type"].upper() == part["type"]:
                for n, each in enumerate(given.get("parameters", []), 1):
                    name = str(each.get("parameter_name") or n)
                    text = text.replace("{{" + name + "}}", str(each.get("text", "")))
        lines += [text] if text else []
        taps += [
            (each["text"], each["text"])
            for each in part.get("buttons", [])
            if each["type"] == "QUICK_REPLY"
        ]
    return "\n".join(lines), taps
