// One sequence at play: its actors, and what is written down of it.
//
//   S NUMBER NAME            a sequence begins: labels in the trace are "sNUMBER" and "oNUMBER.OPERATION"
//   O OPERATION WORDS        what is done next, with concrete paths
//   R RESULT                 negative errno on failure; "skipped": no such actor
//   A ACTOR TID              a new actor
//   X ACTOR                  has ended
//   N INODE MOUNT_ID PATH LENGTH, then LENGTH bytes: a mount namespace's mountinfo, seen from that root of it
//   U ACTOR INODE ROOT_MOUNT_ID ROOT CWD_MOUNT_ID CWD LENGTH, then LENGTH bytes: an actor, and its own mountinfo
//   G                        a table has grown too large: this operation is not compared, and is the last one
//   .                        the operation is over; N and U are only of what differs from before
#pragma once

#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "channel.h"
#include "observe.h"
#include "resolve.h"

namespace cttrace::oracle {

struct Sequence {
  std::string name;
  std::vector<std::string> operations;
};

class World {
 public:
  World(const Channel& stage, const Observer& observer, FILE* results, size_t number)
      : stage_(stage), observer_(observer), results_(results), number_(number) {}

  void play(const Sequence& sequence);

 private:
  // Recursive binds among peers double a table each time, up to the kernel's 100,000 mounts: a sequence ends before
  // that.
  static constexpr size_t kLargestTable_bytes = 16 << 10;

  struct Actor {
    Channel channel;
    pid_t tid = 0, tgid = 0;
    Fd pidfd;  // of its process
  };
  using Words = std::vector<std::string>;

  // False: the sequence ends with it.
  bool operation(const std::string& line);
  std::optional<long> perform(int who, Words& words);
  std::optional<long> spawn(int who, const Words& words);
  std::optional<long> pass(int who, const Words& words);
  std::optional<long> join(int who, const Words& words);
  std::optional<long> leave(int who);
  std::optional<long> perform_as_stranger(int beside, const Words& words);
  const Actor& stranger_beside(int who);
  long ask(const Actor& actor, const Words& words, int fd = -1) const;
  void say_label() const;

  Actor greet(Channel channel) const;
  void set_ids(pid_t tid) const;
  View view_of(int who) const;
  bool alive(const Actor& actor) const;
  void bury();
  // Writes down what differs. False: a table has grown beyond kLargestTable_bytes.
  bool observe();
  std::string label() const;

  const Channel& stage_;
  const Observer& observer_;
  FILE* results_;
  size_t number_;
  size_t operation_ = 0;
  Actor keeper_;
  std::map<int, Actor> actors_;
  std::map<int, Actor> strangers_;  // by whom they work beside
  Observation seen_;
};

}  // namespace cttrace::oracle
