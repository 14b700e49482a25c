// Reads what the driver wrote (world.h has the format), an operation at a time.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>

namespace cttrace::oracle {

struct NamespaceResult {
  std::string mountinfo;
};

struct ActorResult {
  uint32_t tid = 0;
  uint64_t mount_ns = 0;  // inode
  uint32_t root_id = 0, cwd_id = 0;
  std::string root, cwd;
  std::string mountinfo;  // empty: its root is the namespace's
};

// The kernel's state after an operation.
struct Told {
  size_t sequence = 0, operation = 0;
  std::string name;                                // of the sequence
  std::string words;                               // of the operation
  std::string result;                              // "0", "-22"
  bool grown = false;                              // a table is too large to be compared
  std::map<uint64_t, NamespaceResult> namespaces;  // by inode: of those in which an actor is
  std::map<int, ActorResult> actors;
};

class ResultsReader {
 public:
  explicit ResultsReader(const std::string& path);

  // The next operation that was done, not skipped. False: there is no more.
  bool next();
  const Told& result() const { return result_; }
  size_t sequences() const { return sequences_; }

 private:
  std::string take(size_t length);
  void read(char kind, std::istream& words);
  void forget_the_left();

  std::ifstream file_;
  Told result_;
  size_t sequences_ = 0;
};

}  // namespace cttrace::oracle
