# SPDX-License-Identifier: BSL-1.0
"""What the machine and its tools are: a measurement means nothing without."""

import datetime
import os
import pathlib
import platform
import re
import subprocess


def first_line(*command):
    """The first line that a program prints, or None where it is not installed."""
    try:
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return next(iter(done.stdout.splitlines()), "").strip() or None


def cpu_model():
    found = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def governor():
    """How the kernel chooses the CPU's frequency, or None where it does not say, as in most virtual machines."""
    try:
        return pathlib.Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").read_text(encoding="ascii").strip()
    except OSError:
        return None


def compiler(tree):
    """The C++ compiler that the tree was configured with."""
    try:
        cache = (tree / "CMakeCache.txt").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.MULTILINE)
    return first_line(found[1], "--version") if found else None


def describe(native_tree, runner):
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "governor": governor(),
        "load": round(os.getloadavg()[0], 2),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "compiler": compiler(native_tree),
        "c_compiler": first_line("gcc", "--version"),
        "runtime": first_line(runner, "--version"),
    }
