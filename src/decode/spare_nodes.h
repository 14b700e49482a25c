// Nodes that were taken out of a map, kept for what comes next: what comes and goes soon then costs no memory.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace cttrace {

template <typename Container>
class SpareNodes {
 public:
  using Node = typename Container::node_type;

  // Empty: there is none. Otherwise with what it held before.
  Node take() {
    if (nodes_.empty()) return {};
    Node node = std::move(nodes_.back());
    nodes_.pop_back();
    return node;
  }
  void keep(Node&& node) {
    if (nodes_.size() < kMost) nodes_.push_back(std::move(node));
  }

 private:
  static constexpr size_t kMost = 1024;  // as many as come at a time, as a rule

  std::vector<Node> nodes_;
};

}  // namespace cttrace
