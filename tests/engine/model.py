# SPDX-License-Identifier: BSL-1.0
"""What WebAssembly's instructions compute, on bit patterns: every value is an unsigned integer of its type's width.

Written from the specification for random_modules.py, which compares compiled modules with it. A row of OPERATORS is
(encoding, parameters, result, function). Floating-point functions return the canonical NaN where the result may be any
NaN; `EXACT` names those whose result is the same bits everywhere.
"""
import math
import struct

WIDTH = {"i32": 32, "i64": 64, "f32": 32, "f64": 64, "v128": 128}
CANONICAL_NAN = {"f32": 0x7FC00000, "f64": 0x7FF8000000000000}
FRACTION_BITS = {32: 23, 64: 52}


def mask(width):
    return (1 << width) - 1


def signed(value, width):
    return value - (1 << width) if value >> (width - 1) else value


def leb(value):
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if value:
            out.append(byte | 0x80)
        else:
            out.append(byte)
            return bytes(out)


def signed_leb(value):
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if (value == 0 and not byte & 0x40) or (value == -1 and byte & 0x40):
            out.append(byte)
            return bytes(out)
        out.append(byte | 0x80)


# --- floating point ---

def to_float(bits, width):
    return struct.unpack("<f" if width == 32 else "<d", bits.to_bytes(width // 8, "little"))[0]


def from_float(value, width):
    """The nearest value's bits. Rounding a double's result to 32 bits is right: 53 > 2 * 24 + 1."""
    if math.isnan(value):
        return CANONICAL_NAN[f"f{width}"]
    try:
        return int.from_bytes(struct.pack("<f" if width == 32 else "<d", value), "little")
    except OverflowError:
        return from_float(math.copysign(math.inf, value), width)


def is_nan(bits, width):
    return bits & mask(width - 1) > mask(width - 1) ^ mask(FRACTION_BITS[width])


def divide(a, b):
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1, b)


def multiply(a, b):
    return math.nan if (math.isinf(a) and b == 0) or (math.isinf(b) and a == 0) else a * b


def lesser(a, b):
    if math.isnan(a) or math.isnan(b):
        return math.nan
    if a == b == 0:
        return a if math.copysign(1, a) < 0 else b
    return min(a, b)


def greater(a, b):
    return -lesser(-a, -b)


def root(a):
    return math.nan if a < 0 else a if math.isinf(a) else math.sqrt(a)


def to_integral(function):
    def rounded(a):
        if math.isnan(a) or math.isinf(a):
            return a
        return math.copysign(function(a), a)
    return rounded


FLOAT_UNARY = {"ceil": to_integral(math.ceil), "floor": to_integral(math.floor), "trunc": to_integral(math.trunc),
               "nearest": to_integral(round), "sqrt": root}
FLOAT_BINARY = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": multiply, "div": divide, "min": lesser,
                "max": greater}
FLOAT_COMPARE = {"eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b,
                 "gt": lambda a, b: a > b, "le": lambda a, b: a <= b, "ge": lambda a, b: a >= b}


def integer_to_float(value, width):
    """Rounds to the nearest, ties to even, once."""
    if width == 64:
        return from_float(float(value), 64)
    size = abs(value).bit_length()
    if size > 24:
        unit = 1 << (size - 24)
        low = abs(value) % unit
        kept = abs(value) - low
        if low * 2 > unit or (low * 2 == unit and kept & unit):
            kept += unit
        value = int(math.copysign(kept, value))
    return from_float(float(value), 32)


def saturate(value, width, is_signed):
    low, high = (-(1 << (width - 1)), mask(width - 1)) if is_signed else (0, mask(width))
    return max(low, min(high, value)) & mask(width)


def truncate(bits, float_width, width, is_signed):
    value = to_float(bits, float_width)
    if math.isnan(value):
        return 0
    if math.isinf(value):
        value = math.copysign(2.0 ** 80, value)
    return saturate(int(value), width, is_signed)


# --- integers ---

def shift_right(a, n, width):
    return (signed(a, width) >> n % width) & mask(width)


