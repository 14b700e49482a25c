/* What tests/e2e/programs/witness.h tells in a recording, and tests/tools/witness.h reads there. */
#pragma once

#define WITNESS 0x7e570000u /* an option that keyctl does not have */
#define WITNESS_BASIS 14695981039346656037u
#define WITNESS_PRIME 1099511628211u

enum witness_field {
  WITNESS_UIDS = 0, /* real, effective, saved, fs */
  WITNESS_GIDS = 4,
  WITNESS_CAPABILITIES = 8, /* inheritable, permitted, effective, bounding, ambient */
  WITNESS_NO_NEW_PRIVS = 13,
  WITNESS_SECCOMP = 14,
  WITNESS_FILTERS = 15,
  WITNESS_GROUPS = 16,     /* a hash of them, in the kernel's order */
  WITNESS_NAMESPACES = 17, /* inodes, by enum ct_ns */
  WITNESS_SECUREBITS = 27,
  WITNESS_DUMPABLE = 28,
  WITNESS_DEATH_SIGNAL = 29,
};
