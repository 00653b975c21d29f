#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs random WebAssembly modules with a runtime and compares each function's result with model.py's.

    random_modules.py [--functions N] [--seed S] [--keep FOLDER] [--only-write] RUNNER...

RUNNER is the command that runs a module given after it: walirun, or "node evaluate.mjs" to check model.py itself. A
module's functions work on 64 bytes of memory each, at constant, local and parameter addresses, with accesses of all
types that overlap. Each module has a seed of its own; a wrong one is named, and --keep keeps the file. The compiler and
the tier are the runtime's own choice: WALI_CC, WALI_TIER.
"""
import argparse
import os
import random
import struct
import subprocess
import sys
import tempfile

import model
from model import leb, mask, signed, signed_leb, WIDTH

PAGE = 65536
INPUT = 48  # bytes: three operands
INPUTS = 400  # of each operator, in the first module
REGION = 64  # bytes of memory that belong to a function
FIRST_REGION = 1024
FUNCTIONS_PER_MODULE = 500
HELPERS = 8  # functions that others call: a helper only lower ones, so that calls end
CHANGING = 4  # elements of the table, after those of the helpers, that instructions change
MULTIPLIER = 0x9E3779B97F4A7C15
OPERATORS_SEED = 0
END = 0xFFFFFFFF  # follows the numbers of the wrong functions

TYPE_CODE = {"i32": 0x7F, "i64": 0x7E, "f32": 0x7D, "f64": 0x7C, "v128": 0x7B}
# Types of functions, by number.
START_TYPE, FUNCTION_TYPE, WRITE_TYPE, FLOAT_TYPE, TAG_TYPE = range(5)
SIGNATURES = [((), ()), (("i32", "i64"), ("i64",)), (("i32", "i32", "i32"), ("i64",)),
              (("i32", "f64", "f32"), ("f64",)), (("i64",), ())]
IMPORTS = 1
GLOBALS = ["i64", "f64", "i32", "f32", "v128"]
INTERESTING = {
    "i32": [0, 1, 2, 7, 8, 31, 0x7F, 0x80, 0xFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF],
    "i64": [0, 1, 63, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, mask(64)],
    "f32": [0, 0x80000000, 0x3F800000, 0xBF000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7FA00000, 0x00000001,
            0x4F000000, 0x5F000000, 0x40490FDB, 0x7F7FFFFF, 0x3EFFFFFF, 0x4F400000, 0x4F7FFFFF, 0x4F800000,
            0xCF000000, 0xCF000001, 0x5F400000, 0x5F7FFFFF, 0x5F800000, 0xDF000000, 0xBF7FFFFF],
    "f64": [0, 1 << 63, 0x3FF0000000000000, 0xBFE0000000000000, 0x7FF0000000000000, 0xFFF0000000000000,
            0x7FF8000000000000, 0x7FF4000000000000, 1, 0x41E0000000000000, 0x43E0000000000000, 0x400921FB54442D18,
            0x7FEFFFFFFFFFFFFF, 0x3FDFFFFFFFFFFFFF, 0x41DFFFFFFFC00000, 0x41DFFFFFFFFFFFFF, 0x41E8000000000000,
            0x41EFFFFFFFFFFFFF, 0x41F0000000000000, 0xC1E0000000000000, 0xC1E0000000200000, 0x43E8000000000000,
            0x43EFFFFFFFFFFFFF, 0x43F0000000000000, 0xC3E0000000000000, 0xBFEFFFFFFFFFFFFF]}
# What never runs, behind a throw: it takes operands that are not there, and ends with none.
DEAD_CODE = [b"", b"", b"\x6a\x1a", b"\x89\xa7\x1a", b"\x36\x02\x00", b"\x1b\x1a", b"\x04\x40\x0b", b"\x41\x01\x1a",
             b"\x00", b"\x0f\x92\x1a"]
TAIL_CALL = None  # of the first helper, as dead code
FEATURES = ("vectors", "atomics", "exceptions", "bulk", "tables", "tail_calls")


class Thrown(Exception):
    pass


def block(kind, *parts):
    """The encoding of block (2), loop (3) or if (4) without a result."""
    return bytes([kind, 0x40]) + b"".join(parts) + b"\x0b"


def i32_const(value):
    return b"\x41" + signed_leb(signed(value & mask(32), 32))


def i64_const(value):
    return b"\x42" + signed_leb(signed(value, 64))


def get(index):
    return b"\x20" + leb(index)


def put(index):
    return b"\x21" + leb(index)


class Function:
    """A function as nested tuples: what Machine runs and Encoder writes."""

    def __init__(self, base, signature):
        self.base = base  # where its memory is, or None: only by its parameter
        self.signature = signature
        self.locals = list(SIGNATURES[signature][0])
        self.body = []
        self.result = None
        self.tail = None  # (helper, arguments) instead of a result

    def new_local(self, kind):
        self.locals.append(kind)
        return len(self.locals) - 1


class Generator:
    """Chooses functions."""

    def __init__(self, choose, features, first_slot):
        self.r = choose
        self.features = features
        self.types = ["i32", "i64", "f32", "f64"] + (["v128"] if "vectors" in features else [])
        self.operators = {t: [] for t in self.types}
        for name, (_, params, result, _) in model.OPERATORS.items():
            if result in self.types and all(p in self.types for p in params):
                self.operators[result].append((name, params))
        self.slot = first_slot  # where the table holds the helpers
        self.callees = 0

    def constant(self, kind):
        if kind == "v128":
            inner = self.r.choice(["i32", "i64", "f32", "f64"])
            return ("const", kind, model.joined([self.constant(inner)[2] for _ in range(128 // WIDTH[inner])],
                                                WIDTH[inner]))
        value = self.r.choice(INTERESTING[kind]) if self.r.random() < 0.6 else self.r.getrandbits(WIDTH[kind])
        return ("const", kind, value)

    def address(self, size, aligned=False):
        """An address expression and the offset that goes with it, for `size` bytes."""
        limit = self.r.choice([4, 8, 24])
        at = self.r.randrange(0, limit)
        if aligned:
            at -= at % size
        mode = self.mode if self.r.random() < 0.8 else self.r.choice(["const", "local", "param"])
        if self.f.base is None and mode == "const":
            mode = "param"
        if mode == "const":
            split = self.r.choice([0, at, self.f.base + at])
            return ("const", "i32", self.f.base + at - split), split
        base = ("local", "i32", self.held if mode == "local" else 0)
        if not aligned and self.r.random() < 0.1:
            moving = ("op", "i32.and", (self.expression("i32", 1), ("const", "i32", 15)))
            base = ("op", "i32.add", (base, moving))
        return base, at

    def load(self, kind):
        name = self.r.choice([n for n, row in model.LOADS.items() if row[1] == kind])
        return ("load", name, *self.address(model.LOADS[name][2]))

    def expression(self, kind, depth):
        r = self.r
        if depth <= 0 or r.random() < 0.1:
            leaf = r.random()
            if leaf < 0.35:
                return self.constant(kind)
            if leaf < 0.75 and self.variables[kind]:
                return ("local", kind, r.choice(self.variables[kind]))
            if leaf < 0.95:
                return self.load(kind)
            return ("global", kind, GLOBALS.index(kind))
        what = r.random()
        if what < 0.06:
            return ("select", kind, self.expression(kind, depth - 1), self.expression(kind, depth - 1),
                    self.expression("i32", depth - 1))
        if what < 0.09 and self.variables[kind]:
            return ("tee", kind, r.choice(self.variables[kind]), self.expression(kind, depth - 1))
        if what < 0.12:
            return ("if value", kind, self.expression("i32", depth - 1), self.expression(kind, depth - 1),
                    self.expression(kind, depth - 1))
        if what < 0.16 and kind == "i64" and self.callees and self.calls_left:
            self.calls_left -= 1
            arguments = (self.own_base(), self.expression("i64", depth - 1))
            if r.random() < 0.5:
                return ("call", r.randrange(0, self.callees, 2), arguments)
            slots = self.callees + (CHANGING if self.callees == HELPERS else 0)
            return ("call_indirect", FUNCTION_TYPE, ("const", "i32", self.slot + r.randrange(0, slots, 2)), arguments)
        if what < 0.2 and kind == "f64" and self.callees and self.calls_left:
            self.calls_left -= 1
            arguments = (self.own_base(), self.expression("f64", depth - 1), self.expression("f32", depth - 1))
            if r.random() < 0.5:
                return ("call", r.randrange(1, self.callees, 2), arguments)
            return ("call_indirect", FLOAT_TYPE, ("const", "i32", self.slot + r.randrange(1, self.callees, 2)),
                    arguments)
        if what < 0.26 and "atomics" in self.features and kind in ("i32", "i64"):
            return self.atomic(kind, depth)
        if what < 0.23 and kind == "v128":
            return ("shuffle", self.expression(kind, depth - 1), self.expression(kind, depth - 1),
                    bytes(r.randrange(32) for _ in range(16)))
        if what < 0.29 and kind in ("i32", "i64"):
            # What has been read stays so, whatever is changed before it is used.
            first = self.load(kind) if r.random() < 0.7 else ("global", kind, GLOBALS.index(kind))
            return ("op", f"{kind}.xor", (first, self.changing(kind, depth)))
        name, params = r.choice(self.operators[kind])
        arguments = [self.expression(p, depth - 1) for p in params]
        if ".div_" in name or ".rem_" in name:
            arguments[1] = self.divisor(kind, arguments[1])
        return ("op", name, tuple(arguments))

    def changing(self, kind, depth):
        """An expression that changes memory, globals or a variable, if the features have one."""
        if kind == "i64" and self.callees and self.calls_left and self.r.random() < 0.5:
            self.calls_left -= 1
            return ("call", self.r.randrange(0, self.callees, 2), (self.own_base(), self.expression("i64", depth - 1)))
        if "atomics" in self.features:
            return self.atomic(kind, depth)
        if self.variables[kind]:
            return ("tee", kind, self.r.choice(self.variables[kind]), self.expression(kind, depth - 1))
        return self.expression(kind, depth - 1)

    def own_base(self):
        return ("const", "i32", self.f.base) if self.f.base is not None and self.r.random() < 0.5 else \
            ("local", "i32", 0)

    def atomic(self, kind, depth):
        which = self.r.choice([i for i, row in enumerate(model.ATOMIC_WIDTHS) if row[0] == kind])
        address, offset = self.address(model.ATOMIC_WIDTHS[which][1], aligned=True)
        how = self.r.choice(["load", "cmpxchg", *model.ATOMIC_MODIFY])
        count = {"load": 0, "cmpxchg": 2}.get(how, 1)
        return ("atomic", how, which, address, offset, tuple(self.expression(kind, depth - 1) for _ in range(count)))

    def any_variable(self):
        kind = self.r.choice([t for t in self.types if self.variables[t]])
        return kind, self.r.choice(self.variables[kind])

    def statements(self, count, depth, in_loop=False):
        return [self.statement(depth, in_loop) for _ in range(count)]

    def statement(self, depth, in_loop):
        r = self.r
        what = r.random()
        if what < 0.36:
            name = r.choice([n for n, row in model.STORES.items() if row[1] in self.types])
            _, kind, size = model.STORES[name]
            return ("store", name, *self.address(size), self.expression(kind, r.choice([0, 0, 0, 1, 2])))
        if what < 0.64:
            kind, variable = self.any_variable()
            return ("set", variable, self.load(kind) if r.random() < 0.5 else self.expression(kind, r.choice([1, 2])))
        if what < 0.67:
            kind = r.choice(self.types)
            return ("set global", GLOBALS.index(kind), self.expression(kind, 1))
        if what < 0.73 and "bulk" in self.features:
            how = r.choice(["copy", "fill", "init"])
            size = r.randrange(0, 17)
            return ("bulk", how, *self.address(size), *self.address(size), size, r.randrange(0, 48),
                    self.expression("i32", 1))
        if what < 0.76 and "atomics" in self.features:
            which = r.randrange(len(model.ATOMIC_WIDTHS))
            kind, size, _ = model.ATOMIC_WIDTHS[which]
            return ("atomic store", which, *self.address(size, aligned=True), self.expression(kind, 1))
        if what < 0.79 and "tables" in self.features and self.callees == HELPERS:
            parity = r.randrange(2)
            return ("set table", self.slot + HELPERS + r.randrange(parity, CHANGING, 2),
                    r.randrange(parity, HELPERS, 2))
        if depth > 0:
            if what < 0.86:
                return ("if", self.expression("i32", 2), self.statements(r.randrange(1, 4), depth - 1, in_loop),
                        self.statements(r.randrange(0, 3), depth - 1, in_loop))
            if what < 0.90 and not in_loop:
                return ("loop", self.f.new_local("i32"), r.randrange(1, 6), self.statements(r.randrange(1, 4), 0, True))
            if what < 0.93:
                return ("switch", self.expression("i32", 1), [self.statements(1, 0, in_loop) for _ in range(3)])
            if what < 0.98 and "exceptions" in self.features:
                inner = self.statements(r.randrange(1, 4), depth - 1, in_loop)
                inner.insert(r.randrange(len(inner) + 1),
                             ("throw if", self.expression("i32", 1), self.expression("i64", 1), self.dead_code()))
                if r.random() < 0.3:
                    inner = [("rethrow", inner, self.statements(r.randrange(0, 3), 0, in_loop), self.dead_code())]
                return ("try", inner, r.choice(self.variables["i64"] or [self.f.new_local("i64")]), r.random() < 0.3,
                        self.statements(r.randrange(0, 3), depth - 1, in_loop))
        return ("drop", self.expression(r.choice(self.types), 2))

    def dead_code(self):
        tail_calls = "tail_calls" in self.features and self.f.signature == FUNCTION_TYPE
        return self.r.choice(DEAD_CODE + [TAIL_CALL] * 3 * tail_calls)

    def function(self, base, signature, callees):
        r = self.r
        self.f = f = Function(base, signature)
        self.callees = callees
        self.calls_left = 2
        self.mode = r.choice(["const", "const", "local", "param"])
        chosen = r.sample(self.types, 3)
        self.variables = {t: [f.new_local(t)] if t in chosen else [] for t in self.types}
        for index, kind in enumerate(SIGNATURES[signature][0]):
            if index > 0:
                self.variables[kind].append(index)
        self.held = f.new_local("i32")
        f.body = [("set", self.held, self.own_base()), *self.statements(r.randrange(2, 7), 1)]
        # Everything that a variable holds goes into the result.
        if signature == FLOAT_TYPE:
            f.result = self.expression("f64", 2)
            return f
        value = ("const", "i64", 7)
        for kind in self.types:
            for index in self.variables[kind]:
                for part in self.parts(kind, ("local", kind, index)):
                    value = ("op", "i64.add", (("op", "i64.mul", (value, ("const", "i64", MULTIPLIER))), part))
        f.result = value
        if "tail_calls" in self.features and callees and r.random() < 0.3:
            f.tail = (r.randrange(0, callees, 2), (self.own_base(), value))
        return f

    def every_input(self, name, inputs):
        """A function that applies an operator to all inputs, as write_module lays them, and sums the results up."""
        self.f = f = Function(None, FUNCTION_TYPE)
        _, params, result, _ = model.OPERATORS[name]
        at, outcome = f.new_local("i32"), f.new_local(result)
        arguments = [("load", f"{p}.load", ("local", "i32", at), 16 * i) for i, p in enumerate(params)]
        if ".div_" in name or ".rem_" in name:
            arguments[1] = self.divisor(params[1], arguments[1])
        total = ("local", "i64", 1)
        for part in self.parts(result, ("local", result, outcome)):
            total = ("op", "i64.add", (("op", "i64.mul", (total, ("const", "i64", MULTIPLIER))), part))
        forward = ("op", "i32.add", (("local", "i32", at), ("const", "i32", INPUT)))
        f.body = [("set", at, ("const", "i32", inputs)),
                  ("loop", f.new_local("i32"), INPUTS,
                   [("set", outcome, ("op", name, tuple(arguments))), ("set", 1, total), ("set", at, forward)])]
        f.result = ("local", "i64", 1)
        return f

    @staticmethod
    def divisor(kind, value):
        """Not 0 and not -1, which trap."""
        positive = ("op", f"{kind}.and", (value, ("const", kind, mask(WIDTH[kind] - 1))))
        return ("op", f"{kind}.or", (positive, ("const", kind, 1)))

    @staticmethod
    def parts(kind, value):
        if kind == "v128":
            return [("op", f"i64x2.extract_lane {lane}", (value,)) for lane in (0, 1)]
        as_integer = {"f32": ("i32.reinterpret_f32", "i32"), "f64": ("i64.reinterpret_f64", "i64")}
        if kind in as_integer:
            value = ("op", as_integer[kind][0], (value,))
        if kind in ("i32", "f32"):
            value = ("op", "i64.extend_i32_u", (value,))
        return [value]


class Machine:
    """Runs functions by the model."""

    def __init__(self, functions, memory, data, table):
        self.functions = functions
        self.memory = memory
        self.data = data
        self.table = table
        self.globals = [0] * len(GLOBALS)

    def call(self, function, arguments):
        variables = list(arguments) + [0] * (len(function.locals) - len(arguments))
        self.run(function.body, variables)
        if function.tail:
            callee, expressions = function.tail
            return self.call(self.functions[callee], [self.value(e, variables) for e in expressions])
        return self.value(function.result, variables)

    def read(self, at, size):
        return int.from_bytes(self.memory[at:at + size], "little")

    def write(self, at, size, value):
        self.memory[at:at + size] = (value & mask(8 * size)).to_bytes(size, "little")

    def value(self, e, variables):
        what = e[0]
        if what == "op":
            return model.OPERATORS[e[1]][3](*[self.value(a, variables) for a in e[2]])
        if what == "const":
            return e[2]
        if what == "local":
            return variables[e[2]]
        if what == "load":
            _, kind, size, is_signed = model.LOADS[e[1]]
            value = self.read(self.value(e[2], variables) + e[3], size)
            return signed(value, 8 * size) & mask(WIDTH[kind]) if is_signed else value
        if what == "global":
            return self.globals[e[2]]
        if what == "select":
            values = [self.value(part, variables) for part in e[2:]]
            return values[0] if values[2] else values[1]
        if what == "tee":
            variables[e[2]] = self.value(e[3], variables)
            return variables[e[2]]
        if what == "if value":
            return self.value(e[3] if self.value(e[2], variables) else e[4], variables)
        if what == "call":
            return self.call(self.functions[e[1]], [self.value(a, variables) for a in e[2]])
        if what == "call_indirect":
            arguments = [self.value(a, variables) for a in e[3]]
            return self.call(self.functions[self.table[self.value(e[2], variables)]], arguments)
        if what == "shuffle":
            values = model.lanes(self.value(e[1], variables), 8) + model.lanes(self.value(e[2], variables), 8)
            return model.joined([values[i] for i in e[3]], 8)
        assert what == "atomic", what
        return self.atomic(e, variables)

    def atomic(self, e, variables):
        _, how, which, address, offset, operands = e
        size = model.ATOMIC_WIDTHS[which][1]
        at = self.value(address, variables) + offset
        values = [self.value(o, variables) & mask(8 * size) for o in operands]
        old = self.read(at, size)
        if how == "cmpxchg":
            if old == values[0]:
                self.write(at, size, values[1])
        elif how != "load":
            self.write(at, size, model.ATOMIC_MODIFY[how](old, values[0]))
        return old

    def run(self, statements, variables):
        for s in statements:
            what = s[0]
            if what == "set":
                variables[s[1]] = self.value(s[2], variables)
            elif what == "store":
                at = self.value(s[2], variables) + s[3]
                self.write(at, model.STORES[s[1]][2], self.value(s[4], variables))
            elif what == "set global":
                self.globals[s[1]] = self.value(s[2], variables)
            elif what == "if":
                self.run(s[2] if self.value(s[1], variables) else s[3], variables)
            elif what == "loop":
                for turn in range(s[2], 0, -1):
                    variables[s[1]] = turn
                    self.run(s[3], variables)
                variables[s[1]] = 0
            elif what == "switch":
                self.run(s[2][min(self.value(s[1], variables), 2)], variables)
            elif what == "try":
                try:
                    self.run(s[1], variables)
                except Thrown as thrown:
                    if not s[3]:
                        variables[s[2]] = thrown.args[0]
                    self.run(s[4], variables)
            elif what == "rethrow":
                try:
                    self.run(s[1], variables)
                except Thrown:
                    self.run(s[2], variables)
                    raise
            elif what == "throw if":
                if self.value(s[1], variables):
                    raise Thrown(self.value(s[2], variables))
            elif what == "bulk":
                self.bulk(s, variables)
            elif what == "atomic store":
                at = self.value(s[2], variables) + s[3]
                self.write(at, model.ATOMIC_WIDTHS[s[1]][1], self.value(s[4], variables))
            elif what == "set table":
                self.table[s[1]] = s[2]
            else:
                assert what == "drop", what
                self.value(s[1], variables)

    def bulk(self, s, variables):
        _, how, to, to_offset, source, source_offset, size, segment_offset, byte = s
        at = self.value(to, variables) + to_offset
        if how == "copy":
            start = self.value(source, variables) + source_offset
            new = self.memory[start:start + size]
        elif how == "fill":
            new = bytes([self.value(byte, variables) & 0xFF]) * size
        else:
            new = self.data[segment_offset:segment_offset + size]
        self.memory[at:at + size] = new


class Encoder:
    """Writes functions as code. Where the bits of a NaN are free and are looked at, code that fixes them follows."""

    def __init__(self, choose, helper_index):
        self.r = choose
        self.helper_index = helper_index

    def code(self, function):
        self.scratch = {}
        self.f = function
        out = b"".join(self.statement(s) for s in function.body)
        if function.tail:
            callee, arguments = function.tail
            out += b"".join(self.value(a) for a in arguments) + b"\x12" + leb(self.helper_index + callee)
        else:
            out += self.value(function.result)
        declared = function.locals[len(SIGNATURES[function.signature][0]):]
        return code_entry(declared, out)

    def address(self, address, offset, size):
        return self.value(address), leb(self.r.randrange(size.bit_length())) + leb(offset)

    def fixed(self, kind, shape, code):
        """`code` and a choice of the canonical NaN where its result is one."""
        if kind not in self.scratch:
            self.scratch[kind] = self.f.new_local(kind)
        local = self.scratch[kind]
        if kind != "v128":
            return (self.value(("const", kind, model.CANONICAL_NAN[kind])) + code + b"\x22" + leb(local) + get(local)
                    + get(local) + model.OPERATORS[f"{kind}.ne"][0] + select_first_if_right())
        width = 32 if shape == "f32x4" else 64
        nans = model.joined([model.CANONICAL_NAN[f"f{width}"]] * (128 // width), width)
        return (self.value(("const", kind, nans)) + code + b"\x22" + leb(local) + get(local) + get(local)
                + model.OPERATORS[f"{shape}.ne"][0] + model.OPERATORS["v128.bitselect"][0])

    def value(self, e, observed=True):
        what = e[0]
        if what == "op":
            code, _, result, _ = model.OPERATORS[e[1]]
            shape = e[1].split(".")[0]
            free = shape in ("f32", "f64", "f32x4", "f64x2") and e[1] not in model.EXACT
            # Nothing but another operator on numbers fails to see which NaN it is.
            blind = shape in ("f32", "f64") and e[1] not in model.EXACT or ".trunc_sat_f" in e[1]
            out = b"".join(self.value(a, not blind) for a in e[2]) + code
            if free and result in ("f32", "f64", "v128") and (observed or result == "v128"):
                return self.fixed(result, shape, out)
            return out
        if what == "const":
            return constant(e[1], e[2])
        if what == "local":
            return get(e[2])
        if what == "load":
            code, _, size, _ = model.LOADS[e[1]]
            address, memory_argument = self.address(e[2], e[3], size)
            return address + code + memory_argument
        if what == "global":
            return b"\x23" + leb(e[2])
        if what == "select":
            return self.value(e[2]) + self.value(e[3]) + self.value(e[4]) + b"\x1b"
        if what == "tee":
            return self.value(e[3]) + b"\x22" + leb(e[2])
        if what == "if value":
            return (self.value(e[2]) + bytes([0x04, TYPE_CODE[e[1]]]) + self.value(e[3]) + b"\x05" + self.value(e[4])
                    + b"\x0b")
        if what == "call":
            return b"".join(self.value(a) for a in e[2]) + b"\x10" + leb(self.helper_index + e[1])
        if what == "call_indirect":
            return b"".join(self.value(a) for a in e[3]) + self.value(e[2]) + b"\x11" + leb(e[1]) + b"\x00"
        if what == "shuffle":
            return self.value(e[1]) + self.value(e[2]) + b"\xfd\x0d" + e[3]
        assert what == "atomic", what
        _, how, which, address, offset, operands = e
        size = model.ATOMIC_WIDTHS[which][1]
        group = {"load": 0x10, "cmpxchg": 0x48}.get(how) or 0x1E + 7 * list(model.ATOMIC_MODIFY).index(how)
        return (self.value(address) + b"".join(self.value(o) for o in operands) + bytes([0xFE, group + which])
                + leb(size.bit_length() - 1) + leb(offset))

    def dead_code(self, code):
        return b"\x12" + leb(self.helper_index) if code is TAIL_CALL else code

    def statements(self, statements):
        return b"".join(self.statement(s) for s in statements)

    def statement(self, s):
        what = s[0]
        if what == "set":
            return self.value(s[2]) + put(s[1])
        if what == "store":
            code, _, size = model.STORES[s[1]]
            address, memory_argument = self.address(s[2], s[3], size)
            return address + self.value(s[4]) + code + memory_argument
        if what == "set global":
            return self.value(s[2]) + b"\x24" + leb(s[1])
        if what == "if":
            return self.value(s[1]) + block(0x04, self.statements(s[2]), b"\x05", self.statements(s[3]))
        if what == "loop":
            turn = get(s[1]) + i32_const(1) + b"\x6b\x22" + leb(s[1]) + b"\x0d\x00"
            return i32_const(s[2]) + put(s[1]) + block(0x03, self.statements(s[3]), turn)
        if what == "switch":
            inner = block(0x02, self.value(s[1]) + b"\x0e\x02\x00\x01\x02")
            for number, case in enumerate(s[2][:2]):
                inner = block(0x02, inner, self.statements(case), b"\x0c", leb(2 - number))
            return block(0x02, inner, self.statements(s[2][2]))
        if what == "try":
            handler = b"\x19" if s[3] else b"\x07\x00" + put(s[2])
            return block(0x06, self.statements(s[1]), handler, self.statements(s[4]))
        if what == "throw if":
            return self.value(s[1]) + block(0x04, self.value(s[2]), b"\x08\x00", self.dead_code(s[3]))
        if what == "rethrow":
            return block(0x06, self.statements(s[1]), b"\x19", self.statements(s[2]), b"\x09\x00", self.dead_code(s[3]))
        if what == "bulk":
            return self.bulk(s)
        if what == "atomic store":
            _, which, address, offset, value = s
            size = model.ATOMIC_WIDTHS[which][1]
            return (self.value(address) + self.value(value) + bytes([0xFE, 0x17 + which])
                    + leb(size.bit_length() - 1) + leb(offset))
        if what == "set table":
            return i32_const(s[1]) + b"\xd2" + leb(self.helper_index + s[2]) + b"\x26\x00"
        assert what == "drop", what
        return self.value(s[1]) + b"\x1a"

    def bulk(self, s):
        _, how, to, to_offset, source, source_offset, size, segment_offset, byte = s
        out = self.value(to) + i32_const(to_offset) + b"\x6a"
        if how == "copy":
            return out + self.value(source) + i32_const(source_offset) + b"\x6a" + i32_const(size) + b"\xfc\x0a\x00\x00"
        if how == "fill":
            return out + self.value(byte) + i32_const(size) + b"\xfc\x0b\x00"
        return out + i32_const(segment_offset) + i32_const(size) + b"\xfc\x08\x01\x00"


def select_first_if_right():
    return b"\x1b"


def constant(kind, value):
    if kind == "i32":
        return i32_const(value)
    if kind == "i64":
        return i64_const(value)
    prefix = {"f32": b"\x43", "f64": b"\x44", "v128": b"\xfd\x0c"}[kind]
    return prefix + value.to_bytes(WIDTH[kind] // 8, "little")


def code_entry(declared, body):
    out = leb(len(declared)) + b"".join(b"\x01" + bytes([TYPE_CODE[t]]) for t in declared) + body + b"\x0b"
    return leb(len(out)) + out


def section(number, entries):
    body = leb(len(entries)) + b"".join(entries)
    return bytes([number]) + leb(len(body)) + body


def name(text):
    return leb(len(text)) + text.encode()


def hash_of_region(machine, base):
    value = 0
    for at in range(0, REGION, 8):
        value = (value * MULTIPLIER + machine.read(base + at, 8)) & mask(64)
    return value


def hash_code():
    body = i64_const(0)
    for at in range(0, REGION, 8):
        body += i64_const(MULTIPLIER) + b"\x7e" + get(0) + b"\x29\x03" + leb(at) + b"\x7c"
    return code_entry([], body)


def start_code(count, seeds, expected, output, hash_index):
    """Calls each function, compares its result and the hash of its memory, and writes the numbers of wrong ones."""
    i, bad, base = range(3)
    turn = (get(i) + i32_const(REGION) + b"\x6c" + i32_const(FIRST_REGION) + b"\x6a\x22" + leb(base)
            + get(i) + i32_const(8) + b"\x6c\x29\x03" + leb(seeds)
            + get(i) + b"\x11" + leb(FUNCTION_TYPE) + b"\x00"
            + get(base) + b"\x10" + leb(hash_index) + b"\x7c"
            + get(i) + i32_const(8) + b"\x6c\x29\x03" + leb(expected) + b"\x52"
            + block(0x04, get(bad) + i32_const(4) + b"\x6c" + get(i) + b"\x36\x02" + leb(output)
                    + get(bad) + i32_const(1) + b"\x6a" + put(bad))
            + get(i) + i32_const(1) + b"\x6a\x22" + leb(i) + i32_const(count) + b"\x49\x0d\x00")
    end = (get(bad) + i32_const(4) + b"\x6c" + i32_const(-1) + b"\x36\x02" + leb(output)
           + i32_const(1) + i32_const(output) + get(bad) + i32_const(1) + b"\x6a" + i32_const(4) + b"\x6c"
           + b"\x10\x00\x1a")
    return code_entry(["i32"] * 3, block(0x03, turn) + end)


def features_of(seed):
    """The first modules have them all, for short runs. Then every other has one alone of those that change what code is
    written; the others, any."""
    if seed == OPERATORS_SEED:
        return {"vectors"}
    if seed <= 2:
        return set(FEATURES) - ({"tail_calls"} if seed == 1 else set())
    choose = random.Random(seed * 2 + 1)
    if seed % 2:
        return {choose.choice(FEATURES)}
    return {feature for feature in FEATURES if choose.random() < 0.4}


def write_module(seed, count):
    """A module whose _start checks `count` functions."""
    choose = random.Random(seed)
    features = features_of(seed)
    inputs = FIRST_REGION + count * REGION
    seeds = inputs + INPUTS * INPUT
    expected = seeds + 8 * count
    output = expected + 8 * count

    generator = Generator(choose, features, count)
    functions = [generator.function(None, FLOAT_TYPE if i % 2 else FUNCTION_TYPE, i // 2 * 2) for i in range(HELPERS)]
    if seed == OPERATORS_SEED:
        functions += [generator.every_input(name, inputs) for name in model.OPERATORS]
    else:
        functions += [generator.function(FIRST_REGION + i * REGION, FUNCTION_TYPE, HELPERS) for i in range(count)]

    pages = (output + 4 * count + 4) // PAGE + 1
    memory = bytearray(pages * PAGE)
    memory[FIRST_REGION:inputs] = choose.randbytes(inputs - FIRST_REGION)
    memory[inputs:seeds] = b"".join(generator.constant("v128")[2].to_bytes(16, "little")
                                    for _ in range(INPUTS * INPUT // 16))
    memory[seeds:expected] = choose.randbytes(8 * count)
    # As the C writer's output, which the translation searches.
    passive = b"\nFUNC_TYPE_T(\n" + choose.randbytes(50)
    initial = bytes(memory[FIRST_REGION:expected])

    helper_index = IMPORTS
    first_index = helper_index + HELPERS
    table = [HELPERS + i for i in range(count)] + list(range(HELPERS)) + list(range(CHANGING))
    machine = Machine(functions, memory, passive, list(table))
    results = []
    for i, function in enumerate(functions[HELPERS:]):
        base = FIRST_REGION + i * REGION
        try:
            value = machine.call(function, [base, machine.read(seeds + 8 * i, 8)])
        except Thrown:
            raise AssertionError("an exception leaves a function") from None
        results.append((value + hash_of_region(machine, base)) & mask(64))

    encoder = Encoder(choose, helper_index)
    hash_index = first_index + count
    bodies = [encoder.code(f) for f in functions]
    bodies += [hash_code(), start_code(count, seeds, expected, output, hash_index)]
    signatures = [f.signature for f in functions]
    limits = b"\x03" if "atomics" in features else b"\x01"
    used_types = SIGNATURES + [(("i32",), ("i64",))]
    types = [b"\x60" + leb(len(p)) + bytes(TYPE_CODE[t] for t in p) + leb(len(r)) + bytes(TYPE_CODE[t] for t in r)
             for p, r in used_types]
    global_entries = [bytes([TYPE_CODE[t], 1]) + constant(t, 0) + b"\x0b" for t in GLOBALS
                      if t != "v128" or "vectors" in features]
    sections = [
        (1, types),
        (2, [name("wali") + name("SYS_write") + b"\x00" + leb(WRITE_TYPE)]),
        (3, [leb(s) for s in signatures] + [leb(len(SIGNATURES)), leb(START_TYPE)]),
        (4, [b"\x70\x00" + leb(len(table))]),
        (5, [limits + leb(pages) + leb(pages)]),
        (13, [b"\x00" + leb(TAG_TYPE)] if "exceptions" in features else []),
        (6, global_entries),
        (7, [name("_start") + b"\x00" + leb(hash_index + 1), name("memory") + b"\x02\x00"]),
        (9, [b"\x00" + i32_const(0) + b"\x0b" + leb(len(table)) + b"".join(leb(helper_index + f) for f in table)])]
    out = b"\0asm\1\0\0\0" + b"".join(section(number, entries) for number, entries in sections if entries)
    if "bulk" in features:
        out += b"\x0c\x01\x03"
    out += section(10, bodies)
    segments = [b"\x00" + i32_const(FIRST_REGION) + b"\x0b" + leb(len(initial)) + initial]
    answers = b"".join(struct.pack("<Q", r) for r in results)
    if "bulk" in features:
        segments.append(b"\x01" + leb(len(passive)) + passive)
    segments.append(b"\x00" + i32_const(expected) + b"\x0b" + leb(len(answers)) + answers)
    return out + section(11, segments)


def wrong_functions(runner, path):
    """The numbers of the functions whose result is wrong, or what happened instead."""
    done = subprocess.run([*runner, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    numbers = [n for (n,) in struct.iter_unpack("<I", done.stdout[:len(done.stdout) // 4 * 4])]
    if done.returncode != 0 or not numbers or numbers[-1] != END:
        return None, f"exit code {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
    return numbers[:-1], ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, default=FUNCTIONS_PER_MODULE, help="how many, in modules of 500")
    parser.add_argument("--seed", type=int, default=0,
                        help="of the first module; the next have the next numbers; 0 has each operator by itself")
    parser.add_argument("--keep", help="folder for modules with a wrong function")
    parser.add_argument("runner", nargs="+")
    options = parser.parse_args()

    failed = 0
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "module.wasm")
        for seed in range(options.seed, options.seed - (-options.functions // FUNCTIONS_PER_MODULE)):
            count = min(FUNCTIONS_PER_MODULE, options.functions - checked)
            if seed == OPERATORS_SEED:
                count = len(model.OPERATORS)
            module = write_module(seed, count)
            with open(path, "wb") as file:
                file.write(module)
            wrong, problem = wrong_functions(options.runner, path)
            checked += count
            if wrong == []:
                continue
            failed += 1 if wrong is None else len(wrong)
            features = " ".join(sorted(features_of(seed))) or "nothing special"
            if seed == OPERATORS_SEED and wrong:
                wrong = [list(model.OPERATORS)[n] for n in wrong]
            print(f"seed {seed} ({features}): {problem or f'{len(wrong)} wrong: {wrong[:20]}'}", flush=True)
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                with open(os.path.join(options.keep, f"{seed}.wasm"), "wb") as file:
                    file.write(module)
    print(f"{checked} functions, {failed} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