def rotate_left(a, n, width):
    n %= width
    return (a << n | a >> (width - n)) & mask(width)


def quotient(a, b):
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def integer_binary(width):
    m = mask(width)

    def on_signed(function):
        return lambda a, b: function(signed(a, width), signed(b, width)) & m
    return {
        "add": lambda a, b: (a + b) & m, "sub": lambda a, b: (a - b) & m, "mul": lambda a, b: a * b & m,
        "div_s": on_signed(quotient), "div_u": lambda a, b: a // b,
        "rem_s": on_signed(lambda a, b: a - b * quotient(a, b)), "rem_u": lambda a, b: a % b,
        "and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b,
        "shl": lambda a, b: a << b % width & m, "shr_s": lambda a, b: shift_right(a, b, width),
        "shr_u": lambda a, b: a >> b % width, "rotl": lambda a, b: rotate_left(a, b, width),
        "rotr": lambda a, b: rotate_left(a, width - b % width, width)}


def integer_compare(width):
    result = {"eq": lambda a, b: int(a == b), "ne": lambda a, b: int(a != b)}
    for name in ("lt", "gt", "le", "ge"):
        compare = FLOAT_COMPARE[name]
        result[name + "_s"] = lambda a, b, c=compare: int(c(signed(a, width), signed(b, width)))
        result[name + "_u"] = lambda a, b, c=compare: int(c(a, b))
    return result


def extend(bits, width):
    return lambda a: signed(a & mask(bits), bits) & mask(width)


# --- the table of operators ---

OPERATORS = {}
EXACT = set()  # floating-point results without freedom


def operator(name, code, params, result, function):
    OPERATORS[name] = (code, params, result, function)


