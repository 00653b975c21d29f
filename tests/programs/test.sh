# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=dash disable=all
# Run by dash_test in two shells, which must do the same. Standard input is a line, the folder may be written to.

echo "arguments: $# $1 $2"
read -r line && echo "input: $line"

# pipelines and subshells
seq() { i=$1; while [ "$i" -le "$2" ]; do echo "$i"; i=$((i + 1)); done; }
seq 1 2000 | grep 7 | sort -rn | head -n 3
seq 1 20000 | while read -r n; do sum=$((sum + n)); [ "$n" -lt 20000 ] || echo "sum $sum"; done
echo "sum here: ${sum:-unset}"
(cd / && pwd; x=inner; exit 4); echo "subshell $? ${x-unset}"
{ echo a; echo b; } | { read -r first; read -r second; echo "$second$first"; }
false | true; echo "status of a pipeline: $?"
! true; echo "not: $?"
echo "nested: $(echo "$(echo "$(echo deep)")") `echo old`"

# redirections
echo first >file; echo second >>file; cat <file
{ echo out; echo err >&2; } >both 2>&1; cat both
exec 5>fd5; echo kept >&5; exec 5>&-; cat fd5
(echo gone >&5) 2>/dev/null || echo "closed descriptor"
cat <<END | tr a-z A-Z
here $1 $((6 * 7))
END
cat <<'END'
$not expanded
END
cat /nowhere 2>/dev/null || echo "no such file: $?"
set -C; (echo x >file) 2>/dev/null || echo "noclobber"; set +C
: >empty; [ -e empty ] && [ ! -s empty ] && echo "empty file"
echo to both | tee copy; cat copy

# jobs in the background, waiting, signals between processes
(exit 3) & first=$!
(exit 5) & second=$!
wait $second; echo "second $?"
wait $first; echo "first $?"
sh -c 'kill -TERM $$'; echo "killed: $?"
mkfifo fifo
cat fifo >from & echo "through a fifo" >fifo; wait; cat from
for n in 1 2 3 4 5 6 7 8; do (echo "$n" >"part$n") & done; wait; cat part*

# traps
trap 'echo "got USR1"' USR1
kill -USR1 $$
trap 'echo "got TERM"; stop=1' TERM
mkfifo ready
(read -r x <ready; kill -TERM $$) &
{ echo go >ready; until [ "$stop" ]; do wait; done; }
trap - TERM
(trap 'echo "subshell ends"' EXIT; exit 6); echo "status $?"
trap '' INT; kill -INT $$; echo "ignored INT"; sh -c 'kill -INT $$; echo "so does the child"'
trap

# language
greet() { local name=$1; echo "hello, ${name:-nobody}"; return 2; }
greet world; echo $?; greet; echo "${name-not here}"
case abc.txt in *.c) echo c ;; a*.txt) echo matched ;; esac
path=/usr/lib/file.tar.gz; echo "${path##*/} ${path%/*} ${path%%.*} ${#path} ${nothing:=assigned} $nothing"
set -- a 'b c' d; for word; do printf '<%s>' "$word"; done; shift 2; echo " $# $1 $*"
n=0; while :; do n=$((n + 1)); [ $n -eq 3 ] && continue; [ $n -gt 5 ] && break; printf '%d ' $n; done; echo
echo *.none part[1-3] f*; eval 'v=$((1 << 10))'; echo "$v"
printf '%5.2f|%-4s|%x|%b\n' 3.14159 ab 255 'tab\there' 2>/dev/null || echo "printf failed"
IFS=:; set -- $(echo x:y:z); echo "$# $3"; unset IFS
alias twice='echo twice'; twice
test 10 -gt 9 -a abc = abc && echo compared
umask 027; : >masked; ls -l masked | cut -c 1-10
ulimit -n >/dev/null && command -v cat >/dev/null && type greet | head -n 1
getopts ab: option -b value; echo "$option $OPTARG"
(set -e; false; echo "not reached"); echo "errexit $?"
(set -u; : $undefined) 2>/dev/null; echo "nounset $?"
(nosuchcommand) 2>/dev/null; echo "not found $?"
VALUE='two
lines' sh -c 'echo "environment: $VALUE"'
# Not times: dash defines it without the parameters that it is called with, which WebAssembly refuses.

trap 'echo "the end"; exit 23' EXIT
exit 1
