"""Random XES documents, well-formed but written as awkwardly as XML allows, and ways to damage them."""

from __future__ import annotations

import random
from xml.sax.saxutils import escape

KEYS = ("org:resource", "lifecycle:transition", "cost", "k", "ключ", "a&b", "x y", "time:start", "n")
NAMES = (
    "a",
    "b",
    "登记 请求",
    "Wait - User",
    'say "hi"',
    "it's",
    "1 < 2 & 3 > 2",
    "naïve",
    "  spaced ",
    "tab\tand\nline",
)
_HEAD = (
    '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>',
    '<global scope="event"><string key="concept:name" value="x"/><int key="n" value="0"/></global>',
    '<global scope="trace"><string key="concept:name" value="x"/></global>',
    '<classifier name="Activity" keys="concept:name"/>',
    '<string key="creator" value="me"/>',
    '<list key="own"><values><int key="i" value="1"/></values></list>',
    '<float key="statistic" value="0.25"><float key="807" value="0.041"/><int value="3"/></float>',
    '<string value="without a key"/>',
)
DECLARATIONS = (
    "",
    '<?xml version="1.0"?>',
    '<?xml version="1.0" encoding="UTF-8" ?>',
    "<?xml version='1.0' encoding='utf-8' standalone=\"yes\"?>",
    "\ufeff",
    "\ufeff<?xml version='1.0'?>",
)
DATES = (
    "2024-02-29T23:59:59.999999Z",
    "2024-01-01T08:00:00.000+08:00",
    "2023-12-31T20:00:00-0500",
    "2024-01-01T00:00:00",
    "1948-05-06T07:08:09.1",
    "2024-01-01T00:00:00.1234567890+14:00",
    "2024-01-01T00:00:00.123456000-00:00",
    " 2000-02-29T00:00:00Z ",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
)
NUMBERS = ("0", "-0", "+07", " 12 ", "9223372036854775807", "-9223372036854775808", "000000000000000000000000001")
FLOATS = (
    *("1", "-0", "+1.5", ".5", "5.", "1e3", "1E-3", "3.777408E8", "0.1", "0.30000000000000004", "NaN", "INF", "-INF"),
    *("1.7976931348623157e308", "5e-324", "9007199254740993", "123456789012345678901234567890", "1e23", "0e999999999"),
    *(" 2.5 ", "0.000001234", "1e400", "4.35", "1.0e-7"),
)
BAD_DATES = (
    "2023-02-29T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01",
    "0000-12-31T23:00:00Z",
    "2024-01-01T00:00:00z",
)
BAD_NUMBERS = ("", "1.0", "9223372036854775808", "+", "1e3", "٣", "1 2", "0x1", "--1")
BAD_FLOATS = ("", ".", "1e", "inf", "+NaN", "1,5", "1.2.3", "e5", "infinity")
BAD_TRUTHS = ("", "yes", "2", "01", "truee")


