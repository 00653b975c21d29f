// SPDX-License-Identifier: BSL-1.0
// node evaluate.mjs MODULE: runs a module of random_modules.py with another engine, to check the model itself.
import { readFileSync, writeSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const instance = new WebAssembly.Instance(module, {
  wali: {
    SYS_write: (descriptor, address, size) => {
      // As Linux does: what is there is written, and nothing there is EFAULT. Mutants write from anywhere.
      const memory = new Uint8Array(instance.exports.memory.buffer);
      const bytes = memory.slice(address >>> 0, (address >>> 0) + (size >>> 0));
      if (bytes.length === 0 && size !== 0) return -14n;
      try {
        return BigInt(writeSync(descriptor, bytes));
      } catch {
        return -9n;
      }
    },
  },
});
instance.exports._start();
