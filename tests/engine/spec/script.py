# SPDX-License-Identifier: BSL-1.0
"""Reads WebAssembly's own tests as Mozilla's source package has them: each script a file of JavaScript calls.

commands(text) gives them as ("instantiate", name, module), ("register", name, as), ("return", action, values),
("trap", action, text), ("exhaustion", action, text), ("exception", action), ("invalid", module, text),
("malformed", module, text), ("unlinkable", module, text), ("invoke", action), each with the line of the original in
front. An action is ("invoke", name, field, values), ("get", name, field) or ("instantiate", module). A value is
(type, bits, mask): what it must be after `mask`; a reference is ("null", 0, 0), ("function", 0, 0) or
("external", number, 0), a NaN of any width ("canonical", 0, 0) or ("arithmetic", 0, 0).
"""
import re
import struct

TOKEN = re.compile(r"""
    (?P<space>\s+|/\*.*?\*/) | //(?P<comment>[^\n]*) | `(?P<template>(?:[^`\\]|\\.)*)` | "(?P<text>(?:[^"\\]|\\.)*)"
    | '(?P<single>(?:[^'\\]|\\.)*)' | (?P<number>0x[0-9a-fA-F]+n?|[0-9][0-9.]*(?:e[+-]?[0-9]+)?n?)
    | (?P<name>[A-Za-z_$][A-Za-z_$0-9]*) | (?P<sign>=>|[-()\[\]{},;=.!?:])""", re.X | re.S)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
NAN = {"f32": (0x7FC00000, 0x7FFFFFFF, 0x7FC00000), "f64": (0x7FF8 << 48, (1 << 63) - 1, 0x7FF8 << 48)}
WIDTH = {"i32": 32, "i64": 64, "f32": 32, "f64": 64, "v128": 128}


class BigInt(int):
    """An i64, where the type is not said."""


class Unknown(Exception):
    """What this reader does not know."""


def unescape(text):
    def character(match):
        code = match.group(1) or match.group(2) or match.group(3)
        return chr(int(code, 16)) if code else ESCAPES.get(match.group(4), match.group(4))
    return re.sub(r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|(.))", character, text, flags=re.S)


def tokens(text):
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise Unknown(f"character {text[at]!r}")
        at = match.end()
        kind, value = match.lastgroup, match.group(match.lastgroup)
        if kind in ("template", "text", "single"):
            yield "text", unescape(value)
        elif kind != "space":
            yield kind, value
    yield "end", ""


def exact(kind, bits):
    mask = (1 << WIDTH[kind]) - 1
    return kind, bits & mask, mask


def number(kind, value):
    if kind in ("externref", "anyfunc", "funcref"):
        return "null", 0, 0
    if kind in ("i32", "i64"):
        return exact(kind, int(value))
    form = "<f" if kind == "f32" else "<d"
    try:
        packed = struct.pack(form, value)
    except OverflowError:
        packed = struct.pack(form, float("inf") if value > 0 else float("-inf"))
    return exact(kind, int.from_bytes(packed, "little"))


def lanes(kind, values):
    """A vector of lanes, each (bits, mask)."""
    width = WIDTH[kind]
    joined = [sum(lane[part] << width * i for i, lane in enumerate(values)) for part in (0, 1)]
    return "v128", joined[0], joined[1]


def pattern(kind, value):
    if value in ("canonical_nan", "arithmetic_nan"):
        bits, canonical, arithmetic = NAN[kind]
        return kind, bits, canonical if value == "canonical_nan" else arithmetic
    return value


def shape(kind):
    def make(values):
        return lanes(kind, [exact(kind, int(v))[1:] if kind[0] == "i" else number(kind, v)[1:] for v in values])
    return make


def small_lanes(width):
    def make(values):
        mask = (1 << width) - 1
        joined = sum((int(v) & mask) << width * i for i, v in enumerate(values))
        return exact("v128", joined)
    return make


def float_pattern(kind):
    return lambda *values: lanes(kind, [pattern(kind, v)[1:] for v in values])


def typed(value):
    """A value whose type JavaScript does not say: of null and a NaN the function knows it."""
    if value is None or isinstance(value, str):
        return {None: "null", "canonical_nan": "canonical", "arithmetic_nan": "arithmetic"}[value], 0, 0
    if isinstance(value, BigInt):
        return exact("i64", value)
    return exact("i32", value) if isinstance(value, int) else value


