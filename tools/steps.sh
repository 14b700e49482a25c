# Sourced by the scripts here: what they say, and how a long command runs quietly with its output in a log.
# A script sets `log` to the file that its steps write to.

me=$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# An ordinary user's PATH on Debian lacks the folders that bpftool and dockerd are in.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# fail WHAT [REMEDY]: one clear line each, then the end.
fail() {
  printf '%s: %s\n' "$me" "$1" >&2
  if [ $# -gt 1 ]; then printf '%s: %s\n' "$me" "$2" >&2; fi
  exit 1
}

# step WHAT COMMAND...: runs COMMAND with its output in $log; on failure shows the part of it that tells why.
step() {
  local what=$1 began=$SECONDS status=0
  shift
  mkdir -p "$(dirname "$log")"
  if [ -t 1 ]; then printf '%s ...' "$what"; fi
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ -t 1 ]; then printf '\r\033[K'; fi
  if [ "$status" -ne 0 ]; then
    error_lines "$log" >&2
    fail "$what: failed with exit status $status" "the whole log is in $log"
  fi
  # What took no time was done before: not worth a line.
  if [ $((SECONDS - began)) -ge 2 ]; then printf '%s: %d s\n' "$what" $((SECONDS - began)); fi
}

# The first lines that name an error, or else the last lines.
error_lines() {
  grep -E -m 12 '(^| )(error|Error|ERROR|FAILED|E:|fatal error|CMake Error)' "$1" || tail -n 12 "$1"
}

# build PRESET [TARGET...]: configures and builds, into build/PRESET; everything, or the targets.
build() {
  log=$root/build/$1.log
  step "building ($1)" build_quietly "$@"
}

build_quietly() {
  (cd "$root" && cmake --preset "$1" && cmake --build --preset "$1" --parallel "$(nproc)" ${2:+--target} "${@:2}")
}