def scalar_operators():
    for t, compare, unary, first in (("i32", 0x45, 0x67, 0x6A), ("i64", 0x50, 0x79, 0x7C)):
        width = WIDTH[t]
        operator(f"{t}.eqz", bytes([compare]), (t,), "i32", lambda a: int(a == 0))
        for i, (name, function) in enumerate(integer_compare(width).items()):
            operator(f"{t}.{name}", bytes([compare + 1 + i]), (t, t), "i32", function)
        operator(f"{t}.clz", bytes([unary]), (t,), t, lambda a, w=width: w - a.bit_length())
        operator(f"{t}.ctz", bytes([unary + 1]), (t,), t,
                 lambda a, w=width: (a & -a).bit_length() - 1 if a else w)
        operator(f"{t}.popcnt", bytes([unary + 2]), (t,), t, lambda a: bin(a).count("1"))
        for i, (name, function) in enumerate(integer_binary(width).items()):
            operator(f"{t}.{name}", bytes([first + i]), (t, t), t, function)
    for t, compare, first in (("f32", 0x5B, 0x8B), ("f64", 0x61, 0x99)):
        width = WIDTH[t]
        sign = 1 << (width - 1)
        for i, (name, function) in enumerate(FLOAT_COMPARE.items()):
            operator(f"{t}.{name}", bytes([compare + i]), (t, t), "i32",
                     lambda a, b, w=width, f=function: int(f(to_float(a, w), to_float(b, w))))
        operator(f"{t}.abs", bytes([first]), (t,), t, lambda a, s=sign: a & ~s)
        operator(f"{t}.neg", bytes([first + 1]), (t,), t, lambda a, s=sign: a ^ s)
        operator(f"{t}.copysign", bytes([first + 13]), (t, t), t, lambda a, b, s=sign: a & ~s | b & s)
        EXACT.update({f"{t}.abs", f"{t}.neg", f"{t}.copysign"})
        for i, (name, function) in enumerate(FLOAT_UNARY.items()):
            operator(f"{t}.{name}", bytes([first + 2 + i]), (t,), t,
                     lambda a, w=width, f=function: from_float(f(to_float(a, w)), w))
        for i, (name, function) in enumerate(FLOAT_BINARY.items()):
            operator(f"{t}.{name}", bytes([first + 7 + i]), (t, t), t,
                     lambda a, b, w=width, f=function: from_float(f(to_float(a, w), to_float(b, w)), w))
    operator("i32.wrap_i64", b"\xa7", ("i64",), "i32", lambda a: a & mask(32))
    operator("i64.extend_i32_s", b"\xac", ("i32",), "i64", extend(32, 64))
    operator("i64.extend_i32_u", b"\xad", ("i32",), "i64", lambda a: a)
    for t, code in (("f32", 0xB2), ("f64", 0xB7)):
        for i, (source, is_signed) in enumerate((("i32", 1), ("i32", 0), ("i64", 1), ("i64", 0))):
            name = f"{t}.convert_{source}_{'s' if is_signed else 'u'}"
            operator(name, bytes([code + i]), (source,), t,
                     lambda a, w=WIDTH[t], sw=WIDTH[source], s=is_signed:
                     integer_to_float(signed(a, sw) if s else a, w))
            EXACT.add(name)
    operator("f32.demote_f64", b"\xb6", ("f64",), "f32", lambda a: from_float(to_float(a, 64), 32))
    operator("f64.promote_f32", b"\xbb", ("f32",), "f64", lambda a: from_float(to_float(a, 32), 64))
    for name, code, source, result in (("i32.reinterpret_f32", 0xBC, "f32", "i32"),
                                       ("i64.reinterpret_f64", 0xBD, "f64", "i64"),
                                       ("f32.reinterpret_i32", 0xBE, "i32", "f32"),
                                       ("f64.reinterpret_i64", 0xBF, "i64", "f64")):
        operator(name, bytes([code]), (source,), result, lambda a: a)
        EXACT.add(name)
    for i, (t, bits) in enumerate((("i32", 8), ("i32", 16), ("i64", 8), ("i64", 16), ("i64", 32))):
        operator(f"{t}.extend{bits}_s", bytes([0xC0 + i]), (t,), t, extend(bits, WIDTH[t]))
    code = 0
    for t in ("i32", "i64"):
        for source in ("f32", "f64"):
            for is_signed in (1, 0):
                operator(f"{t}.trunc_sat_{source}_{'s' if is_signed else 'u'}", bytes([0xFC, code]), (source,), t,
                         lambda a, fw=WIDTH[source], w=WIDTH[t], s=is_signed: truncate(a, fw, w, s))
                code += 1


# --- vectors ---

def lanes(value, width):
    return [value >> at & mask(width) for at in range(0, 128, width)]


def joined(values, width):
    return sum((value & mask(width)) << at * width for at, value in enumerate(values))


def lanewise(function, width):
    return lambda *vectors: joined([function(*each) for each in zip(*(lanes(v, width) for v in vectors))], width)


def vector(name, code, params, result, function):
    operator(name, b"\xfd" + leb(code), params, result, function)


def lane_compare(function, width):
    return lanewise(lambda a, b: mask(width) if function(a, b) else 0, width)


