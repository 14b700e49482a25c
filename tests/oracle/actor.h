// The traced side of the oracle: actors, which do what the driver tells them, one operation at a time.
//
// The driver sends an actor one message an operation: a label, the operation and its words (tests/oracle/README.md says
// which), with a descriptor where the operation needs one. The actor says the label to the trace by
// prctl(PR_SET_NAME), does the operation, and answers with its result.
#pragma once

#include <linux/limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { kSlots = 16, kWords = 16, kMessage = 16384 };

// One thread or process. Slots are its descriptors, by the names that sequences use: f0, f1, ...; -1: none. Who shares a
// table of descriptors shares them, too.
struct actor {
  int channel;
  int* slots;
  int passed;      // came with the message; -1: none
  int answered;    // goes with the answer; -1: none
  bool is_thread;  // ends alone
};

// Where a path begins, and the path; a NULL `name` is the word "-".
struct place {
  int dirfd;
  char* name;
  int opened;  // to be closed after the operation; -1: none
  char text[PATH_MAX + 64];
};

// words.c: what the words of an operation mean. All return false, with errno set, where a word makes no sense.
int split(char* text, char** words);
bool parse_place(const struct actor* actor, const char* word, struct place* place);
// Like parse_place; fails (EINVAL) on a place that only calls with a dirfd can name.
bool parse_path(const struct actor* actor, const char* word, struct place* place);
void release(struct place* place);
bool parse_flags(const char* word, uint64_t* flags);
bool parse_slot(const char* word, int* slot);
char* unescape(char* text);  // in place; "-" is NULL

// The device of what is under every root: the kernel's first filesystem, which all mount namespaces of the host share. No
// operation changes it. 0: not known.
extern uint64_t hosts_device;

// operations.c: the calls on mounts, roots and descriptors. Negative errno on failure; what is none: -ENOTSUP.
long operate(struct actor* actor, char** words, int count);
// Makes the directories and files that every filesystem of a sequence has, as far as it can.
void populate(int folder);
