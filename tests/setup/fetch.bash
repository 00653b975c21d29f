#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# scripts/fetch: only files with the right hash get a name, and every failure is one clear line.
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.bash"
fetch=$checkout/scripts/fetch
export WALI_MIRRORS_ONLY=1

# A real HTTP server on a free port, without ranges; it ends with the test.
mkdir -p "$scratch/site/wrong/pool" "$scratch/site/right/pool" "$scratch/right-folder/pool"
head -c 300000 /dev/urandom >"$scratch/site/right/pool/data.bin"
head -c 1000 /dev/urandom >"$scratch/site/wrong/pool/data.bin"
sha256=$(sha256sum "$scratch/site/right/pool/data.bin" | cut -d ' ' -f 1)
python3 -u -m http.server --bind 127.0.0.1 --directory "$scratch/site" 0 >"$scratch/server" 2>&1 &
started+=($!)
wait_for grep -qs 'port [0-9]' "$scratch/server"
port=$(grep -o 'port [0-9]*' "$scratch/server" | head -n 1 | cut -d ' ' -f 2)
site=http://127.0.0.1:$port
export no_proxy=127.0.0.1
file="$WALI_CACHE_DIR/downloads/data.bin"

# A wrong hash is said, and the next place is tried; the path is all that stdout gets.
export WALI_MIRRORS="$site/wrong $site/right"
path=$("$fetch" data.bin "$sha256" pool/none.bin pool/data.bin 2>"$scratch/output")
[[ $path == "$file" ]] || fail "fetch printed '$path'"
cmp "$path" "$scratch/site/right/pool/data.bin" || fail "the file differs"
says "$site/wrong/pool/data.bin sent for data.bin does not have the SHA-256"

# What is in the cache needs no network.
run 0 env WALI_MIRRORS= "$fetch" data.bin "$sha256" pool/data.bin
says "$file"
says_not downloading

# A damaged file in the cache is noticed and replaced.
printf x >>"$file"
WALI_MIRRORS="$site/right" run 0 "$fetch" data.bin "$sha256" pool/data.bin
says "does not have the SHA-256"
cmp "$file" "$scratch/site/right/pool/data.bin" || fail "the damaged file was not replaced"

# A part left by an interrupted run is no file, and no obstacle: a good one is gone on with, a bad one is not trusted.
for part in "head -c 1000 '$scratch/site/right/pool/data.bin'" "head -c 1000 /dev/urandom" \
  "cat '$scratch/site/right/pool/data.bin'"; do
  rm -f "$file"
  eval "$part" >"$file.partial"
  WALI_MIRRORS="$site/right $site/right" run 0 "$fetch" data.bin "$sha256" pool/data.bin
  cmp "$file" "$scratch/site/right/pool/data.bin" || fail "after a part from: $part"
  [[ ! -e $file.partial ]] || fail "the part is left after: $part"
done

# Only wrong contents anywhere: one sentence, and nothing that has the file's name.
rm -f "$file"
WALI_MIRRORS="$site/wrong" run 1 "$fetch" data.bin "$sha256" pool/data.bin
says "cannot download data.bin, 1 places tried"
[[ ! -e $file ]] || fail "a wrong file got the name"

# A closed port: the sentence names the file, how many places, and the ways out.
WALI_MIRRORS="http://127.0.0.1:1 http://127.0.0.1:1/other" run 1 "$fetch" data.bin "$sha256" pool/a.bin pool/data.bin
says "cannot download data.bin, 4 places tried"
says "WALI_MIRRORS"
says "$file"
[[ ! -e $file ]] || fail "a file appeared without a network"

# By hand: the file at the place that the sentence names.
cp "$scratch/site/right/pool/data.bin" "$file"
run 0 env WALI_MIRRORS=http://127.0.0.1:1 "$fetch" data.bin "$sha256" pool/data.bin

# Two at once share one download.
rm -f "$file"
for each in 1 2; do
  WALI_MIRRORS="$site/right" "$fetch" data.bin "$sha256" pool/data.bin >"$scratch/path$each" 2>"$scratch/log$each" &
  both[each]=$!
done
wait "${both[1]}" && wait "${both[2]}" || fail "one of two at once failed"
cmp "$scratch/path1" "$scratch/path2" || fail "two at once printed different paths"
[[ $(cat "$scratch/log1" "$scratch/log2" | grep -c '^downloaded ') == 1 ]] || fail "two at once both downloaded"

run 2 "$fetch" data.bin
says usage:
echo "fetch: all as documented"
