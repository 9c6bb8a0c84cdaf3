"""What a browser sends of a form: every field as it stands, read from the page itself."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    """Collects the successful controls of each form (HTML, section 4.10.22.4)."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, list[str]]] = {}
        self._form: dict[str, list[str]] | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self.forms.setdefault(told.get("action", ""), {})
        elif self._form is None:
            return
        elif tag == "input" and "name" in told:
            kind = told.get("type", "text")
            if kind not in {"checkbox", "radio"} or "checked" in told:
                self._form.setdefault(told["name"], []).append(
                    told.get("value", "on" if kind == "checkbox" else "")
                )
        elif tag == "select":
            self._select = (told["name"], [])
        elif tag == "option" and self._select is not None:
            self._select[1].append((told.get("value", ""), "selected" in told))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None and self._form is not None:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [options[0][0]]
            self._form.setdefault(name, []).append(chosen[-1])
            self._select = None
        elif tag == "form":
            self._form = None


def form_of(text: str, action: str) -> dict[str, list[str]]:
    """Return the fields of the form that is sent to *action*, but for its token."""
    parser = _Forms()
    parser.feed(text)
    fields = dict(parser.forms[action])
    fields.pop("csrf_token", None)
    return fields
