# SPDX-License-Identifier: BSL-1.0
"""What a public header declares and which functions a file defines. No parser of C++: it reads what include/wali/ and
src/ are written in, and refuses the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CLOSING = {"(": ")", "[": "]", "{": "}"}
REQUIRES_EXPRESSION = re.compile(r"\brequires\s*(?:\((?:[^()]|\([^()]*\))*\))?\s*$")  # before its brace


class Unreadable(Exception):
    """A declaration that this reader does not know; the message names file, line and text."""


@dataclass(frozen=True)
class Declaration:
    scope: tuple[str, ...]  # namespaces and classes around it, the outermost first
    name: str
    line: int
    documented: bool  # a comment of /// or ///< goes with it
    in_class: bool
    elsewhere: bool  # what it names is defined elsewhere: a using declaration, a class without its body
    comment: str  # the text of that comment
    parameters: int | None  # how many a function has
    is_class: bool  # a class, struct or union with its body


@dataclass(frozen=True)
class Definition:
    """A function with its body, public or not."""

    scope: tuple[str, ...]  # with the class that its name is qualified by
    name: str
    parameters: int
    line: int
    body: str  # without comments and literals


def read(path: Path) -> list[Declaration]:
    """The declarations at namespace scope and the public members of classes; nothing of namespaces named detail."""
    return read_all(path)[0]


def read_all(path: Path) -> tuple[list[Declaration], list[Definition], dict[tuple[str, ...], str]]:
    """The same, all functions that have their bodies in the file, and the comments of its namespaces and classes."""
    text = path.read_text(encoding="utf-8")
    reader = _Reader(path, _blank(text), _comments(text))
    found = reader.scope((), 0, None)[0]
    scopes = dict(reader.namespaces)
    for declaration in found:
        scopes.setdefault((*declaration.scope, declaration.name), declaration.comment)
    return found, reader.definitions, scopes


def _comments(text: str) -> dict[int, str]:
    """The lines that follow a /// comment, with its text, and those that follow them without an empty line: one comment
    may stand for the declarations of a group."""
    lines, comments, group = text.split("\n"), {}, []
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if stripped.startswith("///"):
            group = [*(group if number - 1 not in comments else []), stripped[3:].strip()]
        elif not stripped or stripped.startswith("//"):
            group = group if stripped else []
        elif stripped in ("public:", "protected:", "private:"):
            group = []
        if "///<" in line:
            comments[number] = line[line.index("///<") + 4:].strip()
        elif group and not stripped.startswith("///"):
            comments[number] = " ".join(group)
    return comments


def _blank(text: str) -> str:
    """The text with comments, literals and preprocessor lines as blanks, so that positions stay."""
    pattern = r'//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|^[ \t]*#(?:\\\n|[^\n])*'
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.MULTILINE)


class _Reader:
    def __init__(self, path: Path, text: str, comments: dict[int, str]) -> None:
        self.path, self.text, self.comments = path, text, comments
        self.definitions: list[Definition] = []
        self.namespaces: dict[tuple[str, ...], str] = {}

    def scope(self, names: tuple[str, ...], start: int, kind: str | None) -> tuple[list[Declaration], int]:
        """The declarations of the namespace (kind None) or class (kind "class" or "struct") whose text begins at
        `start`, and the position of what closes it."""
        found: list[Declaration] = []
        public = kind != "class"
        at = start
        while True:
            at = self._skip_space(at)
            if at >= len(self.text) or self.text[at] == "}":
                return found, at
            if label := re.compile(r"(public|private|protected)\s*:").match(self.text, at):
                public, at = label[1] == "public", label.end()
                continue
            if space := re.compile(r"(?:WALI_EXPORT\s+)?(?:inline\s+)?namespace\s+([\w:]*)\s*\{").match(self.text, at):
                within = tuple(filter(None, space[1].split("::")))
                if comment := self.comments.get(self._line(at)):
                    self.namespaces[names + within] = self.namespaces.get(names + within, "") + " " + comment
                inner, end = self.scope(names + within, space.end(), None)
                if "detail" not in within:
                    found += inner
                at = end + 1
                continue
            head, end, body = self._declaration(at)
            named = self._name(head, at, names, kind)
            line = self._line(at)
            signature = _signature(head)
            if body is not None and signature and _is_function(head):
                self.definitions.append(
                    Definition((*names, *signature[0]), signature[1], signature[2], line, self.text[body:end]))
            if public and named:
                last = self._line(end) if body is None else line
                comment = next((self.comments[at] for at in range(line, last + 1) if at in self.comments), None)
                elsewhere = body is None and re.match(r"(using [\w:]+$|(class|struct|union|enum)\b)", _plain(head))
                record = re.match(r"(class|struct|union)\b", _plain(head)) if body is not None else None
                found.append(Declaration(names, named, line, comment is not None, kind is not None, bool(elsewhere),
                                         comment or "", signature[2] if signature else None, record is not None))
                if record:
                    found += self.scope((*names, named), body + 1, "class" if record[1] == "class" else "struct")[0]
            at = end

    def _declaration(self, start: int) -> tuple[str, int, int | None]:
        """The text up to the body or the end, where the declaration ends, and where its body begins."""
        at, body = start, None
        while at < len(self.text):
            char = self.text[at]
            if char == ";":
                return self.text[start:body or at], at + 1, body
            if char in CLOSING:
                end = self._closing(at)
                if char == "{" and not REQUIRES_EXPRESSION.search(self.text[start:at]):
                    body = body if body is not None else at
                    after = self._skip_space(end + 1)
                    if _is_function(self.text[start:body]) and self.text[after:after + 1] not in (",", "{"):
                        return self.text[start:body], end + 1, body
                at = end
            at += 1
        raise self._unreadable(start)

    def _closing(self, at: int) -> int:
        depth, opening, closing = 0, self.text[at], CLOSING[self.text[at]]
        for end in range(at, len(self.text)):
            depth += (self.text[end] == opening) - (self.text[end] == closing)
            if depth == 0:
                return end
        raise self._unreadable(at)

    def _name(self, head: str, at: int, names: tuple[str, ...], kind: str | None) -> str | None:
        """What is declared; None for what has no name of its own here."""
        if re.match(r"\s*template\s*<\s*>", head):
            return None  # a specialization
        plain = _plain(head)
        if re.match(r"(static_assert|friend|using namespace|asm)\b", plain):
            return None
        if re.match(r"(?:class|struct|union|enum class|enum) (?:\w+::)+", plain):
            return None  # declared in its class
        for pattern in (r"using (\w+) =", r"using (?:\w+::)*(\w+)$", r"using [\w:]+::(operator.+)$", r"concept (\w+) =",
                        r"(?:class|struct|union|enum class|enum) (?:[A-Z_]+ )?(\w+)\b"):
            if found := re.match(pattern, plain):
                return found[1]
        before = re.split(r"=(?!=)", plain)[0] if "operator" not in plain else plain
        if found := re.search(r"(\w+::)?(operator\s*(?:\(\)|[^\s\w(]+|\w[\w:<>*& ]*)|~?\w+)\s*\(", before):
            if found[1]:
                return None  # defined here, declared in its class
            name = found[2].replace(" ", "") if re.match(r"operator\W", found[2]) else found[2]
            own = kind is not None and name.lstrip("~") == names[-1]
            special = own and re.search(r"=\s*(default|delete)$|^~", plain)
            return None if special or name.startswith("~") else name
        if found := re.search(r"(\w+)\s*(?:\[[^]]*\])?\s*(?::\s*\d+)?$", before.strip()):
            return found[1]
        raise self._unreadable(at)

    def _skip_space(self, at: int) -> int:
        while at < len(self.text) and self.text[at] in " \t\n;":
            at += 1
        return at

    def _line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def _unreadable(self, at: int) -> Unreadable:
        text = " ".join(self.text[at:at + 80].split())
        return Unreadable(f"{self.path}:{self._line(at)}: cannot tell what this declares: {text}")


def _plain(head: str) -> str:
    """A declaration without what may stand before it: template parameters, constraints, attributes."""
    head = " ".join(re.sub(r"\[\[.*?\]\]", " ", head, flags=re.DOTALL).split())
    while True:
        if head.startswith("template"):
            head = head[_angle_end(head, head.index("<")):].lstrip()
        elif constraint := re.match(r"requires\s*(?:requires\s*)?\(", head):
            end = _balanced_end(head, constraint.end() - 1)
            rest = head[end:].lstrip()
            head = rest[_balanced_end(rest, 0):].lstrip() if rest.startswith("{") else rest
        elif constraint := re.match(r"requires [\w:]+(<)?", head):
            head = head[_angle_end(head, constraint.end() - 1) if constraint[1] else constraint.end():].lstrip()
        elif connective := re.match(r"(&&|\|\|)\s*", head):
            head = "requires " + head[connective.end():]
        else:
            return head


def _signature(head: str) -> tuple[tuple[str, ...], str, int] | None:
    """Of a function: what its name is qualified by, its name, and how many parameters it has."""
    plain = _plain(head)
    found = re.search(r"((?:\w+::)*)(operator\s*(?:\(\)|[^\s\w(]+|\w[\w:<>*& ]*)|~?\w+)\s*\(", plain)
    if not found or re.match(r"(using|class|struct|union|enum|static_assert)\b", plain):
        return None
    inside = plain[found.end():_balanced_end(plain, found.end() - 1) - 1]
    while (nested := re.sub(r"\([^()]*\)|\{[^{}]*\}|\[[^][]*\]|<[^<>]*>", "", inside)) != inside:
        inside = nested
    count = inside.count(",") + 1 if inside.strip() else 0
    return tuple(filter(None, found[1].split("::"))), found[2], count


def _angle_end(text: str, at: int) -> int:
    depth = 0
    for end in range(at, len(text)):
        if text[end] in "<>" and text[end - 1] not in "-=":
            depth += 1 if text[end] == "<" else -1
            if depth == 0:
                return end + 1
    return len(text)


def _balanced_end(text: str, at: int) -> int:
    depth, opening, closing = 0, text[at], CLOSING[text[at]]
    for end in range(at, len(text)):
        depth += (text[end] == opening) - (text[end] == closing)
        if depth == 0:
            return end + 1
    return len(text)


def _is_function(head: str) -> bool:
    """Whether the brace behind `head` opens a function's body."""
    plain = _plain(head)
    if re.match(r"(class|struct|union|enum)\b", plain) or re.search(r"=\s*$", plain):
        return False
    return "(" in plain and not re.match(r"(inline |static |constexpr |const )*[\w:<>, ]+ \w+$", plain)
