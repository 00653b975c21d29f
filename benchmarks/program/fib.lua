-- SPDX-License-Identifier: BSL-1.0
-- lua fib.lua lua COUNT: a real interpreter at work, with the output of worker.cpp.
local function fib(n)
    if n < 2 then return n end
    return fib(n - 1) + fib(n - 2)
end

local start = os.clock()
local result = 0
for _ = 1, tonumber(arg[2]) do result = result + fib(32) end
io.write(string.format("%d %d\n", math.floor((os.clock() - start) * 1e9), result))