class Writer:
    """Writes one document, deciding every freedom of XML by chance."""

    def __init__(self, seed: int, *, wrong: float = 0.0) -> None:
        """``wrong`` is how likely each value, key or element is one that has to be refused."""
        self.random = random.Random(seed)
        self.wrong = wrong
        self.line = self.random.choice(["\n", "\r\n", "\r", "", "\n\t\t"])

    def document(self) -> str:
        head = [part for part in _HEAD if self.random.random() < 0.4]
        if self.random.random() < 0.5:
            self.random.shuffle(head)
        namespace = self.random.choice(
            ["", ' xmlns="http://www.xes-standard.org/"', " xes.version='1.0'\n xes.features=''"]
        )
        traces = [self.trace(number) for number in range(self.random.randrange(6))]
        body = "".join(self.gap() + part for part in [*head, *traces])
        declaration = self.random.choice(DECLARATIONS)
        comment = self.random.choice(["", "<!-- generated <log> & more -->\n"])
        return f"{declaration}{comment}<log{namespace}>{body}{self.gap()}</log{self.space()}>{self.gap()}"

    def trace(self, number: int) -> str:
        inside = [self.attribute(number) for _ in range(self.random.randrange(3))]
        if self.random.random() < 0.9:
            name = f"c{number if self.random.random() < 0.9 else 0}"
            inside.insert(0, self.tag("string", "concept:name", name))
        inside += [self.event() for _ in range(self.random.randrange(5))]
        if self.random.random() < self.wrong:
            inside.append(self.tag("string", "late", "x"))
        return self.element("trace", inside)

    def event(self) -> str:
        inside = [self.attribute(place) for place in range(self.random.randrange(5))]
        if self.random.random() >= self.wrong / 2:
            inside.append(self.tag("string", "concept:name", self.random.choice(NAMES)))
        if self.random.random() < 0.8:
            inside.append(self.tag("date", "time:timestamp", self.random.choice(DATES)))
        self.random.shuffle(inside)
        return self.element("event", inside)

    def attribute(self, place: int, depth: int = 0) -> str:
        kind = self.random.choice(["string", "id", "date", "int", "float", "boolean", "list", "container"])
        # A key stands once in an element, and mostly in one kind.
        key = f"{self.random.choice(KEYS)}{place}{kind if self.random.random() < 0.9 else ''}"
        if self.random.random() < self.wrong / 2:
            key = self.random.choice(["", " ", "\u3000", "k0string"])
        inside = []
        if depth < 3 and self.random.random() < (0.8 if kind in ("list", "container") else 0.1):
            inside = [self.attribute(place, depth + 1) for _ in range(self.random.randrange(3))]
        if kind in ("list", "container"):
            wrapped = [self.element("values", inside)] if self.random.random() < 0.5 else inside
            return self.tag(kind, key, None, wrapped)
        return self.tag(kind, key, self.value(kind), inside)

    def value(self, kind: str) -> str:
        bad = self.random.random() < self.wrong
        pick = self.random.choice
        if kind == "date":
            return pick(BAD_DATES if bad else DATES)
        if kind == "int":
            return pick(BAD_NUMBERS if bad else NUMBERS)
        if kind == "float":
            return (
                pick(BAD_FLOATS)
                if bad
                else pick(FLOATS)
                if self.random.random() < 0.7
                else repr(self.random.gauss(0, 9))
            )
        if kind == "boolean":
            return pick(BAD_TRUTHS if bad else ("true", "FALSE", "True", "0", "1", " 1 "))
        return (
            pick(NAMES)
            if self.random.random() < 0.9
            else "".join(map(chr, self.random.choices(range(0x20, 0x3000), k=9)))
        )

    def tag(self, kind: str, key: str, value: str | None, inside: list[str] | None = None) -> str:
        parts = [self.xml_attribute("key", key)] + ([] if value is None else [self.xml_attribute("value", value)])
        if self.random.random() < 0.2:
            parts.reverse()
        if self.random.random() < self.wrong / 4:
            parts.append(self.random.choice(['unit="s"', 'key="again"', 'xml:lang="en"', "bare", 'value = "1"']))
        return self.element(kind, inside or [], "".join(parts))

    def xml_attribute(self, name: str, value: str) -> str:
        quote = self.random.choice("\"'")
        text = escape(value, {quote: "&quot;" if quote == '"' else "&apos;", "\n": "&#10;", "\r": "&#xD;"})
        if self.random.random() < 0.1:
            text = "".join(f"&#{ord(c)};" if self.random.random() < 0.5 else f"&#x{ord(c):X};" for c in value)
        elif self.random.random() < 0.05:
            text = text.replace(" ", self.random.choice(["\t", "\n", "\r\n", "\r"])).replace("&gt;", ">")
        equals = self.random.choice(["=", "=", "=", " = ", "\n="])
        return f"{self.space() or ' '}{name}{equals}{quote}{text}{quote}"

    def element(self, name: str, inside: list[str], attributes: str = "") -> str:
        if not inside and self.random.random() < 0.7:
            return f"<{name}{attributes}{self.space()}/>"
        body = "".join(self.gap() + part for part in inside)
        return f"<{name}{attributes}{self.space()}>{body}{self.gap()}</{name}{self.space()}>"

    def gap(self) -> str:
        """What may stand between elements."""
        if self.random.random() < self.wrong / 8:
            return self.random.choice(["text", "<![CDATA[ ]]>", "<?note?>", "&#32;", "<text/>", "\u3000", "]]>"])
        comment = "<!-- <event> \n - &no; -->" if self.random.random() < 0.03 else ""
        return self.line + comment

    def space(self) -> str:
        return self.random.choice(["", "", "", " ", "\n", "\t", "\r\n", "\r"])


def damaged(document: bytes, chance: random.Random) -> bytes:
    """The document with a few bytes changed, cut out, doubled or put in."""
    text = bytearray(document)
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        at = chance.randrange(len(text) + 1)
        size = chance.choice([1, 1, 2, 7])
        match chance.randrange(5):
            case 0:
                text[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del text[at : at + size]
            case 2:
                text[at:at] = text[at : at + size]
            case 3:
                piece = chance.choice(
                    [
                        b"<",
                        b">",
                        b"&",
                        b'"',
                        b"'",
                        b"/",
                        b"--",
                        b"]]>",
                        b"\0",
                        b"\xff",
                        b"\xc3",
                        b"\r",
                        b" ",
                        b"=",
                        b"\xe3\x80\x80",
                        b"&#0;",
                        b"&#x110000;",
                        b"\xef\xbf\xbf",
                        b"<event>",
                        b"</event>",
                        b"1",
                    ]
                )
                text[at:at] = piece
            case _:
                del text[at:]
    return bytes(text)
