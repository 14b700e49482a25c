// Compares the model's state with what the kernel said after an operation.
#pragma once

#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "results.h"
#include "table.h"

namespace cttrace::oracle {

// One fact on which they differ.
struct Difference {
  std::string where;  // "namespace 4026532177", "actor 2"
  std::string what;   // "attributes", "not in the model", ...
  std::string kernel, model;
  bool admitted = false;  // the model says that it may be wrong about this mount namespace
};

class Comparison {
 public:
  Comparison(const State& state, const Told& result) : state_(state), result_(result) {}

  // Empty: they agree.
  std::vector<Difference> run();
  // Mounts of which the model says that it does not know what they are: where they are is compared.
  uint64_t unknown() const { return unknown_; }
  // Mount namespaces of which the model says that it may be wrong about them: why.
  const std::set<std::string>& doubts() const { return doubts_; }

 private:
  // Numbers of the kernel's and of ours mean the same, whatever they are.
  struct Renaming {
    std::map<uint64_t, uint64_t> to_model, to_kernel;
    bool same(uint64_t kernel, uint64_t model);
  };

  void actor(int number, const ActorResult& actor);
  void own_view(const ActorResult& actor, const MountTree& tree, const Place& root);
  void children(const Table& kernel, const Row* kernel_parent, const Table& model, const Row* model_parent);
  void rows(const Row& kernel, const Row& model);
  void place(const char* what, const TaskState& task, const Place& place, uint32_t kernel_id,
             const std::string& kernel_path);
  void differ(std::string what, std::string kernel, std::string model);
  std::string text(const Row& row, bool model) const;

  const State& state_;
  const Told& result_;
  std::string where_;
  std::vector<Difference> found_;
  Renaming groups_, filesystems_;
  std::map<MountId, const Row*> matched_;  // the kernel's rows
  TreeId tree_ = 0;                        // that is being compared; 0: its rows have other paths than places
  std::set<uint32_t> kernel_ids_;
  std::map<uint64_t, Table> kernel_tables_;
  std::list<Table> own_tables_;
  uint64_t unknown_ = 0;
  std::set<std::string> doubts_;
  bool admitted_ = false;    // of the mount namespace that is being compared
  std::set<uint64_t> done_;  // namespaces
};

}  // namespace cttrace::oracle
