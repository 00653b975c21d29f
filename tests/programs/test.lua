-- SPDX-License-Identifier: BSL-1.0
-- Run by lua_test with the arguments "one" and "two words", in a folder where it may write.

assert(arg[1] == "one" and arg[2] == "two words" and #arg == 2)

-- errors: through frames, objects, nested, with traceback, from C functions, in a stack that is too deep
local function thrower(n) if n == 0 then error({code = 7}) end thrower(n - 1) end
local ok, object = pcall(thrower, 50)
assert(not ok and object.code == 7)
for i = 1, 1000 do assert(not pcall(error, i)) end
ok, object = pcall(pcall, error)
assert(ok and object == false)
ok, object = xpcall(function() local x = nil; return x.field end, debug.traceback)
assert(not ok and object:find("attempt to index a nil value") and object:find("stack traceback"))
ok, object = pcall(string.rep, "x", -1 >> 1)
assert(not ok and object:find("resulting string too large"))
local function endless() return 1 + endless() end
ok, object = pcall(endless)
assert(not ok and object:find("stack overflow"))
ok, object = pcall(string.gsub, "x", "x", function() error("inside gsub", 0) end)
assert(not ok and object == "inside gsub")

-- coroutines: switching, errors inside, closing, as iterators
local function generate(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local sum = 0
for i in generate(10000) do sum = sum + i end
assert(sum == 50005000)
local co = coroutine.create(function(a) local b = coroutine.yield(a + 1); error("in coroutine " .. b, 0) end)
assert(select(2, coroutine.resume(co, 1)) == 2)
ok, object = coroutine.resume(co, "x")
assert(not ok and object == "in coroutine x" and coroutine.status(co) == "dead")
ok, object = pcall(function() return coroutine.wrap(function() return pcall(coroutine.yield, 5) end)() end)
assert(ok and object == 5)
local closed = {}
do
  local first <close> = setmetatable({}, {__close = function() closed[#closed + 1] = "first" end})
  local second <close> = setmetatable({}, {__close = function() closed[#closed + 1] = "second" end})
end
assert(table.concat(closed, " ") == "second first")

-- numbers and strings
assert(7 // -2 == -4 and 7 % -3 == -2 and 1 // 0.0 == math.huge and math.tointeger(3.0) == 3)
assert(math.maxinteger + 1 == math.mininteger and 0x7fffffffffffffff == math.maxinteger)
assert(string.format("%5.2f|%-5s|%05d|%x|%q|%g", 3.14159, "ab", 42, 255, "a\nb", 1e100) ==
  " 3.14|ab   |00042|ff|\"a\\\nb\"|1e+100")
assert(tonumber("0x1p4") == 16.0 and tonumber("  10  ") == 10 and tonumber("10", 2) == 2 and not tonumber("1e"))
assert(math.abs(math.sin(1) ^ 2 + math.cos(1) ^ 2 - 1) < 1e-15)
assert(("key = value"):match("^(%w+)%s*=%s*(%w+)$") == "key" and ("abc"):gsub("%w", "%0%0") == "aabbcc")
assert(("x"):rep(3, ",") == "x,x,x" and ("abc"):byte(-1) == 99 and utf8.char(8364) == "\u{20AC}")
local packed = string.pack("<i4 z s2 d", -2, "zero", "counted", 1.5)
local a, b, c, d = string.unpack("<i4 z s2 d", packed)
assert(a == -2 and b == "zero" and c == "counted" and d == 1.5)

-- tables, metatables, closures, goto, compiled chunks
local numbers = {}
for i = 1, 5000 do numbers[i] = (i * 7919) % 5003 end
table.sort(numbers, function(x, y) return x > y end)
for i = 2, #numbers do assert(numbers[i - 1] >= numbers[i]) end
local vector = setmetatable({}, {__index = function(_, k) return k * 2 end, __call = function(_, x) return x + 1 end})
assert(vector[21] == 42 and vector(1) == 2)
local counters = {}
for i = 1, 3 do counters[i] = function() i = i + 1; return i end end
assert(counters[1]() == 2 and counters[1]() == 3 and counters[2]() == 3)
do local i = 1 ::again:: i = i * 2 if i < 1000 then goto again end assert(i == 1024) end
assert(load(string.dump(function(x) return x * 2 end))(21) == 42)
assert(not load("x ="))

-- memory: collection, finalizers, weak tables
local before = collectgarbage("count")
for _ = 1, 20 do local t = {} for i = 1, 20000 do t[i] = {i} end end
collectgarbage()
assert(collectgarbage("count") < before + 1000)
local weak, finalized = setmetatable({}, {__mode = "k"}), false
weak[{}] = 1
setmetatable({}, {__gc = function() finalized = true end})
collectgarbage()
collectgarbage()
assert(next(weak) == nil and finalized)

-- files, processes, time
local name = os.tmpname()
local file = assert(io.open(name, "w"))
assert(file:write("line 1\n", 2, "\n", 3.5, "\n"))
assert(file:seek("cur") == 13 and file:close())
local lines = {}
for line in io.lines(name) do lines[#lines + 1] = line end
assert(#lines == 3 and lines[3] == "3.5")
file = assert(io.open(name))
assert(file:read("l") == "line 1" and file:read("n") == 2 and file:read("n") == 3.5 and file:read("l") == "")
file:close()
assert(os.rename(name, "moved") and not io.open(name) and os.remove("moved"))
assert(select(2, io.open("/nowhere/file")):find("No such file"))
local pipe = io.popen("echo popen; exit 3")
assert(pipe:read("a") == "popen\n")
assert(select(3, pipe:close()) == 3)
assert(select(2, os.execute("kill -9 $$")) == "signal" and select(3, os.execute("exit 5")) == 5)
assert(os.getenv("PATH") and not os.getenv("WALI_NO_SUCH_VARIABLE"))
assert(os.time({year = 2001, month = 9, day = 9, hour = 12}) > 999900000 and os.date("!%Y-%m-%d", 0) == "1970-01-01")
assert(os.clock() >= 0)

-- work
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
assert(fib(24) == 46368)
print("all passed")
