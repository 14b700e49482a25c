// The calls of every_call.c: each with the kinds of values that its arguments take in turn. A kind's first value is what
// the argument has while the others change.
#pragma once

#include <stdint.h>
#include <sys/syscall.h>

enum kind {
  NONE,
  ONE,        // `value`
  PATH,
  TEXT,
  DATA,       // mount data: a page at most
  BUFFER,     // counted by COUNT
  COUNT,
  FEW,        // counts a list; with too many, too
  KEYRING,
  FD,
  DIRFD,
  FLAGS,      // every bit
  LOW_FLAGS,  // but those above bit 25, which memfd_create has for the size of its pages
  CLONE_BITS, // every bit, with others that make the call fail
  CHOICE,     // every small number
  NUMBER,
  KEY,
  ID,
  PROCESS,
  MODE,
  DEVICE,
  SIGNAL,
  ADDRESS,
  VECTOR,     // of strings
  STRUCT,     // zero, ones, every bit
  CAPS,       // capset's data
  CLONE_ARGS, // with flags that make the call fail
  ACTION,     // uint32_t *, of seccomp
  SIZE,
  LIMITS,
  IDS,
  PARTS,      // struct iovec[]
  FILTER,     // struct sock_fprog
};

struct arg {
  enum kind kind;
  uint64_t value;
};

#define ALONE 1  // each call in a process of its own, which it may end

struct call {
  const char* name;
  int number;
  int options;
  struct arg args[6];
};

#define A(kind) {kind, 0}
#define IS(value) {ONE, (uint64_t)(value)}
#define CALL(name, ...) {#name, SYS_##name, 0, {__VA_ARGS__}},
#define CALL_ALONE(name, ...) {#name, SYS_##name, ALONE, {__VA_ARGS__}},