def narrow(width, is_signed):
    def function(a, b):
        return joined([saturate(signed(lane, width), width // 2, is_signed)
                       for v in (a, b) for lane in lanes(v, width)], width // 2)
    return function


def widened(value, width, is_signed, half=None):
    values = lanes(value, width)
    if half is not None:
        values = values[len(values) // 2:] if half else values[:len(values) // 2]
    return [signed(v, width) if is_signed else v for v in values]


def q15(a, b):
    return saturate((signed(a, 16) * signed(b, 16) + 0x4000) >> 15, 16, True)


def dot(a, b):
    products = [x * y for x, y in zip(widened(a, 16, True), widened(b, 16, True))]
    return joined([x + y for x, y in zip(products[::2], products[1::2])], 32)


def swizzle(a, b):
    values = lanes(a, 8)
    return joined([values[i] if i < 16 else 0 for i in lanes(b, 8)], 8)


def bitmask(a, width):
    return sum(lane >> (width - 1) << at for at, lane in enumerate(lanes(a, width)))


def vector_integer_operators():
    v, vv, vi = ("v128",), ("v128", "v128"), ("v128", "i32")
    vector("i8x16.swizzle", 0x0E, vv, "v128", swizzle)
    vector("v128.not", 0x4D, v, "v128", lambda a: a ^ mask(128))
    vector("v128.and", 0x4E, vv, "v128", lambda a, b: a & b)
    vector("v128.andnot", 0x4F, vv, "v128", lambda a, b: a & ~b)
    vector("v128.or", 0x50, vv, "v128", lambda a, b: a | b)
    vector("v128.xor", 0x51, vv, "v128", lambda a, b: a ^ b)
    vector("v128.bitselect", 0x52, vv + v, "v128", lambda a, b, c: a & c | b & ~c)
    vector("v128.any_true", 0x53, v, "i32", lambda a: int(a != 0))
    for shape, width, splat, compare, base in (("i8x16", 8, 0x0F, 0x23, 0x60), ("i16x8", 16, 0x10, 0x2D, 0x80),
                                               ("i32x4", 32, 0x11, 0x37, 0xA0), ("i64x2", 64, 0x12, 0xD6, 0xC0)):
        scalar = "i64" if width == 64 else "i32"
        half = WIDTH[scalar]
        integer = integer_binary(width)
        vector(f"{shape}.splat", splat, (scalar,), "v128", lambda a, w=width: joined([a] * (128 // w), w))
        compares = integer_compare(width)
        names = ["eq", "ne", "lt_s", "gt_s", "le_s", "ge_s"] if width == 64 else list(compares)
        for i, name in enumerate(names):
            vector(f"{shape}.{name}", compare + i, vv, "v128", lane_compare(compares[name], width))
        vector(f"{shape}.abs", base, v, "v128", lanewise(lambda a, w=width: abs(signed(a, w)), width))
        vector(f"{shape}.neg", base + 1, v, "v128", lanewise(lambda a: -a, width))
        vector(f"{shape}.all_true", base + 3, v, "i32", lambda a, w=width: int(all(lanes(a, w))))
        vector(f"{shape}.bitmask", base + 4, v, "i32", lambda a, w=width: bitmask(a, w))
        for i, name in enumerate(("shl", "shr_s", "shr_u")):
            vector(f"{shape}.{name}", base + 0x0B + i, vi, "v128",
                   lambda a, n, w=width, f=integer[name]: joined([f(lane, n) for lane in lanes(a, w)], w))
        vector(f"{shape}.add", base + 0x0E, vv, "v128", lanewise(integer["add"], width))
        vector(f"{shape}.sub", base + 0x11, vv, "v128", lanewise(integer["sub"], width))
        if width > 8:
            vector(f"{shape}.mul", base + 0x15, vv, "v128", lanewise(integer["mul"], width))
        if width < 64:
            for i, name in enumerate(("min_s", "min_u", "max_s", "max_u")):
                def choose(a, b, w=width, f=min if "min" in name else max, s=name.endswith("_s")):
                    return f(a, b, key=lambda lane: signed(lane, w) if s else lane)
                vector(f"{shape}.{name}", base + 0x16 + i, vv, "v128", lanewise(choose, width))
        if width < 32:
            for i, is_signed in enumerate((True, False)):
                letter = "s" if is_signed else "u"
                for at, sign in ((0x0F, 1), (0x12, -1)):
                    def saturating(a, b, w=width, s=is_signed, k=sign):
                        x, y = (signed(a, w), signed(b, w)) if s else (a, b)
                        return saturate(x + k * y, w, s)
                    vector(f"{shape}.{'add' if sign > 0 else 'sub'}_sat_{letter}", base + at + i, vv, "v128",
                           lanewise(saturating, width))
                vector(f"{shape}.narrow_i{2 * width}x{64 // width}_{letter}", base + 5 + i, vv, "v128",
                       narrow(2 * width, is_signed))
            vector(f"{shape}.avgr_u", base + 0x1B, vv, "v128", lanewise(lambda a, b: (a + b + 1) >> 1, width))
        if width > 8:
            source = width // 2
            for i, (is_signed, high) in enumerate(((True, 0), (True, 1), (False, 0), (False, 1))):
                name = f"{'high' if high else 'low'}_i{source}x{128 // source}_{'s' if is_signed else 'u'}"
                vector(f"{shape}.extend_{name}", base + 7 + i, v, "v128",
                       lambda a, w=source, s=is_signed, h=high: joined(widened(a, w, s, h), 2 * w))
                vector(f"{shape}.extmul_{name}", base + 0x1C + i, vv, "v128",
                       lambda a, b, w=source, s=is_signed, h=high:
                       joined([x * y for x, y in zip(widened(a, w, s, h), widened(b, w, s, h))], 2 * w))
        lane_names = (("extract_lane_s", True), ("extract_lane_u", False)) if width < 32 else (("extract_lane", False),)
        first = {8: 0x15, 16: 0x18, 32: 0x1B, 64: 0x1D}[width]
        for lane in range(128 // width):
            for i, (name, is_signed) in enumerate(lane_names):
                operator(f"{shape}.{name} {lane}", bytes([0xFD, first + i, lane]), v, scalar,
                         lambda a, w=width, n=lane, s=is_signed, h=half:
                         (signed(lanes(a, w)[n], w) if s else lanes(a, w)[n]) & mask(h))
            operator(f"{shape}.replace_lane {lane}", bytes([0xFD, first + len(lane_names), lane]),
                     ("v128", scalar), "v128",
                     lambda a, b, w=width, n=lane: joined([b if i == n else x for i, x in enumerate(lanes(a, w))], w))
    vector("i8x16.popcnt", 0x62, v, "v128", lanewise(lambda a: bin(a).count("1"), 8))
    vector("i16x8.q15mulr_sat_s", 0x82, vv, "v128", lanewise(q15, 16))
    vector("i32x4.dot_i16x8_s", 0xBA, vv, "v128", dot)
    for shape, width, code in (("i16x8", 8, 0x7C), ("i32x4", 16, 0x7E)):
        for i, is_signed in enumerate((True, False)):
            vector(f"{shape}.extadd_pairwise_i{width}x{128 // width}_{'s' if is_signed else 'u'}", code + i, v, "v128",
                   lambda a, w=width, s=is_signed: joined(
                       [x + y for x, y in zip(widened(a, w, s)[::2], widened(a, w, s)[1::2])], 2 * w))


def vector_float_operators():
    v, vv = ("v128",), ("v128", "v128")
    unary = {"f32x4": (0x67, 0x68, 0x69, 0x6A, 0xE3), "f64x2": (0x74, 0x75, 0x7A, 0x94, 0xEF)}
    for shape, width, splat, compare, base in (("f32x4", 32, 0x13, 0x41, 0xE0), ("f64x2", 64, 0x14, 0x47, 0xEC)):
        scalar = f"f{width}"
        vector(f"{shape}.splat", splat, (scalar,), "v128", lambda a, w=width: joined([a] * (128 // w), w))
        for i, name in enumerate(FLOAT_COMPARE):
            vector(f"{shape}.{name}", compare + i, vv, "v128", lane_compare(OPERATORS[f"{scalar}.{name}"][3], width))
        for name, code in zip(FLOAT_UNARY, unary[shape]):
            vector(f"{shape}.{name}", code, v, "v128", lanewise(OPERATORS[f"{scalar}.{name}"][3], width))
        for i, name in enumerate(("abs", "neg")):
            vector(f"{shape}.{name}", base + i, v, "v128", lanewise(OPERATORS[f"{scalar}.{name}"][3], width))
        for i, name in enumerate(FLOAT_BINARY):
            vector(f"{shape}.{name}", base + 4 + i, vv, "v128", lanewise(OPERATORS[f"{scalar}.{name}"][3], width))
        less = OPERATORS[f"{scalar}.lt"][3]
        vector(f"{shape}.pmin", base + 10, vv, "v128", lanewise(lambda a, b, f=less: b if f(b, a) else a, width))
        vector(f"{shape}.pmax", base + 11, vv, "v128", lanewise(lambda a, b, f=less: b if f(a, b) else a, width))
        EXACT.update(f"{shape}.{name}" for name in ("splat", "abs", "neg", "pmin", "pmax", *FLOAT_COMPARE))
        first = {32: 0x1F, 64: 0x21}[width]
        for lane in range(128 // width):
            operator(f"{shape}.extract_lane {lane}", bytes([0xFD, first, lane]), v, scalar,
                     lambda a, w=width, n=lane: lanes(a, w)[n])
            operator(f"{shape}.replace_lane {lane}", bytes([0xFD, first + 1, lane]), ("v128", scalar), "v128",
                     lambda a, b, w=width, n=lane: joined([b if i == n else x for i, x in enumerate(lanes(a, w))], w))
            EXACT.update({f"{shape}.extract_lane {lane}", f"{shape}.replace_lane {lane}"})
    for i, is_signed in enumerate((True, False)):
        letter = "s" if is_signed else "u"
        vector(f"i32x4.trunc_sat_f32x4_{letter}", 0xF8 + i, v, "v128",
               lanewise(lambda a, s=is_signed: truncate(a, 32, 32, s), 32))
        vector(f"i32x4.trunc_sat_f64x2_{letter}_zero", 0xFC + i, v, "v128",
               lambda a, s=is_signed: joined([truncate(lane, 64, 32, s) for lane in lanes(a, 64)], 32))
        vector(f"f32x4.convert_i32x4_{letter}", 0xFA + i, v, "v128",
               lanewise(lambda a, s=is_signed: integer_to_float(signed(a, 32) if s else a, 32), 32))
        vector(f"f64x2.convert_low_i32x4_{letter}", 0xFE + i, v, "v128",
               lambda a, s=is_signed: joined([integer_to_float(x, 64) for x in widened(a, 32, s, 0)], 64))
        EXACT.update({f"f32x4.convert_i32x4_{letter}", f"f64x2.convert_low_i32x4_{letter}"})
    vector("f32x4.demote_f64x2_zero", 0x5E, v, "v128",
           lambda a: joined([from_float(to_float(lane, 64), 32) for lane in lanes(a, 64)], 32))
    vector("f64x2.promote_low_f32x4", 0x5F, v, "v128",
           lambda a: joined([from_float(to_float(lane, 32), 64) for lane in lanes(a, 32)[:2]], 64))


scalar_operators()
vector_integer_operators()
vector_float_operators()

# name: (encoding, type, bytes, signed)
LOADS = {}
STORES = {}
ATOMIC_WIDTHS = (("i32", 4, ""), ("i64", 8, ""), ("i32", 1, "8"), ("i32", 2, "16"), ("i64", 1, "8"), ("i64", 2, "16"),
                 ("i64", 4, "32"))


def memory_operators():
    code = 0x28
    for t, size in (("i32", 4), ("i64", 8), ("f32", 4), ("f64", 8)):
        LOADS[f"{t}.load"] = (bytes([code]), t, size, False)
        STORES[f"{t}.store"] = (bytes([code + 14]), t, size)
        code += 1
    for t, size in (("i32", 1), ("i32", 2), ("i64", 1), ("i64", 2), ("i64", 4)):
        for is_signed in (True, False):
            LOADS[f"{t}.load{8 * size}_{'s' if is_signed else 'u'}"] = (bytes([code]), t, size, is_signed)
            code += 1
    for code, (t, size) in enumerate((("i32", 1), ("i32", 2), ("i64", 1), ("i64", 2), ("i64", 4)), 0x3A):
        STORES[f"{t}.store{8 * size}"] = (bytes([code]), t, size)
    LOADS["v128.load"] = (b"\xfd\x00", "v128", 16, False)
    STORES["v128.store"] = (b"\xfd\x0b", "v128", 16)


memory_operators()

ATOMIC_MODIFY = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "and": lambda a, b: a & b,
                 "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b, "xchg": lambda a, b: b}
