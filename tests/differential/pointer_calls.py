# SPDX-License-Identifier: BSL-1.0
"""pointer_calls.py OUTPUT: the calls with pointers, for programs/pointers.c, from abi/.

A row has a letter for each parameter: `p` is a pointer, `f` a descriptor, `8` a length, `0` another number."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "abi"))

import model  # noqa: E402

# What would end the program or wait for ever, and what no pointer into it can be tried with. A limit of 0 on resource
# 0 is no processor time: the kernel kills the program at the next tick of a clock.
LEFT_OUT = {
    "execve", "execveat", "clone", "clone3", "sigaltstack", "ptrace", "setrlimit", "prlimit64",
    "rt_sigsuspend", "rt_sigtimedwait", "select", "pselect6", "ppoll", "futex",
}


def letters(call: model.Syscall) -> str:
    lengths = {p.size.param for p in call.params if p.size and not p.size.indirect}
    result = ""
    for p in call.params:
        if p.pointer:
            result += "p"
        elif p.name in lengths or "size" in p.name or p.name.endswith("len"):
            result += "8"
        else:
            result += "f" if "fd" in p.name else "0"
    return result


def main(output: str) -> None:
    calls = [c for c in model.load().syscalls.values()
             if c.answer is None and c.number["x86_64"] >= 0 and any(p.pointer for p in c.params)]
    text = "".join(f'POINTER_CALL({c.name}, {c.number["x86_64"]}, {len(c.params)}, "{letters(c)}")\n'
                   for c in calls if c.name not in LEFT_OUT)
    Path(output).write_text(text)


main(sys.argv[1])
