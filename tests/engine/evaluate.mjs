// SPDX-License-Identifier: BSL-1.0
// node evaluate.mjs MODULE: runs a module of random_modules.py with another engine, to check the model itself.
import { readFileSync, writeSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const instance = new WebAssembly.Instance(module, {
  wali: {
    SYS_write: (descriptor, address, size) => {
      const bytes = new Uint8Array(instance.exports.memory.buffer, address, size).slice();
      return BigInt(writeSync(descriptor, bytes));
    },
  },
});
instance.exports._start();