FUNCTIONS = {
    "value": number,
    "bytes": lambda kind, values: exact(kind, int.from_bytes(bytes(values), "little")),
    "i8x16": small_lanes(8), "i16x8": small_lanes(16), "i32x4": small_lanes(32), "i64x2": small_lanes(64),
    "f32x4": shape("f32"), "f64x2": shape("f64"),
    "F32x4Pattern": float_pattern("f32"), "F64x2Pattern": float_pattern("f64"),
    "externref": lambda n: ("external", n, 0), "ExternRefResult": lambda n: ("external", n, 0),
    "RefWithType": lambda kind: ("function" if kind == "funcref" else "external", 0, 0),
    "instantiate": lambda module, *_: ("instantiate", module),
    "invoke": lambda name, field, values: ("invoke", name, field, [typed(v) for v in values]),
    "get": lambda name, field: ("get", name, field),
    "register": lambda name, alias: ("register", name, alias),
    "assert_return": lambda action, values: ("return", action, [typed(v) for v in values]),
    "assert_trap": lambda action, text: ("trap", action, text),
    "assert_exhaustion": lambda action, text: ("exhaustion", action, text),
    "assert_exception": lambda action, *_: ("exception", action),
    "assert_invalid": lambda action, text: ("invalid", action[1], text),
    "assert_malformed": lambda action, text: ("malformed", action[1], text),
    "assert_unlinkable": lambda action, text: ("unlinkable", action[1], text),
}
FEATURES = {"wasmSimdEnabled": True, "wasmMultiMemoryEnabled": False}
CONSTANTS = {"null": None, "Infinity": float("inf"), "NaN": float("nan"), "true": 1, "false": 0,
             "undefined": None}


class Reader:
    def __init__(self, text):
        self.tokens = list(tokens(text))
        self.at = 0
        self.line = "?"
        self.skip_comments()

    def skip_comments(self):
        while self.tokens[self.at][0] == "comment":
            found = re.search(r"\.wast:\d+", self.tokens[self.at][1])
            self.line = found.group().lstrip(".wast:") if found else self.line
            self.at += 1

    def next(self, expected=None):
        kind, value = self.tokens[self.at]
        if expected is not None and (kind == "text" or value != expected):
            raise Unknown(f"{value!r} where {expected!r} should be")
        self.at += 1
        self.skip_comments()
        return kind, value

    def peek(self, value):
        return self.tokens[self.at][0] != "text" and self.tokens[self.at][1] == value

    def list(self, end):
        values = []
        while not self.peek(end):
            values.append(self.expression())
            if not self.peek(end):
                self.next(",")
        self.next(end)
        return values

    def expression(self):
        kind, value = self.next()
        if kind == "text":
            return value
        if kind == "number":
            if value.endswith("n"):
                return BigInt(value[:-1], 0)
            if value.startswith("0x"):
                return int(value, 0)
            return float(value) if re.search(r"[.e]", value) else int(value)
        if value == "-":
            operand = self.expression()
            if isinstance(operand, BigInt):
                return BigInt(-operand)
            return -float(operand) if operand == 0 else -operand
        if value == "[":
            return self.list("]")
        if value == "(":  # () => expression
            self.next(")")
            self.next("=>")
            return self.expression()
        if kind != "name":
            raise Unknown(f"{value!r}")
        if value == "new":
            return self.expression()
        if not self.peek("("):
            return CONSTANTS[value] if value in CONSTANTS else value  # the name of an instance
        self.next("(")
        arguments = self.list(")")
        if value not in FUNCTIONS:
            raise Unknown(f"{value}()")
        return FUNCTIONS[value](*arguments)

    def condition(self):
        """if (wasmMultiMemoryEnabled()) or its opposite: whether what follows is for an engine like ours."""
        self.next("if")
        self.next("(")
        wanted = True
        if self.peek("!"):
            self.next()
            wanted = False
        feature = self.next()[1]
        self.next("(")
        self.next(")")
        self.next(")")
        return FEATURES[feature] == wanted

    def commands(self):
        while self.tokens[self.at][0] != "end" and not self.peek("}"):
            line = self.line
            if self.peek("if"):
                wanted = self.condition()
                self.next("{")
                inner = list(self.commands())
                self.next("}")
                yield from inner if wanted else ()
                continue
            name = None
            if self.peek("let"):
                self.next()
            if self.tokens[self.at][0] == "name" and self.tokens[self.at + 1] == ("sign", "="):
                name = self.next()[1]
                self.next("=")
            value = self.expression()
            if self.peek(";"):
                self.next()
            if isinstance(value, str):
                yield line, "alias", name, value
            elif value[0] == "instantiate":
                yield line, "instantiate", name, value[1]
            elif value[0] in ("invoke", "get"):
                yield line, "invoke", value
            else:
                yield (line, *value)


def commands(text):
    return list(Reader(text).commands())
