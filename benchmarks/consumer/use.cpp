// SPDX-License-Identifier: BSL-1.0
import wali;

wali::result<wali::u64> size_of(wali::PathView path) {
    const auto file = wali::File::open(path);
    if (!file) return file.error();
    return file.value().size();
}
